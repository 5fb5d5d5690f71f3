import ArgumentParser
import ReplicaStore
import SyncCore
import Texts

/// `zona conflicts resolve ID`, and of many at once.
struct ConflictsResolve: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "resolve",
        abstract: localized("Decide which value stays."),
        discussion: Help.discussion(
            localized(
                """
                --take shown keeps the value that the record holds now; --take other puts the value that was kept \
                aside in its place; values write new ones. Field by field: column:other takes the other value of this \
                field, column:shown leaves what stands; fields that are not named follow --take, or stay as they \
                stand. The decision closes the conflict for everybody when the hub has it. If somebody else decides \
                otherwise meanwhile, that is a new conflict.

                Many at once: the options of `zona conflicts list` in the place of an id. Without --yes it shows what \
                it would decide and changes nothing; with --yes it decides them all, or none if it is stopped. Those \
                that cannot be decided so are named and left open.

                \(Add.valueHelp)
                """),
            examples: """
                  zona conflicts resolve 3f2a91c0 --take shown
                  zona conflicts resolve 3f2a91c0 --take other --note 'sentito Narni al telefono'
                  zona conflicts resolve 3f2a91c0 importo_cent=1.300,00
                  zona conflicts resolve 3f2a91c0 telefono:other pec:shown indirizzo='Via Roma 1'
                  zona conflicts resolve --table soggetto --comune Amelia --take other
                  zona conflicts resolve --table soggetto --comune Amelia --take other --yes
                  zona conflicts resolve --all-matching --take shown --yes
                """))

    @Argument(
        help: ArgumentHelp(
            localized("The conflict's id, or its beginning; then fields: col=value, col:other, col:shown."),
            valueName: "words"))
    var words: [String] = []

    @Option(help: ArgumentHelp(localized("Which value stays: the one that is shown, or the other.")))
    var take: FieldPick.Side?

    @Option(help: ArgumentHelp(localized("Why, for whoever reads it later.")))
    var note = ""

    @Flag(help: ArgumentHelp(localized("All that wait for a decision, where no other option chooses.")))
    var allMatching = false

    @Flag(help: ArgumentHelp(localized("Of many at once: decide, do not only show.")))
    var yes = false

    @OptionGroup var selection: ConflictSelection
    @OptionGroup var options: GlobalOptions

    private var id: String? { words.first.flatMap { Self.isField($0) ? nil : $0 } }
    private var fields: [String] { Array(words.dropFirst(id == nil ? 0 : 1)) }

    private static func isField(_ word: String) -> Bool { Assignment(word) != nil || FieldPick.read(word) != nil }

    func validate() throws {
        if let strange = fields.first(where: { !Self.isField($0) }) {
            throw ValidationError(
                localized(
                    """
                    \(strange) is not understood: write column=value, column:other or column:shown, and one id
                    """))
        }
        guard id != nil || fields.isEmpty else {
            throw ValidationError(localized("values are for one conflict: give its id first"))
        }
        guard take != nil || !fields.isEmpty else {
            throw ValidationError(localized("say either --take shown, or --take other, or new values as column=value"))
        }
        guard id == nil || !allMatching && !yes else {
            throw ValidationError(
                localized("--all-matching and --yes are for many conflicts: leave the id out, or the options"))
        }
    }

    func run() throws {
        let work = try Workplace(options)
        let now = Moment.now()
        let filter = try selection.filter(work.store, now: now)
        guard let id else {
            guard filter.isNarrow || allMatching else {
                throw CommandFailure(
                    .usage, "usage",
                    localized(
                        """
                        say which: an id, options that choose as `zona conflicts list --help` shows, or \
                        --all-matching
                        """))
            }
            return try decideMany(filter, work, now: now)
        }
        guard !filter.isNarrow else {
            throw CommandFailure(.usage, "usage", localized("give an id, or options that choose: it cannot be both"))
        }
        let conflict = try work.store.conflict(startingWith: id.lowercased())
        let table = try Names.table(conflict.table, in: work.store.catalog)
        let choice = try FieldPick.choice(fields, rest: take, conflict, table, work.store)
        try work.store.resolve(conflict, choice, note: note, by: work.author, now: now)
        let said = DecisionText.said(
            choice, conflict, table, row: try work.store.row(conflict.recordID, of: table))
        let isCaptured = work.captureOwnWrite(closing: [(conflict.recordID, table)])
        work.answer.give(
            .object([
                "conflict": .text(conflict.id.description), "table": .text(table.name),
                "record_id": .text(conflict.recordID.description), "choice": .text(Self.word(choice)),
                "captured": .bool(isCaptured),
            ])
        ) { said + "\n" + Words.syncTells }
    }

    private static func word(_ choice: ConflictChoice) -> String {
        switch choice {
        case .shown: "shown"
        case .other: "other"
        case .new: "new"
        }
    }

    // MARK: Many at once

    private func decideMany(_ filter: ConflictFilter, _ work: Workplace, now: Int64) throws {
        let items = try work.store.inbox(filter, order: selection.order)
        let outcome = try work.store.resolve(
            items.map(\.conflict), take == .other ? .other : .shown, note: note, by: work.author, now: now,
            isRehearsal: !yes)
        let isCaptured = yes && !outcome.decided.isEmpty && work.captureOwnWrite()
        let text = InboxText(store: work.store, now: now)
        let decided = Set(outcome.decided)
        work.answer.give(
            .object([
                "decided": .bool(yes), "choice": .text(take?.rawValue ?? "shown"),
                "count": .integer(outcome.decided.count), "captured": .bool(isCaptured),
                "conflicts": .array(items.filter { decided.contains($0.conflict.id) }.map(text.json)),
                "left": .array(
                    outcome.left.map { conflict, why in
                        .object([
                            "conflict": .text(conflict.description), "code": .text(why.code.rawValue),
                            "message": .text(why.context),
                        ])
                    }),
            ])
        ) { manyText(items, outcome, text) }
        guard !outcome.decided.isEmpty || outcome.left.isEmpty else {
            throw CommandFailure(
                .badValue, "not-valid",
                localized("none of them can be decided so, for the reasons named: nothing was changed"))
        }
    }

    private func manyText(_ items: [InboxItem], _ outcome: BulkDecision, _ text: InboxText) -> String {
        guard !items.isEmpty else { return localized("no conflict is like this: nothing to decide") }
        let decided = Set(outcome.decided)
        let taken = items.filter { decided.contains($0.conflict.id) }
        var lines: [String] = []
        if !yes, !taken.isEmpty { lines += [text.table(Array(taken.prefix(100)))] }
        if !yes, taken.count > 100 { lines.append(localized("(\(taken.count - 100) more)")) }
        if !outcome.left.isEmpty {
            let ids = ShortIDs(outcome.left.map(\.conflict))
            lines += ["", localized("not to be decided so, and left open:")]
            for (conflict, why) in outcome.left.prefix(20) {
                lines.append("  \(ids.text(conflict))  \(SafeText.line(CommandFailure(why).message))")
            }
            if outcome.left.count > 20 {
                lines.append("  " + localized("(\(outcome.left.count - 20) more: --json names them all)"))
            }
        }
        guard !taken.isEmpty else { return lines.drop { $0.isEmpty }.joined(separator: "\n") }
        let what =
            take == .other
            ? localized("of each the other value takes its place") : localized("of each what is shown stays")
        let count = Words.conflicts(outcome.decided.count)
        if !lines.isEmpty { lines.append("") }
        lines.append(
            yes
                ? localized("decided \(count): \(what)") + "\n" + Words.syncTells
                : localized("would decide \(count): \(what)") + "\n"
                    + localized("nothing is changed; the same with --yes decides"))
        return lines.drop { $0.isEmpty }.joined(separator: "\n")
    }
}

extension FieldPick.Side: ExpressibleByArgument {}
