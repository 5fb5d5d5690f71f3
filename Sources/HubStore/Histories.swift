import GRDB
import SQLiteAccess
import SyncCore
package import SyncSession
package import SyncWire

extension HubStore {
    /// Answers a replica that asks what became of one record: every value that the hub knows, who wrote it having seen
    /// what, and the conflicts about it. Of a record that the asker may not read it says nothing, as of one that does
    /// not exist. Reads only.
    package func history(
        _ bytes: [UInt8], from peer: HubSession.Peer, session: [UInt8], now: Int64
    ) throws(Problem) -> Frame {
        try answer(question: bytes, .historyRequest, from: peer, in: session) { frame throws(WireError) in
            let request = try HistoryRequest(reading: frame)
            return (request.record, request.session)
        } by: { [self] database, record in
            var histories = try Histories(database, hub: self, peer: peer)
            return try histories.answer(record, now: now).frame(key: key)
        }
    }
}

/// The history of one record, within one read transaction.
private struct Histories {
    private struct Written {
        let dot: Dot
        let time: HybridTime
        let author: [UInt8]
        /// Known for what still stands; of what was replaced the log has it.
        let stamp: Stamp?
        var versions: [HistoryAnswer.Version]
    }

    private let database: Database
    private let hub: HubStore
    private let peer: HubSession.Peer
    private let authors: AuthorTable
    private var origins: ChangeOrigins
    private var written: [Dot: Written] = [:]

    init(_ database: Database, hub: HubStore, peer: HubSession.Peer) throws {
        self.database = database
        self.hub = hub
        self.peer = peer
        authors = try AuthorTable(database)
        origins = ChangeOrigins(database, hub: hub)
    }

    mutating func answer(_ key: RecordKey, now: Int64) throws -> HistoryAnswer {
        let incarnation = try HubRow(database).incarnation
        let version = peer.greeting.schemaVersion
        guard let table = hub.catalog.table(key.table), table.since <= version, let state = try state(of: key) else {
            return HistoryAnswer(incarnation: incarnation, at: now, record: .unknown)
        }
        let known = ColumnSet.first(table.columnCount(at: version))
        let groups = [ColumnGroup.existence] + table.groups.filter { $0.columns.isSubset(of: known) }.map(\.index)
        for group in groups { try standing(group, of: state, in: table) }
        let isCut = try replaced(key, groups: Set(groups))
        let listings = try listings(key, groups: Set(groups))
        for dot in unheld(listings) { try findInLog(dot, key) }
        let sorted = written.values.sorted { ($0.time, $0.dot) < ($1.time, $1.dot) }
        return HistoryAnswer(
            incarnation: incarnation, at: now, record: state.isDeleted ? .deleted : .shown,
            prunedBefore: try prunedBefore(), isCut: isCut,
            entries: try entries(sorted, of: key, in: table, groups: groups), listings: listings)
    }

    /// The record as it stands, when the asker may read it.
    private func state(of key: RecordKey) throws -> RecordState? {
        let isCapofila = peer.certificate.isCapofila
        let read = try RawStatement(
            database,
            """
            SELECT row, state, is_deleted FROM record WHERE table_no = ?1 AND id = ?2 AND is_withheld = 0
            \(isCapofila ? "" : "AND (scope IS NULL OR scope = ?3)")
            """)
        read.bind(1, key.table)
        read.bind(2, idBytes: key.id)
        if !isCapofila { read.bind(3, idBytes: peer.certificate.comune) }
        guard try read.step() else { return nil }
        let coding = RecordStateCoding(contexts: try ContextTable(database))
        return try coding.decode(
            read.blob(1), row: SyncCore.Row(uncheckedBytes: read.blob(0)), isDeleted: read.integer(2) == 1)
    }

    // MARK: Values

    /// The values of a group that nobody has replaced: the one that shows, and those beside it.
    private mutating func standing(_ group: Int, of state: RecordState, in table: TableDescription) throws {
        if let siblings = state.register(group)?.siblings, !siblings.isEmpty {
            let shown = Merge.winner(of: group, among: siblings, in: table)
            for sibling in siblings {
                let shows = sibling.stamp.dot == shown.stamp.dot || sibling.values == shown.values
                try note(sibling, group, shows ? .shows : .beside)
            }
        } else if let base = state.base {
            try note(Sibling(stamp: base, values: shownValues(group, of: state, in: table)), group, .shows)
        }
    }

    private func shownValues(_ group: Int, of state: RecordState, in table: TableDescription) -> [UInt8] {
        guard group != ColumnGroup.existence else { return RecordState.present }
        let slices = (try? state.row.slices()) ?? []
        return (table.group(group)?.columns.columns ?? []).reduce(into: []) { bytes, column in
            bytes += column < slices.count ? slices[column] : table.columns[column].defaultValue[...]
        }
    }

    private mutating func note(
        _ sibling: Sibling, _ group: Int, _ standing: HistoryAnswer.Standing
    ) throws {
        let stamp = sibling.stamp
        let made = Written(
            dot: stamp.dot, time: stamp.time, author: try author(stamp.author), stamp: stamp, versions: [])
        written[stamp.dot, default: made].versions.append(
            HistoryAnswer.Version(group: group, standing: standing, values: sibling.values))
    }

    private func author(_ number: Int64) throws -> [UInt8] {
        Array(try authors.name(number).utf8.prefix(Limits.authorBytes))
    }

    /// Changes that are named here and whose values nobody keeps apart any more, because what came after them has the
    /// same: losers whose value a decision took, and what replaced others.
    private func unheld(_ listings: [HistoryAnswer.Listing]) -> [Dot] {
        let replacing = written.values.flatMap(\.versions).compactMap { version -> Dot? in
            if case .replaced(let dot) = version.standing { dot } else { nil }
        }
        return Set(listings.map(\.loser) + replacing).filter { written[$0] == nil }.sorted()
    }

    /// Their batches have them.
    private mutating func findInLog(_ dot: Dot, _ key: RecordKey) throws {
        _ = try origins.origin(of: dot, key)
        guard let change = origins.known[dot], written.count < Limits.historyEntries else { return }
        written[dot] = Written(dot: dot, time: change.time, author: change.author, stamp: nil, versions: [])
    }

    /// The values that were replaced, the newest of them. Says whether there are more.
    private mutating func replaced(_ key: RecordKey, groups: Set<Int>) throws -> Bool {
        let read = try RawStatement(
            database,
            """
            SELECT group_no, number, counter, time, author, "values", replaced_by_number, replaced_by_counter
            FROM history WHERE table_no = ?1 AND id = ?2 ORDER BY entry DESC
            """)
        read.bind(1, key.table)
        read.bind(2, idBytes: key.id)
        var size = 0
        while try read.step() {
            let group = Int(read.integer(0))
            guard groups.contains(group) else { continue }
            let dot = dot(read.integer(1), read.integer(2))
            let values = read.blob(5)
            size += values.count
            let isNew = written[dot] == nil
            guard size <= Limits.pageBytes, !isNew || written.count < Limits.historyEntries else { return true }
            let made = Written(
                dot: dot, time: HybridTime(rawValue: UInt64(bitPattern: read.integer(3))),
                author: try author(read.integer(4)),
                stamp: nil, versions: [])
            written[dot, default: made].versions.append(
                HistoryAnswer.Version(
                    group: group, standing: .replaced(by: self.dot(read.integer(6), read.integer(7))), values: values))
        }
        return false
    }

    private func dot(_ number: Int64, _ counter: Int64) -> Dot {
        Dot(number: ReplicaNumber(rawValue: UInt64(bitPattern: number)), counter: UInt64(bitPattern: counter))
    }

    // MARK: Who, and having seen what

    private mutating func entries(
        _ written: [Written], of key: RecordKey, in table: TableDescription, groups: [Int]
    ) throws -> [HistoryAnswer.Entry] {
        let comune = try RawStatement(database, "SELECT comune FROM replica WHERE number = ?1")
        var found = [HistoryAnswer.Entry?](repeating: nil, count: written.count)
        // The newest are looked up first: what is too much for one answer is the oldest.
        for place in written.indices.reversed() {
            let one = written[place]
            let origin = try origins.origin(of: one.dot, key)
            let context = one.stamp?.context.vector ?? origin.context
            let seen = context.map { context in
                written.indices.filter { other in
                    let dot = written[other].dot
                    return other != place
                        && (one.stamp?.covers(dot)
                            ?? Context(reference: 0, vector: context).covers(dot, ownDot: one.dot))
                }
            }
            comune.bind(1, Int64(bitPattern: one.dot.number.rawValue))
            let versions = try one.versions + passed(one, in: table, groups: groups)
            found[place] = HistoryAnswer.Entry(
                dot: one.dot, time: one.time, author: one.author, comune: try comune.step() ? comune.id(0) : nil,
                origin: origin.origin, seen: seen, versions: versions.sorted { $0.group < $1.group })
            comune.reset()
        }
        return found.compactMap(\.self)
    }

    /// What a change wrote and nobody keeps apart any more, out of its batch.
    private func passed(
        _ one: Written, in table: TableDescription, groups: [Int]
    ) throws -> [HistoryAnswer.Version] {
        guard let change = origins.known[one.dot], change.operation != .delete,
            let slices = try? table.slices(of: change)
        else { return [] }
        let named = change.operation == .insert ? change.carried : change.changed
        return groups.compactMap { group in
            guard let columns = table.group(group)?.columns, !columns.intersection(named).isEmpty,
                columns.isSubset(of: change.carried), !one.versions.contains(where: { $0.group == group })
            else { return nil }
            let values = zip(change.carried.columns, slices).filter { columns.contains($0.0) }.flatMap(\.1)
            return HistoryAnswer.Version(group: group, standing: .passed, values: values)
        }
    }

    private func listings(_ key: RecordKey, groups: Set<Int>) throws -> [HistoryAnswer.Listing] {
        let read = try RawStatement(
            database,
            """
            SELECT id, group_no, loser_number, loser_counter, state FROM conflict
            WHERE table_no = ?1 AND record_id = ?2 AND kind NOT IN ('duplicate', 'orphan', 'invalid')
            ORDER BY id LIMIT \(Limits.historyEntries)
            """)
        read.bind(1, key.table)
        read.bind(2, idBytes: key.id)
        var found: [HistoryAnswer.Listing] = []
        while try read.step() {
            guard let id = read.id(0), groups.contains(Int(read.integer(1))) else { continue }
            let state: HistoryAnswer.ConflictState =
                switch read.text(4) {
                case "open": .open
                case "decided": .decided
                default: .closed
                }
            found.append(
                HistoryAnswer.Listing(
                    conflict: id, group: Int(read.integer(1)), loser: dot(read.integer(2), read.integer(3)),
                    state: state))
        }
        return found
    }

    /// The moment before which replaced values were let go, by the last prune.
    private func prunedBefore() throws -> Int64? {
        let read = try RawStatement(
            database, "SELECT decided FROM log WHERE kind = 'prune' ORDER BY entry DESC LIMIT 1")
        guard try read.step() else { return nil }
        var decided = ByteReader(read.blob(0))
        return try decided.signed()
    }
}
