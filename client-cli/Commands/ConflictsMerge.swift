import ArgumentParser
import ReplicaStore
import SyncCore
import Texts

/// `zona conflicts merge ID`.
struct ConflictsMerge: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "merge",
        abstract: localized("Make one record of duplicates."),
        discussion: Help.discussion(
            localized(
                """
                `zona conflicts show` shows the duplicates side by side, as A, B and so on. A's id stays, with the \
                values of the one that you take and those that you give; the others go, and what points to them points \
                to A. Works offline; the others go with the next sync.

                \(Add.valueHelp)
                """),
            examples: """
                  zona conflicts merge 81c0aa17
                  zona conflicts merge 81c0aa17 --take B
                  zona conflicts merge 81c0aa17 --take B telefono='0744 1' --note 'stessa associazione, numero nuovo'
                """))

    @Argument(help: ArgumentHelp(localized("The conflict's id, or its beginning.")))
    var id: String

    @Argument(help: ArgumentHelp(localized("Values that differ from those taken."), valueName: "col=value"))
    var values: [String] = []

    @Option(help: ArgumentHelp(localized("Whose values stay: A, B, …."), valueName: "letter"))
    var take = "A"

    @Option(help: ArgumentHelp(localized("Why, for whoever reads it later.")))
    var note = ""

    @OptionGroup var options: GlobalOptions

    func run() throws {
        let work = try Workplace(options)
        let conflict = try work.store.conflict(startingWith: id.lowercased())
        let table = try Names.table(conflict.table, in: work.store.catalog)
        let letters = StateConflictText.letters(conflict.members.count)
        guard conflict.kind != "duplicate" || letters.contains(take.uppercased()) else {
            throw CommandFailure(
                .usage, "usage",
                localized("--take is one of \(letters.joined(separator: ", ")): see `zona conflicts show`"))
        }
        let survivor = try work.store.merge(
            conflict, keeping: letters.firstIndex(of: take.uppercased()) ?? 0,
            TypedValues(store: work.store, table: table).read(values), note: note, by: work.author, now: Moment.now())
        let isCaptured = work.captureOwnWrite(closing: [(survivor, table)])
        work.answer.give(
            .object([
                "conflict": .text(conflict.id.description), "table": .text(table.name),
                "record_id": .text(survivor.description),
                "merged": .array(conflict.members.dropFirst().map { .text($0.description) }),
                "captured": .bool(isCaptured),
            ])
        ) {
            let gone = conflict.members.count - 1
            return localized("merged into \(table.name) \(survivor)") + "\n\(Words.syncTells); "
                + localized(gone, one: "\(gone) record will go", other: "\(gone) records will go")
        }
    }
}
