import Completion
import Platform
import ReplicaStore
import SyncCore
import Texts

/// Answers what may be typed next: from the commands' own description, and from the replica where its data are meant.
struct Completer {
    enum Files: String {
        case files = ":files"
        case folders = ":folders"
    }

    private(set) var choices: [Question.Choice] = []
    /// Names of files, which the shell knows better.
    private(set) var files: Files?

    private let question: Question
    private let source: CompletionSource?
    private var lead: String { question.lead }

    init(_ question: Question) {
        self.question = question
        let path = question.options["--file"] ?? Environment.value("ZONA_FILE") ?? "zona.sqlite"
        // Opened only where data may be meant.
        switch question.wanted {
        case .value, .word: source = CompletionSource(path: path)
        case .one, .nothing: source = nil
        }
        switch question.wanted {
        case .nothing: break
        case .one(let known): choices = known
        case .value(let option, let valueName): value(of: option, valueName)
        case .word(let place, let valueName): word(place, valueName)
        }
        choices = choices.filter { $0.text.hasPrefix(question.typed) }.map { .init(lead + $0.text, $0.about) }
    }

    private mutating func value(of option: String, _ valueName: String) {
        switch (option, valueName) {
        case ("--lang", _): choices = Language.allCases.map { .init($0.rawValue, "") }
        case ("--kind", _): choices = ConflictSelection.kinds.map { .init($0, "") }
        case ("--comune", _): choices = comuni()
        case ("--table", _), (_, "table"): choices = tables
        case ("--columns", _), ("--column", _), ("--order", _), (_, "names"), (_, "column"): columnList()
        case (_, "col=value"): assignment(of: table)
        case (_, "folder"): files = .folders
        case (_, "file"), (_, "path"), (_, "file|folder"): files = .files
        default: break
        }
    }

    private mutating func word(_ place: Int, _ valueName: String) {
        switch question.path.first {
        case "conflicts" where place == 0: choices = conflicts()
        case "refused" where place == 0:
            choices = (source?.refused() ?? []).map { .init($0.id, $0.name) }
        case "restore": files = .folders
        case "bundle": files = .files
        case "show", "edit", "rm", "explain", "history":
            if let known = table(named: question.words.first) {
                place == 1 ? records(of: known) : following(known)
            } else if place == 0 {
                choices = tables
                recordsAnywhere()
            } else {
                following(record?.table)
            }
        default:
            if valueName == "table" || valueName == "tables" {
                choices = tables
            } else if valueName == "file" || valueName == "path" {
                files = .files
            } else if let known = table(named: question.words.first) {
                assignment(of: known)
            }
        }
    }

    /// What stands behind a record: values to write, or the column that is asked about.
    private mutating func following(_ table: TableDescription?) {
        guard let table else { return }
        switch question.path.first {
        case "edit": assignment(of: table)
        case "explain", "history": choices = columns(of: table)
        default: break
        }
    }

    // MARK: Tables and columns

    private var tables: [Question.Choice] {
        (source?.catalog.tables ?? []).filter { !Names.isOfEngine($0) }.map { .init($0.name, $0.label) }
    }

    private func table(named name: String?) -> TableDescription? {
        name.flatMap { source?.catalog.table(named: $0) }
    }

    /// The table that the command is about.
    private var table: TableDescription? {
        table(named: question.words.first) ?? table(named: question.options["--table"])
    }

    private func columns(of table: TableDescription) -> [Question.Choice] {
        table.columns.map { .init($0.name, $0.label) }
    }

    /// The last of several names with commas between them.
    private mutating func columnList() {
        guard let table else { return }
        let before = question.typed.lastIndex(of: ",").map { String(question.typed[...$0]) } ?? ""
        choices = columns(of: table).map { .init(before + $0.text, $0.about) }
    }

    private mutating func assignment(of table: TableDescription?) {
        guard let table else { return }
        guard let equals = question.typed.firstIndex(of: "="),
            let place = table.column(named: String(question.typed[..<equals]))
        else {
            let given = Set(question.words.filter { $0.contains("=") }.map { String($0.prefix { $0 != "=" }) })
            choices = columns(of: table).filter { !given.contains($0.text) }.map { .init($0.text + "=", $0.about) }
            return
        }
        let typed = String(question.typed[question.typed.index(after: equals)...])
        choices = values(of: table.columns[place], startingWith: typed).map {
            .init(String(question.typed[...equals]) + $0.text, $0.about)
        }
    }

    private func values(of column: ColumnDescription, startingWith typed: String) -> [Question.Choice] {
        if let list = column.codeList { return (source?.codes(of: list) ?? []).map { .init($0.id, $0.name) } }
        if column.format == .boolean { return ["si", "no"].map { .init($0, "") } }
        if let parent = column.parent.flatMap({ table(named: $0) }) {
            let ids = (source?.records(of: parent, startingWith: typed.lowercased()) ?? []).map {
                Question.Choice($0.id, $0.name)
            }
            return parent.name == "comune" ? comuni() + ids : ids
        }
        return column.allowed.map { .init(String(decoding: $0, as: UTF8.self), "") }
    }

    // MARK: Records

    private mutating func records(of table: TableDescription) {
        choices = (source?.records(of: table, startingWith: question.typed.lowercased()) ?? []).map {
            .init($0.id, $0.name)
        }
    }

    /// By the beginning of an id, once a few letters of it are there; a table's name may begin with the same ones.
    private mutating func recordsAnywhere() {
        guard question.typed.utf8.count >= 4, let source else { return }
        for table in source.catalog.tables where !Names.isOfEngine(table) {
            choices += source.records(of: table, startingWith: question.typed.lowercased()).map {
                .init($0.id, "\(table.name) \($0.name)")
            }
        }
    }

    private var record: (table: TableDescription, id: String)? {
        guard let source, let prefix = question.words.first, prefix.utf8.count >= 4 else { return nil }
        for table in source.catalog.tables {
            if let found = source.records(of: table, startingWith: prefix.lowercased()).first {
                return (table, found.id)
            }
        }
        return nil
    }

    private func comuni() -> [Question.Choice] {
        guard let comuni = table(named: "comune"), let source else { return [] }
        return source.records(of: comuni, startingWith: "").map { .init($0.name, "") }
    }

    private func conflicts() -> [Question.Choice] {
        (source?.conflicts(startingWith: question.typed.lowercased()) ?? []).map { .init($0.id, $0.name) }
    }
}
