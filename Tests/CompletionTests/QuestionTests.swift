import Completion
import Testing

@Suite struct QuestionTests {
    /// A command whose description has these arguments.
    private static func command(
        _ name: String, isShown: Bool = true, _ arguments: String = "", subcommands: [CommandTree] = []
    ) -> CommandTree {
        CommandTree(name: name, abstract: "", isShown: isShown, subcommands: subcommands) {
            #"{"serializationVersion": 0, "command": {"commandName": "\#(name)", "arguments": [\#(arguments)]}}"#
        }
    }

    private static func word(_ valueName: String, isRepeating: Bool = false) -> String {
        #"{"kind": "positional", "shouldDisplay": true, "isRepeating": \#(isRepeating), "valueName": "\#(valueName)"}"#
    }

    private static func option(_ name: String, _ valueName: String) -> String {
        #"""
        {"kind": "option", "shouldDisplay": true, "isRepeating": false, "valueName": "\#(valueName)",
         "names": [{"kind": "long", "name": "\#(name)"}]}
        """#
    }

    private static let json = #"""
        {"kind": "flag", "shouldDisplay": true, "isRepeating": false, "abstract": "As JSON.",
         "names": [{"kind": "short", "name": "j"}, {"kind": "long", "name": "json"}]}
        """#

    private static let tree = command(
        "zona",
        subcommands: [
            command(
                "list",
                [word("table"), option("where", "col=value"), option("file", "path"), json]
                    .joined(separator: ",")),
            command("edit", word("words", isRepeating: true)), command("complete", isShown: false),
            command("conflicts", subcommands: [command("show", word("id"))]), command("broken", "?"),
        ])

    private func question(_ words: String...) -> Question {
        Question(words, in: Self.tree)
    }

    private func names(_ question: Question) -> [String] {
        if case .one(let choices) = question.wanted { choices.map(\.text) } else { [] }
    }

    @Test func `commands come first, without those that are not shown`() {
        #expect(names(question("")) == ["list", "edit", "conflicts", "broken"])
        #expect(names(question("help", "")) == ["list", "edit", "conflicts", "broken"])
        #expect(names(question("conflicts", "")) == ["show"])
    }

    @Test func `a dash asks for options, by their long names`() {
        #expect(names(question("list", "-")) == ["--where", "--file", "--json"])
    }

    @Test func `an option that takes a value asks for it, behind a space or an equals sign`() {
        #expect(question("list", "--where", "a").wanted == .value(option: "--where", valueName: "col=value"))
        let joined = question("list", "soggetto", "--where=tipo=V")
        #expect(joined.wanted == .value(option: "--where", valueName: "col=value"))
        #expect(joined.lead == "--where=" && joined.typed == "tipo=V" && joined.words == ["soggetto"])
    }

    @Test func `options before the command's name are taken along`() {
        let asked = question("--file", "a b.sqlite", "list", "")
        #expect(asked.options["--file"] == "a b.sqlite")
        #expect(asked.path == ["list"] && asked.wanted == .word(0, valueName: "table"))
    }

    @Test func `words are counted, and a repeating one never ends`() {
        #expect(question("list", "soggetto", "").wanted == .nothing)
        #expect(question("edit", "x", "y=1", "z").wanted == .word(2, valueName: "words"))
        #expect(question("conflicts", "show", "ab").wanted == .word(0, valueName: "id"))
        #expect(question("edit", "--", "-").wanted == .word(0, valueName: "words"))
    }

    @Test func `a description that cannot be read gives nothing`() {
        #expect(names(question("broken", "-")) == [] && question("broken", "").wanted == .nothing)
    }

    @Test func `a line is cut as a shell cuts it`() {
        #expect(ShellLine("zona list ").words == ["zona", "list", ""])
        #expect(ShellLine("zona add x a='Banca del te").words == ["zona", "add", "x", "a=Banca del te"])
        #expect(
            ShellLine(#"zona add x a=Banca\ del "b\"c" ''"#).words == ["zona", "add", "x", "a=Banca del", "b\"c", ""])
        #expect(ShellLine("cd /tmp && zona li").words == ["zona", "li"])
        #expect(ShellLine("").words == [""])
    }
}
