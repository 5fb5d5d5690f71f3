import ArgumentParser
import ReplicaStore
import SyncCore

/// `zona conflicts resolve ID`.
struct ConflictsResolve: ParsableCommand {
    enum Side: String, ExpressibleByArgument, CaseIterable {
        case shown, other
    }

    static let configuration = CommandConfiguration(
        commandName: "resolve",
        abstract: "Decide which value stays.",
        discussion: """
            --take shown keeps the value that the record holds now; --take other puts the value that was kept \
            aside in its place; values write new ones. The decision closes the conflict for everybody when the \
            hub has it. If somebody else decides otherwise meanwhile, that is a new conflict.

            \(Add.valueHelp)

            EXAMPLES
              zona conflicts resolve 3f2a91c0 --take shown
              zona conflicts resolve 3f2a91c0 --take other --note 'by telephone with Narni'
              zona conflicts resolve 3f2a91c0 importo_cent=1.300,00
            """)

    @Argument(help: "The conflict's id, or its beginning.")
    var id: String

    @Argument(help: ArgumentHelp("New values, in the place of both.", valueName: "col=value"))
    var values: [String] = []

    @Option(help: "Which value stays: the one that is shown, or the other.")
    var take: Side?

    @Option(help: "Why, for whoever reads it later.")
    var note = ""

    @OptionGroup var options: GlobalOptions

    func validate() throws {
        guard (take == nil) != values.isEmpty else {
            throw ValidationError("say either --take shown, or --take other, or new values as column=value")
        }
    }

    func run() throws {
        let work = try Workplace(options)
        let conflict = try work.store.conflict(startingWith: id.lowercased())
        let table = try Names.table(conflict.table, in: work.store.catalog)
        let choice = try choice(table, work.store)
        try work.store.resolve(conflict, choice, note: note, by: work.author, now: Moment.now())
        let isCaptured = work.captureOwnWrite(closing: (conflict.recordID, table))
        work.answer.give(
            .object([
                "conflict": .text(conflict.id.description), "table": .text(table.name),
                "record_id": .text(conflict.recordID.description), "choice": .text(take?.rawValue ?? "new"),
                "captured": .bool(isCaptured),
            ])
        ) { said(conflict, table) + "\n`zona sync` tells the others" }
    }

    private func choice(_ table: TableDescription, _ store: ReplicaStore) throws -> ConflictChoice {
        switch take {
        case .shown: .shown
        case .other: .other
        case nil: .new(try TypedValues(store: store, table: table).read(values))
        }
    }

    private func said(_ conflict: Conflict, _ table: TableDescription) -> String {
        switch take {
        case .shown:
            conflict.columns.isEmpty
                ? "decided: the record stays as it stands"
                : "decided: what stood stays, \(ConflictText.values(conflict.shown, conflict, table))"
        case .other:
            conflict.columns.isEmpty
                ? "decided: the record is deleted"
                : "decided: the other value takes its place, \(ConflictText.values(conflict.other, conflict, table))"
        case nil: "decided: the new values take the place of both"
        }
    }
}
