import Texts

/// Parts that the help of every command has.
enum Help {
    /// What is said of a command, and examples as they can be typed: commands are the same in every language.
    static func discussion(_ text: String = "", examples: String) -> String {
        (text.isEmpty ? "" : text + "\n\n") + "\(localized("EXAMPLES"))\n\(examples)"
    }
}
