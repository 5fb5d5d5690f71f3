import ArgumentParser
import ReplicaStore
import SyncCore
import Texts

/// `zona conflicts list`.
struct ConflictsList: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: localized("The inbox: what waits for a decision."),
        discussion: Help.discussion(
            localized(
                """
                Those decided here are left out; --all shows them, too, and those that are closed. C marks the \
                contested ones: the consolidation waits for a decision. d marks those that were decided here, r those \
                reopened here, which the hub has not confirmed yet. What is at stake is the difference between the two \
                sides in euro; of a record that one side deleted, all its money.
                """),
            examples: """
                  zona conflicts
                  zona conflicts list --mine --order amount
                  zona conflicts list --contested --older-than 2w
                  zona conflicts list --kind update --table soggetto --comune Amelia
                  zona conflicts list --min-amount 1.000,00 --json
                  zona conflicts list --all --json
                """))

    private static let limitOfText = 100

    @Flag(help: ArgumentHelp(localized("Also those that are decided or closed.")))
    var all = false

    @OptionGroup var selection: ConflictSelection

    @Option(help: ArgumentHelp(localized("At most so many. Default: \(limitOfText), with --json all.")))
    var limit: Int?

    @OptionGroup var options: GlobalOptions

    func validate() throws {
        guard limit ?? 1 > 0 else { throw ValidationError(localized("--limit must be at least 1")) }
    }

    func run() throws {
        let work = try Workplace(options)
        let now = Moment.now()
        var filter = try selection.filter(work.store, now: now)
        if all { filter.states = .all }
        let items = try work.store.inbox(filter, order: selection.order)
        let shown = Array(items.prefix(limit ?? (options.json ? .max : Self.limitOfText)))
        let decided = try work.store.conflictsDecidedHere()
        let text = InboxText(store: work.store, hasClosed: all, now: now)
        work.answer.give(
            .object([
                "conflicts": .array(shown.map(text.json)), "more": .bool(shown.count < items.count),
                "count": .integer(items.count), "decided_here": .integer(decided),
                "by_kind": .object(
                    Dictionary(uniqueKeysWithValues: InboxText.counts(items).map { ($0.kind, .integer($0.count)) })),
                "contested": .integer(items.count { $0.conflict.isContested }),
            ])
        ) { self.text(items, shown, isNarrow: filter.isNarrow, decided: decided, text) }
    }

    private func text(
        _ items: [InboxItem], _ shown: [InboxItem], isNarrow: Bool, decided: Int, _ text: InboxText
    ) -> String {
        var lines: [String] = []
        if items.isEmpty {
            lines.append(
                isNarrow
                    ? localized("no conflict is like this")
                    : all ? localized("there are no conflicts") : localized("no conflict waits for a decision"))
        } else {
            lines.append(text.table(shown))
            if shown.count < items.count {
                lines.append(
                    localized("(\(items.count - shown.count) more: raise --limit, or choose; `--help` says how)"))
            }
            if items.count > 1 { lines += ["", InboxText.summary(items)] }
        }
        if decided > 0 && !all {
            lines.append(localized("\(decided) more decided here and not yet sent: `zona sync` tells the others"))
        }
        return lines.joined(separator: "\n")
    }
}
