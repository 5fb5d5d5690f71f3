import ArgumentParser
import ReplicaStore
import SyncCore

/// `zona edit [TABLE] ID col=value …`.
struct Edit: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Change values of a record.",
        discussion: """
            \(Add.valueHelp)

            EXAMPLES
              zona edit 0190f3c2-5a1e luogo='Sala consiliare'
              zona edit incontro 0190f3c2 stato=svolto verbale@verbale.txt
              zona edit soggetto 0190f3c2 pec:null
            """)

    @Argument(help: ArgumentHelp("The table, if you like, the record's id, and the new values.", valueName: "words"))
    var words: [String]

    @OptionGroup var options: GlobalOptions

    func run() throws {
        let (reference, assignments) = CommandWords.split(words)
        guard !assignments.isEmpty else {
            throw CommandFailure(.usage, "usage", "say what to change, as column=value: `zona help edit` has examples")
        }
        let work = try Workplace(options)
        let (table, id) = try RecordReference.find(reference, in: work.store)
        let values = try TypedValues(store: work.store, table: Names.writable(table)).read(assignments)
        let isChanged = try work.store.update(id, of: table, values, by: work.author)
        if !isChanged { try work.store.endTouch(id, of: table) }
        let isCaptured = isChanged && work.captureOwnWrite(closing: (id, table))
        work.answer.give(
            .object([
                "table": .text(table.name), "id": .text(id.description), "changed": .bool(isChanged),
                "captured": .bool(isCaptured),
            ])
        ) {
            isChanged
                ? "changed \(table.name) \(id)"
                : "nothing to change: \(table.name) \(id) has these values already"
        }
    }
}
