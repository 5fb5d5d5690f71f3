import ArgumentParser

/// `zona conflicts`.
struct Conflicts: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "What two people changed without seeing each other's change, and how to decide it.",
        discussion: """
            Of two such values one is shown, by the rule of the table, and the other is kept aside: nothing is lost. A \
            decision says which value stays, and reaches everybody with the next sync.

            EXAMPLES
              zona conflicts list
              zona conflicts show 3f2a91c0-77b1
              zona conflicts resolve 3f2a91c0-77b1 --take other --note 'by telephone with Narni'
            """,
        subcommands: [ConflictsList.self, ConflictsShow.self, ConflictsResolve.self],
        defaultSubcommand: ConflictsList.self)
}
