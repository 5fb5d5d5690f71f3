import ArgumentParser

/// `zona refused`.
struct Refused: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Changes of yours that the hub did not take: they are kept here with all their values.",
        discussion: """
            The tables hold what the hub has. Read what was refused and why, write it again as it should be (`zona \
            edit`, `zona add`), then drop it.

            EXAMPLES
              zona refused list
              zona refused show 12
              zona refused drop 12
            """,
        subcommands: [RefusedList.self, RefusedShow.self, RefusedDrop.self],
        defaultSubcommand: RefusedList.self)
}
