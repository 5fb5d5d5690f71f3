/// Names as people mean them: without case, accents, spaces and signs; and which known name is near one that is not.
package enum Near {
    /// The letters and digits of a text, small and without accents.
    package static func plain(_ text: some StringProtocol) -> String {
        var plain = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            switch scalar.value {
            case 0x30...0x39, 0x61...0x7A: plain.append(scalar)
            case 0x41...0x5A: plain.append(Unicode.Scalar(UInt8(scalar.value) + 0x20))
            case 0..<0x80: continue
            default:
                // Combining marks fall out here: they are neither letters nor digits.
                guard scalar.properties.isAlphabetic || scalar.properties.numericType != nil else { continue }
                for small in scalar.properties.lowercaseMapping.unicodeScalars { plain.append(base(small)) }
            }
        }
        return String(plain)
    }

    package static func plain(_ bytes: [UInt8]) -> String { plain(String(decoding: bytes, as: UTF8.self)) }

    /// The names that somebody may have meant, the nearest first; at most three.
    package static func names(to name: String, among names: [String]) -> [String] {
        let wanted = Array(plain(name).utf8)
        guard !wanted.isEmpty else { return [] }
        let limit = max(1, wanted.count / 3)
        let near = names.compactMap { candidate -> (name: String, distance: Int)? in
            let known = Array(plain(candidate).utf8)
            if known.starts(with: wanted) { return (candidate, 0) }
            guard abs(known.count - wanted.count) <= limit else { return nil }
            let far = distance(wanted, known)
            return far <= limit ? (candidate, far) : nil
        }
        return near.sorted { ($0.distance, $0.name) < ($1.distance, $1.name) }.prefix(3).map(\.name)
    }

    private static func base(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
        switch scalar.value {
        case 0xE0...0xE5: "a"
        case 0xE7: "c"
        case 0xE8...0xEB: "e"
        case 0xEC...0xEF: "i"
        case 0xF1: "n"
        case 0xF2...0xF6: "o"
        case 0xF9...0xFC: "u"
        default: scalar
        }
    }

    /// Insertions, deletions, replacements and swaps of neighbours that lead from one name to the other.
    private static func distance(_ left: [UInt8], _ right: [UInt8]) -> Int {
        var before: [Int] = []
        var row = Array(0...right.count)
        for (i, byte) in left.enumerated() {
            var next = [i + 1]
            for (j, other) in right.enumerated() {
                var best = min(row[j] + (byte == other ? 0 : 1), row[j + 1] + 1, next[j] + 1)
                if i > 0, j > 0, byte == right[j - 1], other == left[i - 1] { best = min(best, before[j - 1] + 1) }
                next.append(best)
            }
            before = row
            row = next
        }
        return row[right.count]
    }
}
