import ArgumentParser
import Completion

/// `zona complete`, which the shells call (`zona completion`). Says nothing when it knows nothing, whatever the reason.
///
/// One line a choice: the word, a tab, and what it is; `:files` and `:folders` leave it to the shell.
struct Complete: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "complete", shouldDisplay: false)

    /// The line up to the cursor, for a shell that cuts words at other places.
    @Option var line: String?

    @Argument(parsing: .captureForPassthrough) var words: [String] = []

    func run() {
        let typed = line.map { Array(ShellLine($0).words.dropFirst()) } ?? words.drop { $0 == "--" }.map { $0 }
        let completer = Completer(Question(typed, in: Self.tree(of: Zona.self)))
        var lines = completer.choices.map { choice in
            let about = choice.about.prefix { !$0.isNewline }
            return about.isEmpty
                ? SafeText.line(choice.text) : "\(SafeText.line(choice.text))\t\(SafeText.line(String(about)))"
        }
        if let files = completer.files { lines.append(files.rawValue) }
        if !lines.isEmpty { print(lines.joined(separator: "\n")) }
    }

    private static func tree(of command: any ParsableCommand.Type) -> CommandTree {
        let facts = command.configuration
        return CommandTree(
            name: facts.commandName ?? "\(command)".lowercased(), abstract: facts.abstract,
            isShown: facts.shouldDisplay,
            subcommands: facts.subcommands.map(tree), describe: { command._dumpHelp() })
    }
}
