import ArgumentParser
import Platform
import ReplicaStore
import SyncCore
import Texts

/// `zona refused show ID`.
struct RefusedShow: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: localized("Show a refused change with all its values."),
        discussion: Help.discussion(
            localized(
                """
                A star marks the columns that were changed.
                """),
            examples: """
                  zona refused show 12
                """))

    @Argument(help: ArgumentHelp(localized("The number that `zona refused list` shows.")))
    var id: String

    @OptionGroup var options: GlobalOptions

    func run() throws {
        let work = try Workplace(options)
        let changes = try work.store.refusedChanges()
        let change = try RefusedReference.find(id, among: changes)
        work.answer.give(RefusedText.json(change)) {
            let name = RefusedReference.name(change, among: changes)
            let table = work.store.catalog.table(named: change.table)
            let author = Words.author(change.author)
            let heading = [
                localized("refused \(RefusedText.what(change)) of \(change.table) \(change.id)"),
                localized("by \(author), told \(Moment.inWords(change.refusedAt))"),
                localized("because \(RefusedText.reason(change))"),
            ].map(SafeText.line)
            var values = TextTable(
                [.init(""), .init(localized("column")), .init(localized("value"))], overflow: .wraps)
            for value in change.values {
                let column = table.flatMap { table in table.column(named: value.column).map { table.columns[$0] } }
                let text = SafeText.lines(ValueText.human(value.value, column))
                values.append([value.isChanged ? "*" : "", SafeText.line(value.column), text])
            }
            let shown = change.values.isEmpty ? [] : ["", values.text(width: Terminal.width)]
            let ways =
                (change.operation == .delete
                    ? [] : [localized("to mend it:         zona refused edit \(name) column=value")])
                + [
                    localized("to write it again:  zona refused resubmit \(name)"),
                    localized("to let it go:       zona refused drop \(name)"),
                ]
            return (heading + shown + [""] + ways).joined(separator: "\n")
        }
    }
}
