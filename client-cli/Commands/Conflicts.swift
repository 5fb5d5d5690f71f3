import ArgumentParser
import Texts

/// `zona conflicts`.
struct Conflicts: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: localized("What two people changed without seeing each other's change, and how to decide it."),
        discussion: Help.discussion(
            localized(
                """
                Of two such values one is shown, by the rule of the table, and the other is kept aside: nothing is \
                lost. A decision says which value stays, and reaches everybody with the next sync. Records that are \
                there twice, that lost their parent, or that a merge brought against a check are listed here, too, \
                while it is so.
                """),
            examples: """
                  zona conflicts
                  zona conflicts list --mine --order amount
                  zona conflicts show 3f2a91c0-77b1
                  zona conflicts resolve 3f2a91c0-77b1 --take other --note 'sentito Narni al telefono'
                  zona conflicts resolve --column telefono --take shown
                  zona conflicts review --mine
                  zona conflicts merge 81c0aa17-03de --take B telefono='0744 1'
                  zona conflicts reopen 3f2a91c0-77b1 --note 'la fattura dice altro'
                """),
        subcommands: [
            ConflictsList.self, ConflictsShow.self, ConflictsResolve.self, ConflictsReview.self, ConflictsMerge.self,
            ConflictsReopen.self,
        ],
        defaultSubcommand: ConflictsList.self)
}
