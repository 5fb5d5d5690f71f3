/// What a person is about to type, told from the words so far.
package struct Question: Sendable, Equatable {
    package enum Wanted: Sendable, Equatable {
        /// One of these: a command's or an option's name.
        case one(of: [Choice])
        /// The value of an option: its name, and what its help calls the value.
        case value(option: String, valueName: String)
        /// A word without an option; its place among them, and what the help calls it.
        case word(Int, valueName: String)
        case nothing
    }

    package struct Choice: Sendable, Equatable {
        package let text: String
        package let about: String

        package init(_ text: String, _ about: String) {
            self.text = text
            self.about = about
        }
    }

    /// The commands named so far, `["conflicts", "show"]`.
    package private(set) var path: [String] = []
    /// The words without an option so far, and the values of options by their names.
    package private(set) var words: [String] = []
    package private(set) var options: [String: String] = [:]
    package private(set) var wanted = Wanted.nothing
    /// What is typed of it.
    package private(set) var typed: String
    /// What stands before it in the same word: `--file=`.
    package private(set) var lead = ""

    /// - Parameters:
    ///   - words: those behind the program's name; the last is the one that is being typed.
    package init(_ words: [String], in tree: CommandTree) {
        typed = words.last ?? ""
        var node = tree
        var isClosed = false
        var waiting: CommandTree.Argument?
        for word in words.dropLast() {
            if let option = waiting {
                note(option, word)
                waiting = nil
            } else if !isClosed, word == "--" {
                isClosed = true
            } else if !isClosed, word.hasPrefix("-"), word.count > 1 {
                let parts = word.split(separator: "=", maxSplits: 1).map(String.init)
                let option = node.arguments.argument(parts[0]) ?? tree.commonArgument(parts[0])
                if let option, parts.count == 2 { note(option, parts[1]) }
                if let option, parts.count == 1, option.kind == .option { waiting = option }
            } else if self.words.isEmpty, let next = node.subcommands.first(where: { $0.name == word }) {
                node = next
                path.append(word)
            } else if path.isEmpty, word == "help" {
                path = []
            } else {
                self.words.append(word)
            }
        }
        if let waiting {
            wanted = Self.value(of: waiting)
        } else if !isClosed, typed.hasPrefix("-"), let equals = typed.firstIndex(of: "="),
            let option = node.arguments.argument(String(typed[..<equals]))
                ?? tree.commonArgument(String(typed[..<equals]))
        {
            wanted = Self.value(of: option)
            lead = String(typed[...equals])
            typed = String(typed[typed.index(after: equals)...])
        } else if !isClosed, typed.hasPrefix("-") {
            wanted = .one(of: Self.options(of: node))
        } else if !node.subcommands.isEmpty, self.words.isEmpty {
            wanted = .one(of: node.subcommands.filter(\.isShown).map { Choice($0.name, $0.abstract) })
        } else {
            wanted = next(in: node)
        }
    }

    private mutating func note(_ option: CommandTree.Argument, _ value: String) {
        for name in option.names ?? [] { options[name.text] = value }
    }

    private func next(in node: CommandTree) -> Wanted {
        let places = node.arguments.filter { $0.kind == .positional }
        var place = words.count
        for (index, argument) in places.enumerated() {
            if index == place || argument.isRepeating && index < place {
                return .word(words.count, valueName: argument.valueName ?? "")
            }
            if argument.isRepeating { place = index }
        }
        return .nothing
    }

    private static func value(of option: CommandTree.Argument) -> Wanted {
        if let values = option.allValues, !values.isEmpty { return .one(of: values.map { Choice($0, "") }) }
        let name = option.names?.first { $0.kind == "long" } ?? option.names?.first
        return .value(option: name?.text ?? "", valueName: option.valueName ?? "")
    }

    private static func options(of node: CommandTree) -> [Choice] {
        node.arguments.filter { $0.shouldDisplay && $0.kind != .positional }.compactMap { argument in
            let name = argument.names?.first { $0.kind == "long" } ?? argument.names?.first
            return name.map { Choice($0.text, argument.abstract ?? "") }
        }
    }
}
