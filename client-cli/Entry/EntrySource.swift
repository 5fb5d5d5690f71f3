import ArgumentParser
import DataDesk
import Platform
import ReplicaStore
import SyncCore
import Texts

/// Where `add` and `edit` take values from.
struct EntrySource: ParsableArguments {
    @Option(
        name: .customLong("from-json"),
        help: ArgumentHelp(
            localized("Take the values from JSON: an object, or an array of objects, all or nothing; - is stdin."),
            valueName: "file"))
    var fromJSON: String?

    @Flag(
        help: ArgumentHelp(localized("Ask for it field by field. Without values, at a terminal, it is so by itself.")))
    var form = false

    @Flag(help: ArgumentHelp(localized("Open it in your editor (VISUAL, EDITOR).")))
    var editor = false

    @Flag(name: .customLong("dry-run"), help: ArgumentHelp(localized("Check everything, show it, write nothing.")))
    var dryRun = false

    mutating func validate() throws {
        guard [form, editor, fromJSON != nil].filter({ $0 }).count < 2 else {
            throw ValidationError(localized("choose one of --form, --editor and --from-json"))
        }
    }

    /// Whether the values come from elsewhere than the command's words.
    var isElsewhere: Bool { form || editor || fromJSON != nil }

    /// What was written, or would be.
    func outcomes(
        _ desk: EntryDesk, words: [String], id: RecordID?, isEdit: Bool = false
    ) throws -> [EntryOutcome] {
        let fields = try EntryDesk.fields(words, of: desk.table)
        if let fromJSON {
            let inputs = try EntryJSON.inputs(fromJSON, desk.table, id: id, isEdit: isEdit, adding: fields)
            return try desk.write(inputs, keeps: !dryRun)
        }
        if editor {
            return try TypedEntry(desk, id, given: fields, dryRun: dryRun).onScreen {
                try EntryEditor(entry: $0).outcomes()
            }
        }
        if form || fields.isEmpty && Terminal.isInputInteractive {
            return try TypedEntry(desk, id, given: fields, dryRun: dryRun).onScreen {
                try EntryQuestions(entry: $0).outcomes()
            }
        }
        return try desk.write([EntryInput(id: id, fields: fields)], keeps: !dryRun)
    }
}
