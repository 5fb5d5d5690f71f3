import ArgumentParser
import DataDesk
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

    @Flag(name: .customLong("dry-run"), help: ArgumentHelp(localized("Check everything, show it, write nothing.")))
    var dryRun = false

    /// Whether the values come from elsewhere than the command's words.
    var isGiven: Bool { fromJSON != nil }

    /// What was written, or would be; nothing when the operator left.
    func outcomes(
        _ desk: EntryDesk, words: [String], id: RecordID?, isEdit: Bool = false
    ) throws -> [EntryOutcome]? {
        let fields = try EntryDesk.fields(words, of: desk.table)
        if let fromJSON {
            let inputs = try EntryJSON.inputs(fromJSON, desk.table, id: id, isEdit: isEdit, adding: fields)
            return try desk.write(inputs, keeps: !dryRun)
        }
        return try desk.write([EntryInput(id: id, fields: fields)], keeps: !dryRun)
    }
}
