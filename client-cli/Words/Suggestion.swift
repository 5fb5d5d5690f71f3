import Texts

/// Finds what somebody may have meant by a name that does not exist.
enum Suggestion {
    /// ` Did you mean a, or b?`, or nothing when no name is near.
    static func text(for name: String, among names: [String]) -> String {
        let limit = max(1, name.utf8.count / 3)
        let near = names.map { (name: $0, distance: distance(Array(name.utf8), Array($0.utf8))) }
            .filter { $0.distance <= limit || !name.isEmpty && $0.name.hasPrefix(name) }
            .sorted { ($0.distance, $0.name) < ($1.distance, $1.name) }.prefix(3)
        let choice = near.map(\.name).joined(separator: localized(", or "))
        return near.isEmpty ? "" : " " + localized("Did you mean \(choice)?")
    }

    /// Insertions, deletions and replacements of one byte that lead from one name to the other.
    private static func distance(_ left: [UInt8], _ right: [UInt8]) -> Int {
        var row = Array(0...right.count)
        for (i, byte) in left.enumerated() {
            var diagonal = row[0]
            row[0] = i + 1
            for (j, other) in right.enumerated() {
                let replaced = diagonal + (byte == other ? 0 : 1)
                diagonal = row[j + 1]
                row[j + 1] = min(replaced, row[j] + 1, row[j + 1] + 1)
            }
        }
        return row[right.count]
    }
}
