import Foundation
import GRDB
import ReplicaStore
import SyncCore
import SyncWire
import Testing

/// A replica in a folder of its own, with a few records that a pull brought, and the hub's hand in the pages.
final class ReplicaFixture {
    static let now: Int64 = 1_790_000_000_000
    static let ambito = id("00000000-0000-7000-8000-0000000000a0")
    static let narni = id("00000000-0000-7000-8000-0000000000c1")
    static let amelia = id("00000000-0000-7000-8000-0000000000c2")
    static let plan = id("00000000-0000-7000-8000-0000000000d1")
    static let year = id("00000000-0000-7000-8000-0000000000d2")
    static let fund = id("00000000-0000-7000-8000-0000000000d3")
    static let quota = id("00000000-0000-7000-8000-0000000000d4")
    static let body = id("00000000-0000-7000-8000-0000000000e1")
    static let table = id("00000000-0000-7000-8000-0000000000f1")
    static let ownMeeting = id("00000000-0000-7000-8000-000000000011")
    static let otherMeeting = id("00000000-0000-7000-8000-000000000012")
    static let number = ReplicaNumber(rawValue: 77)
    static let hub = ReplicaNumber(rawValue: 1)
    static let incarnation = Incarnation(rawValue: 5)

    let folder: URL
    let path: String
    let store: ReplicaStore
    let key: SigningKey
    let author = Operator("Anna")
    private(set) var cursor: UInt64 = 0

    /// Both kinds of replica with the seed in them, made once and copied: making one takes longer than most tests.
    private static let templates: [Result<Data, any Error>] = [false, true].map { isCapofila in
        Result {
            let made = try ReplicaFixture(making: isCapofila)
            try made.pull(made.seed())
            try made.store.close()
            return try Data(contentsOf: URL(filePath: made.path))
        }
    }

    /// - Parameter isCapofila: the capofila's replica at Narni, or that of Narni as a plain comune.
    init(isCapofila: Bool = false) throws {
        folder = try Self.newFolder()
        path = folder.appending(path: "replica.sqlite").path
        key = try Self.fixedKey()
        try Self.templates[isCapofila ? 1 : 0].get().write(to: URL(filePath: path))
        store = try ReplicaStore(path: path)
        cursor = try store.state().cursor
    }

    /// A replica as enrolment makes it, with nothing in it.
    private init(making isCapofila: Bool) throws {
        folder = try Self.newFolder()
        path = folder.appending(path: "replica.sqlite").path
        key = try Self.fixedKey()
        store = try ReplicaStore.create(at: path, enrolment: Self.enrolment(isCapofila: isCapofila, key: key))
    }

    private static func newFolder() throws -> URL {
        let folder = FileManager.default.temporaryDirectory.appending(path: "zona-replica-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        return folder
    }

    private static func fixedKey() throws -> SigningKey {
        try #require(SigningKey(seed: [UInt8](repeating: 3, count: 32)))
    }

    deinit {
        try? store.close()
        try? FileManager.default.removeItem(at: folder)
    }

    static func enrolment(isCapofila: Bool, key: SigningKey) -> ReplicaStore.Enrolment {
        ReplicaStore.Enrolment(
            ambito: ambito, ambitoCode: "UMB-11", ambitoName: "Narni", comune: narni, comuneName: "Narni",
            isCapofila: isCapofila, number: number, incarnation: incarnation, hubURL: "https://hub.example",
            pin: [UInt8](repeating: 1, count: 32), ambitoKey: key.publicKey.bytes, certificate: [1])
    }

    // MARK: What the hub sends

    struct Entry {
        let table: String
        let id: RecordID
        let kind: PageEntryKind
        let values: [String: Value]

        init(_ table: String, _ id: RecordID, _ values: [String: Value]) {
            self.init(table, id, .row, values)
        }

        init(_ table: String, _ id: RecordID, _ kind: PageEntryKind, _ values: [String: Value] = [:]) {
            self.table = table
            self.id = id
            self.kind = kind
            self.values = values
        }
    }

    /// Applies a pull of one page.
    @discardableResult
    func pull(
        _ entries: [Entry], refusals: [PageRefusal] = [], knows vector: VersionVector = VersionVector(),
        now: Int64 = ReplicaFixture.now
    ) throws -> ApplySummary {
        try keep(entries, refusals: refusals, from: cursor, to: cursor + 1, end: vector)
        let summary = try store.applyInbox(now: now)
        cursor += 1
        return summary
    }

    /// Puts one page into the inbox. Without `end` the pull goes on.
    func keep(
        _ entries: [Entry], refusals: [PageRefusal] = [], from: UInt64, to: UInt64, end vector: VersionVector?
    ) throws {
        var builder = PageBuilder()
        for entry in entries {
            let table = try #require(store.catalog.table(named: entry.table))
            let row = entry.kind == .row ? Self.row(table, entry.values).bytes : []
            row.withUnsafeBufferPointer {
                builder.append(RecordKey(table: table.number, id: entry.id), entry.kind, row: $0)
            }
        }
        for refusal in refusals { builder.append(refusal) }
        let state = try store.state()
        let hub = HubState(
            ambito: Self.ambito, incarnation: Self.incarnation, number: Self.number,
            foldedCounter: state.acknowledgedCounter, storedCounter: state.acknowledgedCounter,
            storedHash: state.acknowledgedHash, durableCounter: 0)
        let end = vector.map {
            PageEnd(
                vector: $0, logHash: [UInt8](repeating: 9, count: 32), highestTime: HybridTime(milliseconds: Self.now))
        }
        var header = PageHeader(
            hub: hub, comune: Self.narni, isCapofila: state.isCapofila, schemaVersion: 1, from: from, to: to, end: end)
        let frame = builder.frame(header: header, key: key)
        header = try PageHeader(reading: frame)
        try store.keep(frame, header: header)
    }

    /// A row with these values, and the catalog's defaults for the rest.
    static func row(_ table: TableDescription, _ values: [String: Value]) -> SyncCore.Row {
        SyncCore.Row(
            encodedValues: table.columns.map { column in
                values[column.name].map { ValueCoding.bytes(of: $0)[...] } ?? column.defaultValue[...]
            })
    }

    // MARK: What was captured

    @discardableResult
    func capture(targetBytes: Int = Limits.batchBytesTarget) throws -> CaptureSummary {
        try store.capture(key: key, now: Self.now, targetBytes: targetBytes)
    }

    /// The batches that wait: their headers and changes.
    func batches(after stored: UInt64 = 0) throws -> [(header: BatchHeader, frame: Frame, changes: [Change])] {
        var found: [(header: BatchHeader, frame: Frame, changes: [Change])] = []
        var stored = stored
        while let batch = try store.batch(after: stored) {
            let frame = try Frame(reading: batch.bytes, kind: .batch)
            var reader = frame.header
            let header = try BatchHeader(reading: &reader, after: found.last?.header.context)
            var changes: [Change] = []
            var body = try BatchReader(frame, header: header)
            while let change = try body.next() { changes.append(change) }
            found.append((header, frame, changes))
            stored = batch.lastCounter
        }
        return found
    }

    /// Captures, and gives the changes that wait beyond `counter`.
    func captured(after counter: UInt64 = 0) throws -> [Change] {
        try capture()
        return try batches(after: counter).flatMap(\.changes)
    }

    // MARK: Another program

    /// Runs SQL as a program that knows nothing of Zona, each statement a transaction of its own.
    func sql(_ sql: String) throws {
        let queue = try DatabaseQueue(path: path)
        defer { try? queue.close() }
        try queue.writeWithoutTransaction { try $0.execute(sql: sql) }
    }

    func text(_ sql: String) throws -> String? {
        let queue = try DatabaseQueue(path: path)
        defer { try? queue.close() }
        return try queue.read { try String.fetchOne($0, sql: sql) }
    }

    func count(_ sql: String) throws -> Int {
        let queue = try DatabaseQueue(path: path)
        defer { try? queue.close() }
        return try queue.read { try Int.fetchOne($0, sql: sql) ?? -1 }
    }

    // MARK: Columns

    func table(_ name: String) throws -> TableDescription {
        try #require(store.catalog.table(named: name))
    }

    /// Values for the store's methods.
    func values(_ table: String, _ values: [String: Value]) throws -> [(column: Int, value: Value)] {
        let description = try self.table(table)
        return try values.sorted { $0.key < $1.key }.map {
            (try #require(description.column(named: $0.key)), $0.value)
        }
    }

    /// The names of a set of columns.
    func names(_ columns: ColumnSet, of table: String) throws -> [String] {
        let description = try self.table(table)
        return columns.columns.map { description.columns[$0].name }
    }

    private func seed() -> [Entry] {
        [
            Entry(
                "ambito", Self.ambito,
                [
                    "codice": .text("UMB-11"), "denominazione": .text("Narni"), "regione": .text("Umbria"),
                    "forma_gestione": .text("convenzione"),
                ]),
            Entry("comune", Self.narni, comune("055022", "Narni", "F844")),
            Entry("comune", Self.amelia, comune("055004", "Amelia", "A262")),
            Entry("vocabolario", id("00000000-0000-7000-8000-0000000000b1"), code("tipo_soggetto", "ODV")),
            Entry("vocabolario", id("00000000-0000-7000-8000-0000000000b2"), code("fonte", "FNPS")),
            Entry(
                "piano_di_zona", Self.plan,
                [
                    "ambito_id": Self.ambito.value, "denominazione": .text("Piano"), "anno_inizio": .integer(2026),
                    "anno_fine": .integer(2028), "strumento": .text("convenzione"),
                ]),
            Entry("annualita", Self.year, ["piano_id": Self.plan.value, "anno": .integer(2026)]),
            Entry(
                "assegnazione_fondo", Self.fund,
                [
                    "annualita_id": Self.year.value, "fonte": .text("FNPS"), "importo_cent": .integer(100_000),
                    "atto": .text("DGR 1"), "data_atto": .text("2026-01-10"),
                ]),
            Entry(
                "quota_comune", Self.quota,
                [
                    "assegnazione_id": Self.fund.value, "comune_id": Self.narni.value, "importo_cent": .integer(500),
                    "criterio": .text("abitanti"),
                ]),
            Entry("soggetto", Self.body, ["denominazione": .text("Banca del tempo"), "tipo_soggetto": .text("ODV")]),
            Entry(
                "tavolo", Self.table,
                ["piano_id": Self.plan.value, "denominazione": .text("Anziani"), "tipo": .text("tecnico")]),
            Entry("incontro", Self.ownMeeting, meeting(Self.narni)),
            Entry("incontro", Self.otherMeeting, meeting(Self.amelia)),
        ]
    }

    private func comune(_ istat: String, _ name: String, _ belfiore: String) -> [String: Value] {
        [
            "codice_istat": .text(istat), "denominazione": .text(name), "codice_belfiore": .text(belfiore),
            "sigla_provincia": .text("TR"),
        ]
    }

    private func code(_ list: String, _ code: String) -> [String: Value] {
        ["tipo": .text(list), "codice": .text(code), "denominazione": .text(code)]
    }

    private func meeting(_ comune: RecordID) -> [String: Value] {
        [
            "tavolo_id": Self.table.value, "comune_id": comune.value, "tipo": .text("tavolo"),
            "data": .text("2026-11-29"), "luogo": .text("Sala"),
        ]
    }
}

/// An id from its text, which the tests write rightly.
func id(_ text: String) -> RecordID {
    RecordID(text)!
}

extension RecordID {
    /// The id as a column holds it.
    var value: Value { .text(description) }
}
