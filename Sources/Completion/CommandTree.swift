import FoundationEssentials

/// The commands and their options, as the argument parser describes them in JSON (`--experimental-dump-help`).
package struct CommandTree: Sendable {
    package struct Argument: Decodable, Sendable {
        package enum Kind: String, Decodable, Sendable {
            case positional, option, flag
        }

        package struct Name: Decodable, Sendable {
            package let kind: String
            package let name: String

            /// As it is typed.
            package var text: String { kind == "long" ? "--\(name)" : "-\(name)" }
        }

        package let kind: Kind
        package let shouldDisplay: Bool
        package let isRepeating: Bool
        package let names: [Name]?
        package let valueName: String?
        package let allValues: [String]?
        package let abstract: String?
    }

    package let name: String
    package let abstract: String
    /// Not one of those that are for programs alone.
    package let isShown: Bool
    package let subcommands: [CommandTree]
    /// The parser describes a command in milliseconds, and all of them not within the patience of somebody who waits.
    private let describe: @Sendable () -> String

    /// - Parameter describe: gives the parser's description of the command in JSON.
    package init(
        name: String, abstract: String, isShown: Bool, subcommands: [CommandTree],
        describe: @escaping @Sendable () -> String
    ) {
        self.name = name
        self.abstract = abstract
        self.isShown = isShown
        self.subcommands = subcommands
        self.describe = describe
    }

    private struct Document: Decodable {
        struct Command: Decodable {
            let arguments: [Argument]?
        }
        let command: Command
    }

    /// What the command takes; nothing when its description cannot be read.
    var arguments: [Argument] {
        let document = try? JSONDecoder().decode(Document.self, from: Data(describe().utf8))
        return document?.command.arguments ?? []
    }

    /// An option that every command has: such may stand before the command's name.
    func commonArgument(_ typed: String) -> Argument? {
        subcommands.isEmpty
            ? arguments.argument(typed) : subcommands.first { $0.subcommands.isEmpty }?.commonArgument(typed)
    }
}

extension [CommandTree.Argument] {
    /// The option or flag that is typed so.
    func argument(_ typed: String) -> CommandTree.Argument? {
        first { $0.names?.contains { $0.text == typed } ?? false }
    }
}
