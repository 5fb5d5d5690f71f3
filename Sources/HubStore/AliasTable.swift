import GRDB
import SQLiteAccess
import SyncCore

/// Ids that stand for another record since duplicates were merged.
///
/// A merged record's id leads to the survivor, the smallest id of all that were ever merged together, in whatever
/// order. Where an id is made of a key, the record with the old key leads to the one with the new key.
final class AliasTable {
    private let database: Database
    private var mayHaveAny: Bool?
    private let find: LazyStatement
    private let readSources: LazyStatement
    private let put: LazyStatement
    private let lead: LazyStatement
    private let putUnion: LazyStatement
    private let readUnions: LazyStatement

    init(_ database: Database) {
        self.database = database
        find = LazyStatement(database, "SELECT target, is_derived FROM alias WHERE table_no = ?1 AND id = ?2")
        readSources = LazyStatement(
            database, "SELECT id FROM alias WHERE table_no = ?1 AND target = ?2 AND is_derived = 1 ORDER BY id")
        put = LazyStatement(
            database, "INSERT OR REPLACE INTO alias(table_no, id, target, is_derived) VALUES (?1, ?2, ?3, ?4)")
        putUnion = LazyStatement(
            database, "INSERT INTO merged(table_no, gone, stays, number, counter) VALUES (?1, ?2, ?3, ?4, ?5)")
        readUnions = LazyStatement(
            database, "SELECT gone, number, counter FROM merged WHERE table_no = ?1 AND stays = ?2 ORDER BY gone")
        lead = LazyStatement(
            database, "UPDATE alias SET target = ?3 WHERE table_no = ?1 AND target = ?2 AND is_derived = 0")
    }

    func hasAny() throws -> Bool {
        if let mayHaveAny { return mayHaveAny }
        let any = try RawStatement(database, "SELECT 1 FROM alias LIMIT 1").step()
        mayHaveAny = any
        return any
    }

    /// Where an id leads to now, and whether it does because its key changed; nothing for an id that is its own.
    func target(of key: RecordKey) throws -> (id: RecordID, isDerived: Bool)? {
        guard try hasAny(), var step = try next(key) else { return nil }
        let isDerived = step.isDerived
        var seen: Set<RecordID> = [key.id]
        while seen.insert(step.id).inserted, let further = try next(RecordKey(table: key.table, id: step.id)) {
            step = further
        }
        return (step.id, isDerived)
    }

    /// The records whose key became that of `key`.
    func derivedSources(of key: RecordKey) throws -> [RecordKey] {
        guard try hasAny() else { return [] }
        let read = try readSources()
        read.bind(1, key.table)
        read.bind(2, idBytes: key.id)
        defer { read.reset() }
        var found: [RecordKey] = []
        while try read.step() { if let id = read.id(0) { found.append(RecordKey(table: key.table, id: id)) } }
        return found
    }

    /// The record `old` has the id `new` from now on, because its key changed.
    func derive(_ old: RecordKey, to new: RecordID) throws {
        try put(old, new, isDerived: true)
    }

    /// Two records are one from now on. Says which of those that stood for them goes and which stays; nothing when they
    /// were one already.
    ///
    /// - Parameter dot: of the merge.
    func unite(
        _ table: Int, _ left: RecordID, _ right: RecordID, by dot: Dot
    ) throws -> (gone: RecordKey, stays: RecordKey)? {
        let first = try target(of: RecordKey(table: table, id: left))?.id ?? left
        let second = try target(of: RecordKey(table: table, id: right))?.id ?? right
        guard first != second else { return nil }
        let (stays, gone) = (min(first, second), max(first, second))
        let lead = try lead()
        lead.bind(1, table)
        lead.bind(2, idBytes: gone)
        lead.bind(3, idBytes: stays)
        try lead.run()
        try put(RecordKey(table: table, id: gone), stays, isDerived: false)
        let putUnion = try putUnion()
        putUnion.bind(1, table)
        putUnion.bind(2, idBytes: gone)
        putUnion.bind(3, idBytes: stays)
        putUnion.bind(4, Int64(bitPattern: dot.number.rawValue))
        putUnion.bind(5, Int64(bitPattern: dot.counter))
        try putUnion.run()
        return (RecordKey(table: table, id: gone), RecordKey(table: table, id: stays))
    }

    /// What was merged into a record, and into that; nothing for a record that stands for itself alone.
    func unions(of key: RecordKey) throws -> RecordUnions? {
        guard try hasAny() else { return nil }
        let read = try readUnions()
        var unions: [RecordUnions.Union] = []
        var rest = [key.id]
        while let stays = rest.popLast() {
            read.bind(1, key.table)
            read.bind(2, idBytes: stays)
            defer { read.reset() }
            while try read.step() {
                guard let gone = read.id(0) else { continue }
                let dot = Dot(
                    number: ReplicaNumber(rawValue: UInt64(bitPattern: read.integer(1))),
                    counter: UInt64(bitPattern: read.integer(2)))
                unions.append(.init(gone: gone, stays: stays, dot: dot))
                rest.append(gone)
            }
        }
        return unions.isEmpty ? nil : RecordUnions(unions)
    }

    private func put(_ key: RecordKey, _ target: RecordID, isDerived: Bool) throws {
        mayHaveAny = true
        let put = try put()
        put.bind(1, key.table)
        put.bind(2, idBytes: key.id)
        put.bind(3, idBytes: target)
        put.bind(4, isDerived ? 1 : 0)
        try put.run()
    }

    private func next(_ key: RecordKey) throws -> (id: RecordID, isDerived: Bool)? {
        let find = try find()
        find.bind(1, key.table)
        find.bind(2, idBytes: key.id)
        defer { find.reset() }
        guard try find.step(), let id = find.id(0) else { return nil }
        return (id, find.integer(1) == 1)
    }
}
