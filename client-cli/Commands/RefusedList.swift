import ArgumentParser
import Platform
import ReplicaStore
import SyncCore
import Texts

/// `zona refused list`.
struct RefusedList: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: localized("List the refused changes, the oldest first."),
        discussion: Help.discussion(
            examples: """
                  zona refused list
                """))

    @OptionGroup var options: GlobalOptions

    func run() throws {
        let work = try Workplace(options)
        let changes = try work.store.refusedChanges()
        work.answer.give(.object(["refused": .array(changes.map(RefusedText.json))])) {
            guard !changes.isEmpty else { return localized("nothing was refused") }
            var table = TextTable([
                .init("id", isRight: true, isWhole: true), .init(localized("what")),
                .init(localized("record")), .init(localized("told")), .init(localized("why")),
            ])
            let now = Moment.now()
            for change in changes {
                let record = "\(change.table) \(change.id.description.prefix(ShortIDs.shortest))"
                table.append(
                    [
                        RefusedReference.name(change, among: changes), RefusedText.what(change), record,
                        Moment.distance(change.refusedAt, now), RefusedText.reason(change),
                    ].map(SafeText.line))
            }
            return table.text(width: Terminal.width)
        }
    }
}
