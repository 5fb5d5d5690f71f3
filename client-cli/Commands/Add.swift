import ArgumentParser
import DataDesk
import ReplicaStore
import SyncCore
import Texts

/// `zona add TABLE col=value …`.
struct Add: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: localized("Add a record, and print its id."),
        discussion: Help.discussion(
            valueHelp,
            examples: """
                  zona add soggetto denominazione='Banca del tempo' tipo_soggetto=VOL
                  zona add soggetto --form
                  zona add incontro tavolo_id=0190f3c2 comune_id=Narni tipo=tavolo \\
                    data=29/11/2026 ora_inizio=10:00
                  zona add quota_comune assegnazione_id=0190f3c2 comune_id=Amelia \\
                    importo_cent=1.250,00 --dry-run
                  zona add proposta comune_id=Narni titolo=Mensa testo@mensa.txt \\
                    presentata_il=2026-03-01
                  zona add soggetto --from-json soggetti.json
                """))

    /// What `add`, `edit` and `conflicts resolve` say of values.
    static var valueHelp: String {
        localized(
            """
            Values are given as column=value, the column by its name or its label. Nothing behind the = is empty \
            text, or no value where the column allows that; column:null is no value; column@FILE takes the text of a \
            file. Yes and no are si and no (or 1 and 0). Money is in cents, 125000, or in euro with a comma, \
            1.250,00. Dates are 29/11/2026 or 2026-11-29, times 10:00. A code is given by itself or by its label, a \
            record that a column points to by its name, its key, its id or the beginning of it. Every value is \
            checked first, and all that is wrong is told at once. Nobody waits for the network: the record is \
            written here, and the next sync sends it.
            """)
    }

    @Argument(help: ArgumentHelp(localized("The table.")))
    var table: String

    @Argument(help: ArgumentHelp(localized("The values."), valueName: "col=value"))
    var values: [String] = []

    @OptionGroup var source: EntrySource

    @OptionGroup var options: GlobalOptions

    func run() throws {
        let work = try Workplace(options)
        let table = try Names.writableTable(table, in: work.store.catalog)
        let desk = EntryDesk(work: work, table: table)
        let result = try source.outcomes(desk, words: values, id: nil)
        let isCaptured = !source.dryRun && work.captureOwnWrite()
        try work.answer.give(Self.json(result, desk, isCaptured: isCaptured, isDry: source.dryRun)) {
            guard source.dryRun else { return result.map(\.id.description).joined(separator: "\n") }
            return try result.map { outcome in
                ([localized("would be added to \(table.name):")] + (try desk.lines(outcome))).joined(separator: "\n")
            }.joined(separator: "\n")
        }
    }

    private static func json(
        _ outcomes: [EntryOutcome], _ desk: EntryDesk, isCaptured: Bool, isDry: Bool
    ) -> JSONValue {
        let added = outcomes.map { outcome -> [String: JSONValue] in
            var members = desk.json(outcome)
            // A trial's id is none that anybody could ask for.
            if isDry { members["id"] = .null }
            return members
        }
        let rest: [String: JSONValue] = ["captured": .bool(isCaptured), "dry_run": .bool(isDry)]
        guard added.count == 1, let only = added.first else {
            return .object(rest.merging(["records": .array(added.map(JSONValue.object))]) { $1 })
        }
        return .object(only.merging(rest) { $1 })
    }
}
