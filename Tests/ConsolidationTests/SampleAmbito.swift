import Consolidation
import Foundation
import GRDB
import ReplicaStore
import SyncCore
import SyncWire

/// A folder of its own, gone with the test.
final class Scratch {
    let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory.appendingPathComponent("zona-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }
}

/// A capofila's replica with three comuni: Alba (the capofila), Borgo and Corte, and one year of one plan.
final class SampleAmbito {
    static let ambito = id(1)
    static let alba = id(0xA)
    static let borgo = id(0xB)
    static let corte = id(0xC)
    static let plan = id(0x10)
    static let year = id(0x11)
    static let card = id(0x12)
    /// 23 November 2026, 03:30 in Europe/Rome.
    static let night: Int64 = 1_795_401_000_000
    static let hour: Int64 = 3_600_000
    static let number = ReplicaNumber(rawValue: 77)
    static let incarnation = Incarnation(rawValue: 5)

    let scratch: Scratch
    let store: ReplicaStore

    var output: String { scratch.path + "/pubblicati" }

    init(isCapofila: Bool = true, hasPulled: Bool = true) throws {
        scratch = try Scratch()
        store = try ReplicaStore.create(
            at: scratch.path + "/replica.db",
            enrolment: ReplicaStore.Enrolment(
                ambito: Self.ambito, ambitoCode: "UMB-11", ambitoName: "Zona di prova", comune: Self.alba,
                comuneName: "Alba", isCapofila: isCapofila, number: Self.number, incarnation: Self.incarnation,
                hubURL: "https://localhost", pin: Hash.none, ambitoKey: Hash.none, certificate: []))
        if hasPulled { try applied("UPDATE zona_state SET cursor = 42, last_pull = 1, log_hash = log_hash") }
    }

    /// The rows that every test needs.
    func fill() throws {
        try applied(Self.registers.joined(separator: ";\n"))
    }

    /// Runs SQL as an apply does: nothing is tracked or checked.
    func applied(_ sql: String) throws {
        let queue = try DatabaseQueue(path: store.path)
        try queue.write { database in
            try database.execute(sql: "UPDATE zona_state SET applying = 1")
            try database.execute(sql: sql)
            try database.execute(sql: "UPDATE zona_state SET applying = 0")
        }
        try queue.close()
    }

    func publish(
        contacts: [ComuneContact] = SampleAmbito.allCurrent, at time: Int64 = SampleAmbito.night,
        token: String = "prova"
    ) throws -> Publication {
        try Consolidation.publish(
            store, PublishRequest(folder: output, time: time, contacts: contacts, token: token))
    }

    static func id(_ low: UInt64) -> RecordID {
        RecordID(high: 0x0190_0000_0000_7000, low: 0x8000_0000_0000_0000 | low)
    }

    static func contact(_ comune: RecordID, _ name: String, hoursAgo: Int64?) -> ComuneContact {
        ComuneContact(
            comune: comune, name: name, lastComplete: hoursAgo.map { night - $0 * hour },
            replicas: hoursAgo == nil ? 0 : 1)
    }

    static let allCurrent = [
        contact(alba, "Alba", hoursAgo: 1), contact(borgo, "Borgo", hoursAgo: 2), contact(corte, "Corte", hoursAgo: 3),
    ]

    static func allotment(_ number: UInt64, _ comune: RecordID, cents: Int64, source: String = "FNPS") -> String {
        """
        INSERT INTO stanziamento_comune(id, annualita_id, comune_id, fonte, capitolo, importo_cent)
        VALUES ('\(id(number))', '\(year)', '\(comune)', '\(source)', 'c\(number)', \(cents))
        """
    }

    static func movement(_ number: UInt64, _ comune: RecordID, phase: String, cents: Int64) -> String {
        """
        INSERT INTO movimento_spesa(id, comune_id, annualita_id, intervento_id, fonte, fase, importo_cent, data)
        VALUES ('\(id(number))', '\(comune)', '\(year)', '\(card)', 'FNPS', '\(phase)', \(cents), '2026-05-04')
        """
    }

    static func conflict(_ number: UInt64, about record: RecordID, isContested: Bool) -> String {
        """
        INSERT INTO zona_conflict(id, scope, table_name, record_id, group_no, columns, kind, rule, state, contested,
            other_values, shown_values, other_author, other_number, other_counter, other_time, shown_author,
            shown_number, shown_counter, shown_time, dots, listed_at)
        VALUES ('\(id(number))', '*', 'stanziamento_comune', '\(record)', 6, 'importo_cent', 'concurrent', 'manual',
            'open', \(isContested ? 1 : 0), x'00', x'00', 'Rossi', 1, 1, 1, 'Verdi', 2, 1, 2, x'00', \(night))
        """
    }

    private static func comune(_ id: RecordID, _ name: String, code: String) -> String {
        """
        INSERT INTO comune(id, codice_istat, codice_belfiore, denominazione, sigla_provincia)
        VALUES ('\(id)', '\(code)', 'A000', '\(name)', 'TR')
        """
    }

    private static func member(_ number: UInt64, _ comune: RecordID, isCapofila: Bool = false) -> String {
        """
        INSERT INTO ambito_comune(id, ambito_id, comune_id, capofila, dal)
        VALUES ('\(id(number))', '\(ambito)', '\(comune)', \(isCapofila ? 1 : 0), '2020-01-01')
        """
    }

    static let registers = [
        """
        INSERT INTO ambito(id, codice, denominazione, regione, forma_gestione)
        VALUES ('\(ambito)', 'UMB-11', 'Zona di prova', 'Umbria', 'convenzione')
        """,
        comune(alba, "Alba", code: "055001"), comune(borgo, "Borgo", code: "055002"),
        comune(corte, "Corte", code: "055003"),
        """
        INSERT INTO vocabolario(id, tipo, codice, denominazione)
        VALUES ('\(id(0xF0))', 'fonte', 'FNPS', 'Fondo nazionale politiche sociali')
        """,
        member(0xA1, alba, isCapofila: true), member(0xB1, borgo), member(0xC1, corte),
        """
        INSERT INTO piano_di_zona(id, ambito_id, denominazione, anno_inizio, anno_fine, strumento)
        VALUES ('\(plan)', '\(ambito)', 'Piano 2026', 2026, 2028, 'convenzione')
        """,
        "INSERT INTO annualita(id, piano_id, anno) VALUES ('\(year)', '\(plan)', 2026)",
        """
        INSERT INTO intervento(id, annualita_id, titolo, titolare)
        VALUES ('\(card)', '\(year)', 'Centro diurno', 'ambito')
        """,
    ]
}

extension Publication {
    func bytes(_ name: String) throws -> [UInt8] {
        Array(try Data(contentsOf: URL(fileURLWithPath: "\(folder)/\(name)")))
    }

    func content(_ name: String) throws -> String {
        String(decoding: try bytes(name), as: UTF8.self)
    }

    /// `riepilogo.json`, as another program reads it.
    func summary() throws -> [String: Any] {
        try JSONSerialization.jsonObject(with: Data(try bytes("riepilogo.json"))) as? [String: Any] ?? [:]
    }

    /// The total of one table, and phase.
    func total(_ table: String, phase: String? = nil) throws -> [String: Any] {
        let totals = try summary()["totali"] as? [[String: Any]] ?? []
        return totals.first { $0["tabella"] as? String == table && $0["fase"] as? String == phase } ?? [:]
    }

    /// A comune's line in a total.
    func line(_ comune: RecordID, of table: String, phase: String? = nil) throws -> [String: Any] {
        let lines = try total(table, phase: phase)["per_comune"] as? [[String: Any]] ?? []
        return lines.first { $0["comune_id"] as? String == comune.description } ?? [:]
    }

    /// Rows of a SELECT in the published database, each as text.
    func rows(_ sql: String) throws -> [String] {
        var configuration = Configuration()
        configuration.readonly = true
        let queue = try DatabaseQueue(path: databasePath, configuration: configuration)
        return try queue.read { try String.fetchAll($0, sql: sql) }
    }
}
