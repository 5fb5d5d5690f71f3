import ArgumentParser
import ReplicaStore
import SyncCore
import Texts

/// `zona refused drop ID …`.
struct RefusedDrop: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "drop",
        abstract: localized("Let refused changes go, with their values."),
        discussion: Help.discussion(
            examples: """
                  zona refused drop 12
                  zona refused drop 12 13 17
                """))

    @Argument(help: ArgumentHelp(localized("The numbers that `zona refused list` shows.")))
    var ids: [String]

    @OptionGroup var options: GlobalOptions

    func run() throws {
        let work = try Workplace(options)
        let changes = try work.store.refusedChanges()
        // All are looked up before the first goes, so that a typing error drops nothing.
        let chosen = try ids.map { try RefusedReference.find($0, among: changes) }
        let now = Moment.now()
        for change in chosen { _ = try work.store.dropRefused(change.dot, now: now) }
        work.answer.give(.object(["dropped": .array(chosen.map { .text($0.dot.description) })])) {
            localized(
                chosen.count, one: "dropped \(chosen.count) refused change",
                other: "dropped \(chosen.count) refused changes")
        }
    }
}
