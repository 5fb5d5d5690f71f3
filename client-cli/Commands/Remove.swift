import ArgumentParser
import ReplicaStore
import SyncCore

/// `zona rm [TABLE] ID`.
struct Remove: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rm",
        abstract: "Delete a record.",
        discussion: """
            If somebody else edits the record before your delete reaches him, his edit wins and is listed as a conflict.

            EXAMPLES
              zona rm 0190f3c2-5a1e
              zona rm incontro 0190f3c2
            """)

    @Argument(help: "The table, if you like, and the record's id.")
    var words: [String]

    @OptionGroup var options: GlobalOptions

    func run() throws {
        let work = try Workplace(options)
        let (table, id) = try RecordReference.find(words, in: work.store)
        _ = try Names.writable(table)
        try work.store.delete(id, of: table, by: work.author)
        let isCaptured = work.captureOwnWrite(closing: (id, table))
        work.answer.give(
            .object([
                "table": .text(table.name), "id": .text(id.description), "deleted": .bool(true),
                "captured": .bool(isCaptured),
            ])
        ) { "deleted \(table.name) \(id)" }
    }
}
