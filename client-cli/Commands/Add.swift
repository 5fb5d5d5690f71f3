import ArgumentParser
import ReplicaStore
import SyncCore

/// `zona add TABLE col=value …`.
struct Add: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Add a record, and print its id.",
        discussion: """
            \(valueHelp)

            EXAMPLES
              zona add soggetto denominazione='Banca del tempo' tipo_soggetto=VOL
              zona add incontro tavolo_id=0190f3c2 comune_id=Narni tipo=tavolo \\
                data=2026-11-29 ora_inizio=10:00
              zona add quota_comune assegnazione_id=0190f3c2 comune_id=Amelia \\
                importo_cent=1.250,00
              zona add proposta comune_id=Narni titolo=Mensa testo@mensa.txt \\
                presentata_il=2026-03-01
            """)

    /// What `add`, `edit` and `conflicts resolve` say of values.
    static let valueHelp = """
        Values are given as column=value. Nothing behind the = is empty text, or no value where the column \
        allows that; column:null is no value; column@FILE takes the text of a file. Yes and no are si and no \
        (or 1 and 0). Money is in cents, 125000, or in euro with a comma and two decimals, 1.250,00. Dates are \
        2026-11-29, times 10:00. A record that a column points to is named by its id or the beginning of it; a \
        comune also by its name or ISTAT code. Nobody waits for the network: the record is written here, and the \
        next sync sends it.
        """

    @Argument(help: "The table.")
    var table: String

    @Argument(help: ArgumentHelp("The values.", valueName: "col=value"))
    var values: [String] = []

    @OptionGroup var options: GlobalOptions

    func run() throws {
        let work = try Workplace(options)
        let table = try Names.writableTable(table, in: work.store.catalog)
        let values = try TypedValues(store: work.store, table: table).read(values)
        let id = try work.store.insert(into: table, values, by: work.author)
        let isCaptured = work.captureOwnWrite()
        work.answer.give(
            .object(["table": .text(table.name), "id": .text(id.description), "captured": .bool(isCaptured)])
        ) { id.description }
    }
}
