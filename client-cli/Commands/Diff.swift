import ArgumentParser
import ReplicaStore
import SyncCore
import Texts

/// `zona diff [TABLE]`.
struct Diff: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: localized("Show what was changed here and is not synced yet, field by field."),
        discussion: localized(
            """
            Compared with the rows as the hub last confirmed them, whatever program wrote here. `zona sync` sends it, \
            `zona revert` takes it back.

            EXAMPLES
              zona diff
              zona diff soggetto --limit 20
              zona diff --json
            """))

    @Argument(help: ArgumentHelp(localized("Only this table.")))
    var table: String?

    @Option(help: ArgumentHelp(localized("Name at most so many records; --json has them all.")))
    var limit = 200

    @OptionGroup var options: GlobalOptions

    func validate() throws {
        guard limit > 0 else { throw ValidationError(localized("--limit must be at least 1")) }
    }

    func run() throws {
        let work = try Workplace(options)
        let catalog = work.store.catalog
        let tables = try table.map { [try Names.table($0, in: catalog)] } ?? catalog.tables
        var totals = DiffTotals()
        try work.store.forEachUnsynced(in: tables) { totals.add($0) }
        totals.waitingBytes = Int64(try work.store.waiting().bytes)
        if work.answer.isJSON {
            var stream = try JSONStream(totals.json, array: "changes")
            try work.store.forEachUnsynced(in: tables) { try stream.append(UnsyncedText.json($0)) }
            return try stream.end()
        }
        guard totals.records > 0 else {
            let noted = table == nil ? try work.store.status().pendingRecords : 0
            guard noted > 0 else { return print(localized("nothing waits: what is here is what was last synced")) }
            let records = Words.records(noted)
            return print(
                localized(
                    """
                    no change waits; noted are \(records), changed back or to be given back to a restored hub: \
                    `zona sync` sends what the hub lacks
                    """))
        }
        var shown = 0
        var last: String?
        try work.store.forEachUnsynced(in: tables) { change in
            guard shown < limit else { return }
            shown += 1
            if last != change.table.name {
                if last != nil { print("") }
                print("\(SafeText.line(change.table.shownLabel)) (\(totals.text(of: change.table)))")
                last = change.table.name
            }
            for line in Self.lines(of: change) { print(line) }
        }
        print("")
        if shown < totals.records {
            let rest = totals.records - shown
            print(localized("(\(rest) more: --limit shows them, or name a table)"))
        }
        for line in totals.lines { print(line) }
    }

    private static func lines(of change: UnsyncedChange) -> [String] {
        let id = change.id.description.prefix(ShortIDs.shortest)
        let name = change.name.map { ": " + SafeText.cut(SafeText.line($0), to: 80) } ?? ""
        let when = Moment.distance(change.changedAt, Moment.now())
        let author = SafeText.line(UnsyncedText.author(change))
        var lines = ["  \(UnsyncedText.operation(change)) \(id)\(name)"]
        lines.append("    " + localized("by \(author), \(when)") + (change.isBehind ? ", " + localized("behind") : ""))
        return lines + UnsyncedText.fields(change)
    }
}

/// What all unsynced changes come to.
struct DiffTotals {
    private var counts: [(table: TableDescription, kinds: [UnsyncedChange.Kind: Int])] = []
    private(set) var records = 0
    private var behind = 0
    private var sealed = 0
    /// Of the batches that are ready to be sent.
    var waitingBytes: Int64 = 0

    mutating func add(_ change: UnsyncedChange) {
        if counts.last?.table.number != change.table.number { counts.append((change.table, [:])) }
        counts[counts.count - 1].kinds[change.kind, default: 0] += 1
        records += 1
        if change.isBehind { behind += 1 }
        if change.isCaptured { sealed += 1 }
    }

    private static let kinds: [UnsyncedChange.Kind] = [.insert, .update, .delete, .none]

    /// `soggetto: 1 added, 2 changed`.
    func text(of table: TableDescription) -> String {
        let kinds = counts.first { $0.table.number == table.number }?.kinds ?? [:]
        let parts = Self.kinds.compactMap { kind -> String? in
            guard let count = kinds[kind] else { return nil }
            return switch kind {
            case .insert: localized(count, one: "\(count) added", other: "\(count) added")
            case .update: localized(count, one: "\(count) changed", other: "\(count) changed")
            case .delete: localized(count, one: "\(count) deleted", other: "\(count) deleted")
            case .none: localized(count, one: "\(count) changed back", other: "\(count) changed back")
            }
        }
        return "\(table.name): \(parts.joined(separator: ", "))"
    }

    var lines: [String] {
        var lines = [
            localized(
                records, one: "\(records) record is not synced yet", other: "\(records) records are not synced yet")
                + ": "
                + localized(
                    "\(sealed) in batches that are ready to be sent, \(waitingBytes) bytes; `zona sync` sends them")
        ]
        if behind > 0 {
            lines.append(
                localized(
                    behind, one: "\(behind) of them is behind: somebody else has changed it, too",
                    other: "\(behind) of them are behind: somebody else has changed them, too"))
        }
        return lines
    }

    var json: [String: JSONValue] {
        [
            "records": .integer(records), "behind": .integer(behind), "sealed": .integer(sealed),
            "waiting_bytes": .integer(waitingBytes),
            "tables": .array(
                counts.map { table, kinds in
                    var members: [String: JSONValue] = ["table": .text(table.name)]
                    for kind in Self.kinds { members[kind.rawValue] = .integer(kinds[kind] ?? 0) }
                    return .object(members)
                }),
        ]
    }
}
