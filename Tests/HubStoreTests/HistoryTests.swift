import Foundation
import GRDB
import HubStore
import ReplicaStore
import SyncCore
import SyncSession
import SyncWire
import Testing

/// What the hub tells of a record: values, who wrote them having seen what, conflicts; and to whom.
@Suite struct HistoryTests {
    private let body = "0190a000-0000-7000-8000-00000000aa01"
    private let staff = "0190a000-0000-7000-8000-00000000bb01"
    private let session = [UInt8](repeating: 1, count: 16)
    private let ambito: Ambito
    private let narni: Desk
    private let amelia: Desk
    private let otricoli: Desk

    init() throws {
        ambito = try Ambito()
        ambito.now = Int64(Date().timeIntervalSince1970 * 1000) - 40_000
        narni = try ambito.replica(of: "055022", "narni")
        amelia = try ambito.replica(of: "055004", "amelia")
        otricoli = try ambito.replica(of: "055024", "otricoli")
        try narni.sql(
            """
            INSERT INTO soggetto(id, denominazione, tipo_soggetto, telefono) VALUES ('\(body)', 'Banca', 'VOL', '1')
            """)
        for desk in [narni, amelia] { try desk.sync() }
    }

    private func ask(_ desk: Desk, _ table: String, _ id: String, key: SigningKey? = nil) throws -> HistoryAnswer {
        try desk.capture()
        let frame = try question(desk, table, id, key: key)
        return try HistoryAnswer(reading: Frame(reading: frame.bytes, kind: .historyAnswer))
    }

    private func question(
        _ desk: Desk, _ table: String, _ id: String, key: SigningKey? = nil, session: [UInt8]? = nil
    ) throws -> Frame {
        let state = try desk.store.state()
        let nonce = try Nonce(
            reading: ambito.hub.nonceFrame(nonce: [UInt8](repeating: 9, count: 32), now: ambito.now))
        let greeting = ClientGreeting(
            nonce: nonce.nonce, certificate: state.certificate, number: state.number, incarnation: state.incarnation,
            acknowledgedCounter: state.acknowledgedCounter, acknowledgedHash: state.acknowledgedHash,
            cursor: state.cursor, logHash: state.logHash, oldest: try desk.store.oldestContext(),
            schemaVersion: state.schemaVersion)
        let peer = try ambito.hub.greet(
            greeting.frame(key: desk.key).bytes, now: ambito.now, session: self.session, isOurNonce: { _ in true }
        ).peer
        let number = try #require(desk.store.catalog.table(named: table)).number
        let record = RecordKey(table: number, id: try #require(RecordID(id)))
        let request = HistoryRequest(session: session ?? self.session, record: record).frame(key: key ?? desk.key)
        return try ambito.hub.history(request.bytes, from: peer, session: self.session, now: ambito.now)
    }

    /// The telephone in each entry that has one.
    private func telephones(_ answer: HistoryAnswer) throws -> [(value: String, entry: HistoryAnswer.Entry)] {
        let table = try #require(narni.store.catalog.table(named: "soggetto"))
        let column = try #require(table.column(named: "telefono"))
        return try answer.entries.flatMap { entry in
            try entry.versions.filter { $0.group == 2 + column }.map { version in
                var reader = ByteReader(version.values)
                guard case .text(let text) = try reader.value() else { return ("-", entry) }
                return (String(decoding: text, as: UTF8.self), entry)
            }
        }
    }

    private func playConflict() throws {
        try narni.sql("UPDATE soggetto SET telefono = '2'")
        try amelia.sql("UPDATE soggetto SET telefono = '3'")
        for desk in [narni, amelia, narni] { try desk.sync() }
    }

    @Test func `each value is told with its writer, what he had seen, and what became of it`() throws {
        try playConflict()

        let answer = try ask(narni, "soggetto", body)

        let told = try telephones(answer)
        #expect(answer.record == .shown && !answer.isCut && answer.prunedBefore == nil)
        #expect(told.map(\.value) == ["1", "2", "3"])
        #expect(told.map { $0.entry.seen ?? [-1] } == [[], [0], [0]])
        let comuni = try told.map { try #require($0.entry.comune) }
        #expect(comuni[0] == comuni[1] && comuni[1] != comuni[2])
        let operations = told.map { told -> SyncCore.Operation? in
            if case .batch(let operation, _, _, _) = told.entry.origin { operation } else { nil }
        }
        #expect(operations == [.insert, .update, .update])
        #expect(answer.listings.map(\.state) == [.open])
        #expect(answer.listings.first?.loser == told[1].entry.dot)
    }

    @Test func `a decision names its conflict, and the value that it took over is told too`() throws {
        try playConflict()
        let conflict = try #require(try amelia.store.conflicts().first)
        try amelia.store.resolve(conflict, .other, note: "", by: amelia.author, now: ambito.now)
        for desk in [amelia, narni] { try desk.sync() }

        let answer = try ask(narni, "soggetto", body)

        let told = try telephones(answer)
        #expect(told.map(\.value) == ["1", "2", "3", "2"])
        let last = try #require(told.last?.entry)
        guard case .batch(.update, false, _, let decides) = last.origin else {
            Issue.record("\(last.origin)")
            return
        }
        #expect(decides == [conflict.id])
        #expect(answer.listings.map(\.state) == [.decided])
        let table = try #require(narni.store.catalog.table(named: "soggetto"))
        let group = 2 + (try #require(table.column(named: "telefono")))
        #expect(answer.entries[1].versions.first { $0.group == group }?.standing == .passed)
    }

    @Test func `a decision whose value a later one confirmed is told, for it is what replaced the rest`() throws {
        try playConflict()
        let conflict = try #require(try amelia.store.conflicts().first)
        try amelia.store.resolve(conflict, .other, note: "", by: amelia.author, now: ambito.now)
        for desk in [amelia, narni] { try desk.sync() }
        let closed = try #require(try narni.store.conflict(conflict.id))
        try narni.store.reopen(closed, note: "", by: narni.author, now: ambito.now)
        try narni.sync()
        let again = try #require(try narni.store.conflict(conflict.id))
        try narni.store.resolve(again, .shown, note: "", by: narni.author, now: ambito.now)
        try narni.sync()

        let told = try telephones(try ask(narni, "soggetto", body))

        #expect(told.map(\.value) == ["1", "2", "3", "2", "2"])
    }

    @Test func `another comune's record and a withheld one are as if there were none`() throws {
        try amelia.sql(
            """
            INSERT INTO personale_ambito(id, comune_id, anno, profilo, rapporto, fte_centesimi)
              SELECT '\(staff)', id, 2026, 'educatore', 'determinato', 150 FROM comune WHERE denominazione = 'Amelia'
            """)
        for desk in [amelia, narni, otricoli] { try desk.sync() }

        #expect(try ask(amelia, "personale_ambito", staff).record == .shown)
        #expect(try ask(narni, "personale_ambito", staff).record == .shown)
        let foreign = try ask(otricoli, "personale_ambito", staff)
        #expect(foreign.record == .unknown && foreign.entries.isEmpty && foreign.listings.isEmpty)
        var unknown = try ask(otricoli, "personale_ambito", body)
        unknown.at = foreign.at
        #expect(foreign == unknown)
        let queue = try DatabaseQueue(path: ambito.folder + "/hub.sqlite")
        try queue.write { try $0.execute(sql: "UPDATE record SET is_withheld = 1 WHERE is_deleted = 0") }
        #expect(try ask(narni, "soggetto", body).record == .unknown)
    }

    @Test func `what was pruned is said to be gone, and the rest is told`() throws {
        try playConflict()
        try narni.sql("UPDATE soggetto SET pec = 'a@b.it'")
        try narni.sync()
        ambito.now += 10_000
        _ = try ambito.hub.prune(
            before: ambito.now, checkpoint: ambito.folder + "/checkpoint.sqlite", now: ambito.now)

        let answer = try ask(narni, "soggetto", body)

        #expect(answer.prunedBefore != nil)
        #expect(answer.entries.allSatisfy { $0.origin == .gone })
        // Contexts stand in the log beside the batch, which went.
        #expect(answer.entries.allSatisfy { $0.seen != nil })
        #expect(try telephones(answer).map(\.value).contains("3"))
    }

    @Test func `a question signed by another key, or of another conversation, is refused`() throws {
        #expect {
            try question(narni, "soggetto", body, key: amelia.key)
        } throws: { ($0 as? Problem)?.code == .wrongSignature }
        #expect {
            try question(narni, "soggetto", body, session: [5])
        } throws: { ($0 as? Problem)?.code == .sessionUnknown }
    }

    @Test func `a deleted record is told with who deleted it`() throws {
        try amelia.sql("DELETE FROM soggetto")
        for desk in [amelia, narni] { try desk.sync() }

        let answer = try ask(narni, "soggetto", body)

        #expect(answer.record == .deleted)
        let deleting = try #require(answer.entries.last)
        guard case .batch(.delete, _, _, _) = deleting.origin else {
            Issue.record("\(deleting.origin)")
            return
        }
        #expect(deleting.versions.map(\.standing) == [.shows])
    }
}
