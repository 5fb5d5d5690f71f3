import Texts

/// What the argument parser says by itself, in the language of the program. It knows no languages: its finished text is
/// recognised by the patterns of its sentences, which stand in the catalogue as its English has them. A sentence that
/// is none of them stays as it is; tests through the real parser notice when one changes.
enum ParserText {
    /// The help of a command.
    static func help(_ text: String) -> String {
        guard Language.current != .english else { return text }
        return text.split(separator: "\n", omittingEmptySubsequences: false).map { helpLine(String($0)) }
            .joined(separator: "\n")
    }

    /// A mistake of the command line: what is wrong, the help of the option, how the command is used.
    static func mistake(_ text: String) -> String {
        guard Language.current != .english else { return text }
        return text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
            if let rest = rest(of: line, after: "Error: ") { return localized("Error: ") + sentence(rest) }
            if let rest = rest(of: line, after: "Help:  ") { return localized("Help:  ") + rest }
            if let rest = rest(of: line, after: "Usage: ") { return localized("Usage: ") + usage(rest) }
            if let found = line.wholeMatch(of: #/  See '(.+)' for more information\./#) {
                return localized("  See '\(found.1)' for more information.")
            }
            return sentence(String(line))
        }.joined(separator: "\n")
    }

    private static func rest(of line: Substring, after start: String) -> String? {
        line.hasPrefix(start) ? String(line.dropFirst(start.count)) : nil
    }

    private static func usage(_ text: String) -> String {
        text.replacing("<subcommand>", with: localized("<subcommand>"))
            .replacing("[<options>]", with: localized("[<options>]"))
    }

    // MARK: Help

    private static func helpLine(_ line: String) -> String {
        switch line {
        case "ARGUMENTS:": return localized("ARGUMENTS:")
        case "OPTIONS:": return localized("OPTIONS:")
        case "SUBCOMMANDS:": return localized("SUBCOMMANDS:")
        default: break
        }
        if let rest = rest(of: line[...], after: "OVERVIEW: ") { return localized("OVERVIEW: ") + rest }
        if let rest = rest(of: line[...], after: "USAGE: ") { return localized("USAGE: ") + usage(rest) }
        if let found = line.wholeMatch(of: #/  See '(.+) <subcommand>' for detailed help\./#) {
            return localized("  See '\(found.1) <subcommand>' for detailed help.")
        }
        // A line may end behind any of these words.
        return line.replacing("Show help information.", with: localized("Show help information."))
            .replacing("Show the version.", with: localized("Show the version."))
            .replacing("(default:", with: localized("(default:"))
            .replacing("; default:", with: localized("; default:"))
            .replacing("(values:", with: localized("(values:"))
            .replacing(" (default) ", with: localized(" (default) "))
    }

    // MARK: Mistakes

    private static func sentence(_ text: String) -> String {
        option(text) ?? argument(text) ?? value(text) ?? text
    }

    private static func option(_ text: String) -> String? {
        if let found = text.wholeMatch(of: /Unknown option '(.+)'\. Did you mean '(.+)'\?/) {
            return localized("Unknown option '\(found.1)'. Did you mean '\(found.2)'?")
        }
        if let found = text.wholeMatch(of: /Unknown option '(.+)'/) {
            return localized("Unknown option '\(found.1)'")
        }
        if let found = text.wholeMatch(of: /Missing value for '(.+)'/) {
            return localized("Missing value for '\(found.1)'")
        }
        if let found = text.wholeMatch(of: /The option '(.+)' does not take any value, but '(.*)' was specified\./) {
            return localized("The option '\(found.1)' does not take any value, but '\(found.2)' was specified.")
        }
        return nil
    }

    private static func argument(_ text: String) -> String? {
        if let found = text.wholeMatch(of: /Unexpected argument '(.*)'/) {
            return localized("Unexpected argument '\(found.1)'")
        }
        if let found = text.wholeMatch(of: /(\d+) unexpected arguments: (.*)/) {
            return localized("\(found.1) unexpected arguments: \(found.2)")
        }
        if let found = text.wholeMatch(of: /Missing expected argument '(.+)'/) {
            return localized("Missing expected argument '\(found.1)'")
        }
        if text == "Missing required subcommand." { return localized("Missing required subcommand.") }
        return nil
    }

    private static func value(_ text: String) -> String? {
        guard let found = text.wholeMatch(of: /The value '(.*)' is invalid for '([^']+)'(.*)/) else { return nil }
        let start = localized("The value '\(found.1)' is invalid for '\(found.2)'")
        let rest = String(found.3)
        if let found = rest.wholeMatch(of: /\. Please provide one of (.+) (and|or) ('[^']+')\./) {
            return start + localized(". Please provide one of \(found.1) or \(found.3).")
        }
        if rest == ". Please provide one of the following:" {
            return start + localized(". Please provide one of the following:")
        }
        return start + rest
    }
}
