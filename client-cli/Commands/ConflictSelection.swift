import ArgumentParser
import ReplicaStore
import SyncCore
import Texts

/// The options that choose conflicts, the same for `list`, `resolve` and `review`.
struct ConflictSelection: ParsableArguments {
    /// What a conflict can be about (`docs/merge-rules.md`).
    static let kinds = ["update", "edit-delete", "restored", "duplicate", "orphan", "invalid"]

    @Option(help: ArgumentHelp(localized("Only of this kind: \(kinds.joined(separator: ", ")). May be repeated.")))
    var kind: [String] = []

    @Option(help: ArgumentHelp(localized("Only about records of this table. May be repeated.")))
    var table: [String] = []

    @Option(help: ArgumentHelp(localized("Only about this column. May be repeated.")))
    var column: [String] = []

    @Option(
        help: ArgumentHelp(
            localized("Only where this comune wrote one of the sides: its name or ISTAT code. May be repeated.")))
    var comune: [String] = []

    @Option(
        help: ArgumentHelp(localized("Only those listed before: an age, as 12h, 7d, 2w, or a date."), valueName: "age"))
    var olderThan: String?

    @Option(help: ArgumentHelp(localized("Only those listed since: an age or a date."), valueName: "age"))
    var since: String?

    @Option(
        help: ArgumentHelp(
            localized("Only where so much money is at stake, or more: 10000 or 100,00."), valueName: "amount"))
    var minAmount: String?

    @Flag(help: ArgumentHelp(localized("Only the contested ones, for which the consolidation waits.")))
    var contested = false

    @Flag(help: ArgumentHelp(localized("Only those that this comune may decide.")))
    var mine = false

    @Option(help: ArgumentHelp(localized("oldest first, newest first, by amount at stake, or by record.")))
    var order = ConflictOrder.oldest

    /// What the options say, with names looked up.
    func filter(_ store: ReplicaStore, now: Int64) throws -> ConflictFilter {
        var filter = ConflictFilter()
        for name in kind where !Self.kinds.contains(name) {
            throw CommandFailure(
                .usage, "usage",
                localized(
                    """
                    there is no kind \(name).\(Suggestion.text(for: name, among: Self.kinds)) The kinds are \
                    \(Self.kinds.joined(separator: ", "))
                    """))
        }
        filter.kinds = kind
        let tables = try table.map { try Names.table($0, in: store.catalog) }
        filter.tables = tables.map(\.name)
        filter.columns = try column.flatMap { name in
            let names = try tables.map { $0.columns[try Names.column(name, of: $0)].name }
            return names.isEmpty ? try Self.columns(name, store.catalog) : names
        }
        if !comune.isEmpty { filter.comuni = try comune.map { try Self.comune($0, store) } }
        filter.listedUntil = try olderThan.map { try Age.read($0, "--older-than", now: now).moment - 1 }
        filter.listedSince = try since.map { try Age.read($0, "--since", now: now).moment }
        if let minAmount {
            guard let cents = Euro.cents(minAmount), cents >= 0 else {
                throw CommandFailure(
                    .usage, "usage",
                    localized(
                        """
                        --min-amount is money: cents as 10000, or euro with two decimals as 100,00; not \
                        \(minAmount)
                        """))
            }
            filter.minimumAmount = cents
        }
        filter.isContested = contested
        filter.isMine = mine
        return filter
    }

    /// The columns of all tables that are called so; a name goes before the label of another.
    private static func columns(_ name: String, _ catalog: Catalog) throws -> [String] {
        if catalog.tables.contains(where: { $0.column(named: name) != nil }) { return [name] }
        let names = catalog.tables.compactMap { table in
            (try? FieldNames.find(name, in: table)).map { table.columns[$0].name }
        }
        guard !names.isEmpty else {
            throw CommandFailure(.notFound, "unknown-column", localized("no table has a column \(name)"))
        }
        return Set(names).sorted()
    }

    /// A comune by its name, whatever the case of its letters, or by its ISTAT code: its name.
    private static func comune(_ text: String, _ store: ReplicaStore) throws -> String {
        let table = try Names.table("comune", in: store.catalog)
        let name = try Names.column("denominazione", of: table)
        let code = try Names.column("codice_istat", of: table)
        var names: [String] = []
        for row in try store.rows(of: table, limit: .max) {
            let known = ValueText.human(row.values[name], nil)
            names.append(known)
            if known.lowercased() == text.lowercased() || ValueText.human(row.values[code], nil) == text {
                return known
            }
        }
        throw CommandFailure(
            .notFound, "not-found",
            localized(
                """
                no comune of the ambito is called \(text).\(Suggestion.text(for: text, among: names)) `zona list \
                comune` shows them
                """))
    }
}

extension ConflictOrder: ExpressibleByArgument {}
