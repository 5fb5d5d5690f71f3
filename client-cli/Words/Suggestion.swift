import DataDesk
import Texts

/// What somebody may have meant by a name that does not exist.
enum Suggestion {
    /// ` Did you mean a, or b?`, or nothing when no name is near.
    static func text(for name: String, among names: [String]) -> String {
        let near = Near.names(to: name, among: names)
        let choice = near.joined(separator: localized(", or "))
        return near.isEmpty ? "" : " " + localized("Did you mean \(choice)?")
    }
}
