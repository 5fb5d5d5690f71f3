/// Keeps a spreadsheet from running a text as a formula: an apostrophe before what begins with = + - @, a tab or a line
/// break. Whoever takes the text back takes one apostrophe off, and has what was there: a text that begins with
/// apostrophes before such a sign gets one more.
package enum FormulaGuard {
    package static func guarded(_ text: [UInt8]) -> [UInt8] {
        isFormula(text[...]) ? [apostrophe] + text : text
    }

    /// The text of a guarded one; any other as it is.
    package static func unguarded(_ text: [UInt8]) -> [UInt8] {
        text.first == apostrophe && isFormula(text[...]) ? Array(text.dropFirst()) : text
    }

    private static let apostrophe = UInt8(ascii: "'")

    /// Whether a sign that begins a formula comes first, apostrophes apart.
    private static func isFormula(_ text: ArraySlice<UInt8>) -> Bool {
        switch text.first(where: { $0 != apostrophe }) {
        case UInt8(ascii: "="), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "@"), 0x09, 0x0A, 0x0D: true
        default: false
        }
    }
}
