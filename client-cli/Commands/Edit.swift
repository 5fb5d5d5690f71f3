import ArgumentParser
import DataDesk
import Platform
import ReplicaStore
import SyncCore
import Texts

/// `zona edit [TABLE] ID col=value …`.
struct Edit: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: localized("Change values of a record."),
        discussion: Help.discussion(
            Add.valueHelp,
            examples: """
                  zona edit 0190f3c2-5a1e luogo='Sala consiliare'
                  zona edit incontro 0190f3c2 stato=svolto verbale@verbale.txt
                  zona edit soggetto 0190f3c2 pec:null --dry-run
                  zona edit soggetto 0190f3c2 --form
                  zona edit soggetto 0190f3c2 --editor
                  zona edit soggetto --from-json soggetti.json
                """))

    @Argument(
        help: ArgumentHelp(
            localized("The table, if you like, the record's id, and the new values."), valueName: "words"))
    var words: [String]

    @OptionGroup var source: EntrySource

    @OptionGroup var options: GlobalOptions

    func run() throws {
        let (reference, assignments) = CommandWords.split(words)
        let work = try Workplace(options)
        let table: TableDescription
        let id: RecordID?
        if source.fromJSON != nil, reference.count == 1, let named = work.store.catalog.table(named: reference[0]) {
            (table, id) = (named, nil)
        } else {
            let found = try RecordReference.find(reference, in: work.store)
            (table, id) = (found.table, found.id)
        }
        let desk = EntryDesk(work: work, table: try Names.writable(table))
        guard !assignments.isEmpty || source.isElsewhere || Terminal.isInputInteractive else {
            throw CommandFailure(
                .usage, "usage", localized("say what to change, as column=value: `zona help edit` has examples"))
        }
        let outcomes = try source.outcomes(desk, words: assignments, id: id, isEdit: true)
        let isChanged = outcomes.contains { !$0.changes.isEmpty }
        var isCaptured = false
        if isChanged, !source.dryRun {
            isCaptured = work.captureOwnWrite(closing: outcomes.map { ($0.id, table) })
        } else if !source.dryRun {
            for outcome in outcomes { try work.store.endTouch(outcome.id, of: table) }
        }
        try work.answer.give(Self.json(outcomes, desk, isCaptured: isCaptured, isDry: source.dryRun)) {
            try outcomes.map { try text($0, desk) }.joined(separator: "\n")
        }
    }

    private func text(_ outcome: EntryOutcome, _ desk: EntryDesk) throws -> String {
        let name = "\(desk.table.name) \(outcome.id)"
        guard !outcome.changes.isEmpty else {
            return localized("nothing to change: \(name) has these values already")
        }
        let first = source.dryRun ? localized("would change \(name)") : localized("changed \(name)")
        return ([first] + (try desk.lines(outcome))).joined(separator: "\n")
    }

    private static func json(
        _ outcomes: [EntryOutcome], _ desk: EntryDesk, isCaptured: Bool, isDry: Bool
    ) -> JSONValue {
        let edited = outcomes.map { outcome in
            desk.json(outcome).merging(["changed": .bool(!outcome.changes.isEmpty)]) { $1 }
        }
        let rest: [String: JSONValue] = ["captured": .bool(isCaptured), "dry_run": .bool(isDry)]
        guard edited.count == 1, let only = edited.first else {
            return .object(rest.merging(["records": .array(edited.map(JSONValue.object))]) { $1 })
        }
        return .object(only.merging(rest) { $1 })
    }
}
