import ArgumentParser
import Texts

/// `zona refused`.
struct Refused: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: localized("Changes of yours that the hub did not take: they are kept here with all their values."),
        discussion: Help.discussion(
            localized(
                """
                The tables hold what the hub has. Read what was refused and why, mend it and write it again, or drop it.
                """),
            examples: """
                  zona refused list
                  zona refused show 12
                  zona refused edit 12 data=2026-02-28
                  zona refused resubmit 12
                  zona refused drop 13
                """),
        subcommands: [
            RefusedList.self, RefusedShow.self, RefusedEdit.self, RefusedResubmit.self, RefusedDrop.self,
        ],
        defaultSubcommand: RefusedList.self)
}
