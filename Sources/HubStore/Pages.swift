import GRDB
import SQLiteAccess
import SyncCore
package import SyncSession
package import SyncWire

/// What a pull would bring: pages, records and bytes as they would go over the wire, up to a `seq`.
package struct PullForecast: Sendable, Equatable {
    package var seq: UInt64
    package var pages: Int
    package var records: Int
    package var bytes: Int

    package init(seq: UInt64, pages: Int = 0, records: Int = 0, bytes: Int = 0) {
        self.seq = seq
        self.pages = pages
        self.records = records
        self.bytes = bytes
    }
}

extension HubStore {
    /// The records that changed after `after`, in the order of their `seq`, for the peer's scope: one read
    /// transaction, at most
    /// `sizeBytes` before compression (or a single record), and whether that is the end.
    package func page(for peer: HubSession.Peer, after: UInt64, sizeBytes: Int, now: Int64) throws(Problem) -> Frame {
        let size = min(max(sizeBytes, 1), Limits.pageBytes)
        let built = try reading { database in try page(database, for: peer, after: after, sizeBytes: size) }
        if built.isComplete {
            try answer { [self] database in try noteComplete(peer, database, now: now) }
        }
        return built.frame
    }

    /// What a pull from `after` would bring now, by making its pages and sending none: as exact as a pull is.
    package func forecast(for peer: HubSession.Peer, after: UInt64) throws(Problem) -> PullForecast {
        try reading { database in
            var forecast = PullForecast(seq: after)
            var size = Limits.pageBytesFirst
            while true {
                let built = try page(database, for: peer, after: forecast.seq, sizeBytes: size)
                forecast.pages += 1
                forecast.records += built.records
                forecast.bytes += built.frame.bytes.count
                forecast.seq = built.to
                guard !built.isComplete else { return forecast }
                size = min(size * 2, Limits.pageBytes)
            }
        }
    }

    /// How far this hub is.
    package func seq() throws(Problem) -> UInt64 {
        try reading { try HubRow($0).seq }
    }

    struct BuiltPage: Sendable {
        let frame: Frame
        let to: UInt64
        let records: Int
        let isComplete: Bool
    }

    func page(
        _ database: Database, for peer: HubSession.Peer, after: UInt64, sizeBytes: Int
    ) throws -> BuiltPage {
        try refuseRevoked(database, peer.certificate.key)
        let hub = try HubRow(database)
        guard peer.greeting.incarnation == hub.incarnation, after <= hub.seq else {
            throw Problem(.incarnationChanged, "the hub has begun another life since the greeting: greet again")
        }
        var builder = PageBuilder()
        var to = hub.seq
        let told = try refusals(database, for: peer, after: after)
        if let bound = told.bound { to = bound }
        let seesAll = peer.certificate.isCapofila || Mutant.isOn(.pageUnfiltered)
        let records = try RawStatement(
            database,
            """
            SELECT seq, table_no, id, number, is_deleted, row, is_withheld, counter FROM record
            WHERE seq > ?1 AND seq <= ?2
            \(seesAll ? "" : "AND (scope IS NULL OR scope = ?3)") ORDER BY seq
            """)
        records.bind(1, Int64(after))
        records.bind(2, Int64(to))
        if !seesAll { records.bind(3, idBytes: peer.certificate.comune) }
        let isFresh = peer.greeting.cursor == 0
        let hasDots = peer.greeting.compares
        let known = KnownColumns(catalog, version: peer.greeting.schemaVersion)
        var last = after
        while try records.step() {
            if builder.sizeBytes >= sizeBytes || builder.count >= Limits.pageEntries - Self.refusalsOfAPage {
                to = last
                break
            }
            guard let id = records.id(2) else { throw HubStoreError(.database, "a record has no id") }
            let key = RecordKey(table: Int(records.integer(1)), id: id)
            last = UInt64(records.integer(0))
            guard known.has(table: key.table) else { continue }
            let dot = hasDots ? Self.dot(records.integer(3), records.integer(7)) : nil
            if !isFresh && records.integer(3) == Int64(peer.greeting.number.rawValue) {
                builder.append(key, .own, dot: dot)
            } else if records.integer(6) == 1 {
                builder.append(key, .withheld, dot: dot)
            } else if records.integer(4) == 1 {
                builder.append(key, .deleted, dot: dot)
            } else {
                try known.cut(records.bytes(5), of: key.table) { builder.append(key, .row, dot: dot, row: $0) }
            }
        }
        for refusal in told.found where refusal.seq <= to { builder.append(refusal.refusal) }
        let isComplete = to == hub.seq
        let header = PageHeader(
            hub: try hubState(database, hub, number: peer.greeting.number), comune: peer.certificate.comune,
            isCapofila: peer.certificate.isCapofila, schemaVersion: known.version, from: after, to: to,
            end: isComplete ? try end(of: hub, for: peer, database) : nil,
            logHashMidway: peer.greeting.wantsLogHashes && !isComplete ? hub.logHash : nil, hasDots: hasDots)
        return BuiltPage(
            frame: builder.frame(header: header, key: key), to: to, records: builder.count, isComplete: isComplete)
    }

    private static func dot(_ number: Int64, _ counter: Int64) -> Dot {
        Dot(number: ReplicaNumber(rawValue: UInt64(bitPattern: number)), counter: UInt64(bitPattern: counter))
    }

    private func end(of hub: HubRow, for peer: HubSession.Peer, _ database: Database) throws -> PageEnd {
        let digest = try HubDigest.kept(
            database, comune: peer.certificate.comune, isCapofila: peer.certificate.isCapofila,
            version: peer.greeting.schemaVersion)
        return PageEnd(
            vector: hub.vector, logHash: hub.logHash, highestTime: hub.highestTime, digest: digest.bytes)
    }

    /// Refusals in one page: more would make it too large; the rest comes in the next.
    private static let refusalsOfAPage = 5_000

    /// The refusals of the peer's numbers after `after`; `bound` is where the page must end when there are too many.
    private func refusals(
        _ database: Database, for peer: HubSession.Peer, after: UInt64
    ) throws -> (found: [(seq: UInt64, refusal: PageRefusal)], bound: UInt64?) {
        let numbers = ([peer.greeting.number] + peer.greeting.formerNumbers).map {
            String(Int64(bitPattern: $0.rawValue))
        }
        let read = try RawStatement(
            database,
            """
            SELECT f.seq, f.number, f.counter, f.table_no, f.id, f.reason, f.detail, f.hub_has_row, f.is_hidden
            FROM refusal f JOIN replica r ON r.number = f.number
            WHERE f.number IN (\(numbers.joined(separator: ", "))) AND f.seq > ?1 AND r.key = ?2
            ORDER BY f.seq LIMIT \(Self.refusalsOfAPage + 1)
            """)
        read.bind(1, Int64(after))
        read.bind(2, blob: peer.certificate.key.bytes)
        var found: [(seq: UInt64, refusal: PageRefusal)] = []
        while try read.step() {
            guard let id = read.id(4), let reason = RefusalReason(rawValue: UInt8(truncatingIfNeeded: read.integer(5)))
            else { continue }
            let dot = Dot(number: ReplicaNumber(rawValue: UInt64(read.integer(1))), counter: UInt64(read.integer(2)))
            found.append(
                (
                    UInt64(read.integer(0)),
                    PageRefusal(
                        dot: dot, key: RecordKey(table: Int(read.integer(3)), id: id), reason: reason,
                        detail: read.text(6),
                        hubHasRow: read.integer(7) == 1, isHidden: read.integer(8) == 1)
                ))
        }
        if Mutant.isOn(.refusalsInPull) { return ([], nil) }
        guard found.count > Self.refusalsOfAPage else { return (found, nil) }
        found.removeLast()
        return (found, found.last?.seq)
    }
}
