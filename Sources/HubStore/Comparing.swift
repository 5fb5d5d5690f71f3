import GRDB
import SQLiteAccess
import SyncCore
package import SyncSession
package import SyncWire

extension HubStore {
    /// Answers a replica that looks for the records in which it differs: sums of what it should have as of its cursor,
    /// without what is on its way on either side. Reads only.
    package func compare(
        _ bytes: [UInt8], from peer: HubSession.Peer, session: [UInt8]
    ) throws(Problem) -> Frame {
        try answer(question: bytes, .comparisonRequest, from: peer, in: session) { frame throws(WireError) in
            let request = try ComparisonRequest(reading: frame)
            return (request, request.session)
        } by: { [self] database, request in
            try Comparing(database, catalog: catalog, peer: peer, request: request).answer().frame(key: key)
        }
    }

    /// Answers a question that a replica signed for this conversation, within one read transaction.
    ///
    /// - Parameter read: what is asked, and the session that the frame names.
    func answer<Question: Sendable>(
        question bytes: [UInt8], _ kind: FrameKind, from peer: HubSession.Peer, in session: [UInt8],
        reading read: (Frame) throws(WireError) -> (Question, session: [UInt8]),
        by answer: @Sendable (Database, Question) throws -> Frame
    ) throws(Problem) -> Frame {
        let question: Question
        let named: [UInt8]
        do throws(WireError) {
            let frame = try Frame(reading: bytes, kind: kind, limit: Limits.messageBytes)
            try frame.verify(by: peer.certificate.key)
            (question, named) = try read(frame)
        } catch {
            throw Problem(error.code == .wrongSignature ? .wrongSignature : .malformed, error.description)
        }
        guard named == session else {
            throw Problem(.sessionUnknown, "the question is of another conversation: greet again")
        }
        return try reading { [self] database in
            try refuseRevoked(database, peer.certificate.key)
            return try answer(database, question)
        }
    }
}

/// One question of a replica, answered within one read transaction.
private struct Comparing {
    private let database: Database
    private let catalog: Catalog
    private let peer: HubSession.Peer
    private let request: ComparisonRequest
    private let hub: HubRow
    private let moved: [RecordKey]
    private let leftOut: Set<RecordKey>

    init(_ database: Database, catalog: Catalog, peer: HubSession.Peer, request: ComparisonRequest) throws {
        self.database = database
        self.catalog = catalog
        self.peer = peer
        self.request = request
        hub = try HubRow(database)
        guard request.cursor <= hub.seq, peer.greeting.incarnation == hub.incarnation else {
            throw Problem(.incarnationChanged, "the replica has seen another life of this hub: sync first")
        }
        let read = try RawStatement(
            database,
            """
            SELECT table_no, id FROM record WHERE (seq > ?1 OR is_withheld = 1) \(Self.scope(of: peer))
            ORDER BY seq LIMIT \(Limits.comparedRecords + 1)
            """)
        read.bind(1, Int64(request.cursor))
        Self.bindScope(of: peer, to: read)
        var moved: [RecordKey] = []
        while try read.step() {
            if let id = read.id(1) { moved.append(RecordKey(table: Int(read.integer(0)), id: id)) }
        }
        guard moved.count <= Limits.comparedRecords else {
            throw Problem(.overLimit, "too much has changed since this replica's last sync: sync first")
        }
        self.moved = moved
        leftOut = Set(moved).union(request.leftOut)
    }

    private static func scope(of peer: HubSession.Peer) -> String {
        peer.certificate.isCapofila ? "" : "AND (scope IS NULL OR scope = ?2)"
    }

    private static func bindScope(of peer: HubSession.Peer, to read: RawStatement) {
        if !peer.certificate.isCapofila { read.bind(2, idBytes: peer.certificate.comune) }
    }

    func answer() throws -> ComparisonAnswer {
        let content: ComparisonAnswer.Content
        switch request.question {
        case .tables:
            var sums: [Int: DigestSum] = [:]
            for table in catalog.tables { try forEach(in: table) { sums[table.number, default: .none].add($1) } }
            content = .tables(sums)
        case .buckets(let number):
            var sums: [UInt8: DigestSum] = [:]
            if let table = catalog.table(number) {
                try forEach(in: table) { sums[UInt8(truncatingIfNeeded: $0.low), default: .none].add($1) }
            }
            content = .buckets(sums)
        case .ids(let number, let bucket):
            var sums: [RecordID: DigestSum] = [:]
            if let table = catalog.table(number) {
                try forEach(in: table) { if UInt8(truncatingIfNeeded: $0.low) == bucket { sums[$0] = $1 } }
            }
            content = .ids(sums)
        case .rows(let keys):
            content = .rows(try rows(of: keys))
        }
        return ComparisonAnswer(
            incarnation: hub.incarnation, cursor: request.cursor, moved: moved, content: content)
    }

    private func forEach(in table: TableDescription, _ body: (RecordID, DigestSum) -> Void) throws {
        let digest = TableDigest(table, version: peer.greeting.schemaVersion)
        let read = try RawStatement(
            database,
            """
            SELECT id, row FROM record
            WHERE table_no = \(table.number) AND seq <= ?1 AND is_deleted = 0 AND is_withheld = 0
            \(Self.scope(of: peer))
            """)
        read.bind(1, Int64(request.cursor))
        Self.bindScope(of: peer, to: read)
        while try read.step() {
            guard let id = read.id(0) else { continue }
            if leftOut.contains(RecordKey(table: table.number, id: id)) { continue }
            let sum = try digest.sum(of: id, row: read.blob(1))
            if sum != .none { body(id, sum) }
        }
    }

    /// Rows under other ids than the asker may read are as if there were none.
    private func rows(of keys: [RecordKey]) throws -> [RecordKey: [UInt8]?] {
        let read = try RawStatement(
            database,
            """
            SELECT row FROM record WHERE table_no = ?3 AND id = ?4 AND seq <= ?1 AND is_deleted = 0 AND is_withheld = 0
            \(Self.scope(of: peer))
            """)
        read.bind(1, Int64(request.cursor))
        Self.bindScope(of: peer, to: read)
        var rows: [RecordKey: [UInt8]?] = [:]
        var size = 0
        for key in keys {
            read.bind(3, key.table)
            read.bind(4, idBytes: key.id)
            let row = try read.step() ? read.blob(0) : nil
            read.reset()
            size += row?.count ?? 0
            // The asker asks again for those that are not in the answer.
            if size > Limits.pageBytes && !rows.isEmpty { break }
            rows.updateValue(row, forKey: key)
        }
        return rows
    }
}
