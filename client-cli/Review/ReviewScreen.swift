import ConflictDesk
import Foundation
import Platform
import Texts

/// What the review prints: line after line, as any command does. Nothing moves a cursor but the erase key, so that it
/// reads the same in a terminal of any width, in a log, and to who cannot see a screen.
struct ReviewScreen {
    /// stderr where stdout is for the JSON document.
    let isOnError: Bool

    private var isTerminal: Bool { isOnError ? Terminal.isErrorInteractive : Terminal.isOutputInteractive }
    var width: Int { isTerminal ? Terminal.lineLength : 120 }
    var isColoured: Bool { !isOnError && Terminal.isColoured }

    /// A terminal that went away takes nothing, and that is no reason to lose a decision.
    func put(_ text: String) {
        let handle = isOnError ? FileHandle.standardError : FileHandle.standardOutput
        try? handle.write(contentsOf: Data(text.utf8))
    }

    func line(_ text: String = "") { put(text + "\n") }

    /// Lines that are wrapped at the terminal's width.
    func say(_ text: String) {
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            for part in TextTable.wrap(String(line), width: width) { self.line(part) }
        }
    }

    func echo(_ scalar: Unicode.Scalar) { put(SafeText.line(String(scalar))) }

    /// Takes typed characters off the screen.
    func erase(_ removed: String) {
        guard isTerminal else { return }
        let cells = SafeText.line(removed).unicodeScalars.reduce(0) { $0 + Self.cells($1) }
        put(String(repeating: "\u{8} \u{8}", count: cells))
    }

    /// How many cells of a terminal a character takes, as far as it matters for the erase key.
    private static func cells(_ scalar: Unicode.Scalar) -> Int {
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .format: 0
        default:
            scalar.properties.isEmojiPresentation || (0x1100...0x115F).contains(scalar.value)
                || (0x2E80...0xA4CF).contains(scalar.value) || (0xAC00...0xD7A3).contains(scalar.value)
                || (0xFF00...0xFF60).contains(scalar.value) ? 2 : 1
        }
    }

    // MARK: Prompts

    func prompt(_ prompt: Review.Prompt, place: Int, of count: Int) {
        put(Self.text(prompt, place: place, of: count, isShort: width < 100))
    }

    private static func text(_ prompt: Review.Prompt, place: Int, of count: Int, isShort: Bool) -> String {
        switch prompt {
        case .choose(let subject, let note):
            let keys = keys(of: subject)
            let hint =
                isShort
                ? "[\(keys.map(\.key).joined(separator: ","))]"
                : keys.map { "\($0.key) \($0.word)" }.joined(separator: ", ")
            let noted = note.isEmpty ? "" : " " + localized("(with a note)")
            return localized("\(place + 1) of \(count)") + "\(noted)  \(hint) > "
        case .note: return localized("note: ")
        case .pick(let field):
            return "\(SafeText.line(field))  [s,o,e] " + localized("shown, other, a new value") + " > "
        case .value(let field): return "\(SafeText.line(field)) = "
        case .member(let count):
            let last = Character(Unicode.Scalar(UInt8(0x60 + min(count, 26))))
            return localized("whose values stay, a to \(last)? ")
        case .over:
            return localized("that was the last of \(count)") + "  [u,b,q] " + localized("undo, back, leave") + " > "
        }
    }

    private static func keys(of subject: Review.Subject) -> [(key: String, word: String)] {
        let rest = [
            ("n", localized("note")), (localized("space"), localized("skip")), ("u", localized("undo")),
            ("b", localized("back")), ("q", localized("leave")), ("?", localized("help")),
        ]
        switch subject {
        case .sides:
            let sides = [("s", localized("shown", context: "choice")), ("o", localized("other", context: "choice"))]
            return sides + [("f", localized("by field")), ("e", localized("new value"))] + rest
        case .existence: return [("s", localized("stays")), ("o", localized("goes"))] + rest
        case .gone: return [("s", localized("stays deleted")), ("o", localized("comes back"))] + rest
        case .orphan:
            return [("s", localized("parent stays")), ("o", localized("goes too")), ("e", localized("another parent"))]
                + rest
        case .invalid: return [("e", localized("new values"))] + rest
        case .duplicates: return [("m", localized("merge"))] + rest
        }
    }

    static var help: String {
        localized(
            """
            s      what is shown stays
            o      the other takes its place
            f      field by field: for each s, o, or e
            e      new values, typed; Enter alone leaves a field as it stands
            m      of duplicates: make one record of them
            n      a note that goes with the next decision
            space  skip: it stays open (j, too)
            b      back to the one before (k, too)
            u      undo the last decision; again for the one before it
            q      leave; what was decided is kept, and the next review goes on (Ctrl-C and Ctrl-D, too)
            Esc    leaves what was begun
            """)
    }
}
