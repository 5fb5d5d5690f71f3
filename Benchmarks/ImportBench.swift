import DataDesk
import Foundation
import GRDB
import ReplicaStore
import SQLiteAccess
import SyncCore

/// How long a spreadsheet of spending takes into a replica: a look, a write with all checks and triggers, and the same
/// file again; beside SQLite's own inserts of the same values into the same table without triggers.
struct ImportBench {
    let folder: String
    let rows: Int
    let rounds: Int
    private var path: String { "\(folder)/import.sqlite" }
    private static let comune = "00000000-0000-0001-0000-000000000001"
    private static let year = "00000000-0000-7000-8000-0000000000d2"
    private static let interventi = 200

    func run(_ report: inout Report) throws {
        let file = csv()
        var (looks, writes, agains, plain): ([Double], [Double], [Double], [Double]) = ([], [], [], [])
        for round in 1...max(rounds, 3) {
            progress("import, round \(round) of \(max(rounds, 3))")
            try fresh()
            looks.append(try take(file) { $0.new == rows && !$0.isWritten })
            writes.append(try take(file, writes: true) { $0.new == rows && $0.isWritten })
            agains.append(try take(file, writes: true) { $0.same == rows && !$0.isWritten })
            try fresh()
            plain.append(try insertPlainly())
        }
        report["import_look_s"] = median(looks)
        report["import_write_s"] = median(writes)
        report["import_again_s"] = median(agains)
        report["import_sqlite_s"] = median(plain)
        report["import_file_mb"] = Double(file.count) / 1e6
        report["import_peak_mb"] = peakMegabytes()
    }

    private func take(
        _ file: [UInt8], writes: Bool = false, _ isRight: (ImportOutcome) -> Bool
    ) throws -> Double {
        let store = try ReplicaStore(path: path)
        defer { try? store.close() }
        guard let table = store.catalog.table(named: "movimento_spesa") else { return .nan }
        let desk = Import(into: table, fixed: [], today: Array("2026-11-27".utf8))
        let start = ContinuousClock.now
        let outcome =
            writes
            ? try desk.write(file, to: store, by: Operator("Banco"), Import.Listener())
            : try desk.look(file, in: store, Import.Listener())
        let spent = seconds(ContinuousClock.now - start)
        precondition(isRight(outcome), "\(outcome.faults.prefix(3))")
        return spent
    }

    private func csv() -> [UInt8] {
        let titles = [
            "Comune", "Annualità", "Intervento", "Fonte di finanziamento", "Fase", "Importo", "Data", "Atto",
            "Chiave di importazione",
        ]
        var text = titles.joined(separator: ";") + "\r\n"
        for row in 0..<rows {
            text += "Banco;2026;Intervento \(row % Self.interventi);Fondo \(row % 13);\(phase(row));"
            text += "\(row % 900 + 1).\(row % 900 + 100),\(row % 90 + 10);"
            text += "\(row % 28 + 1)/\(row % 12 + 1)/2026;Determinazione n. \(row) del servizio;K-2026-\(row)\r\n"
        }
        return Array(text.utf8)
    }

    private func phase(_ row: Int) -> String { row % 3 == 0 ? "impegno" : "pagamento" }

    private func fresh() throws {
        BenchFile.remove(path)
        try ReplicaStore.create(at: path, enrolment: BenchFile.nobody).close()
        try BenchFile(path: path).write { database in
            try database.execute(
                sql: """
                    UPDATE zona_state SET applying = 1;
                    INSERT INTO comune(id, codice_istat, codice_belfiore, denominazione, sigla_provincia)
                    VALUES ('\(Self.comune)', '055022', 'F844', 'Banco', 'TR');
                    INSERT INTO annualita(id, piano_id, anno) VALUES ('\(Self.year)', '\(Self.year)', 2026);
                    WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 12)
                    INSERT INTO vocabolario(tipo, codice, denominazione) SELECT 'fonte', 'F' || i, 'Fondo ' || i FROM n;
                    WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < \(Self.interventi - 1))
                    INSERT INTO intervento(id, annualita_id, titolo, titolare)
                    SELECT printf('00000000-0000-7000-8000-%012x', i), '\(Self.year)', 'Intervento ' || i, 'ambito'
                    FROM n;
                    DELETE FROM zona_pending;
                    UPDATE zona_state SET applying = 0;
                    """)
        }
    }

    /// What `sqlite3` would do with the same values: no checks, no tracking; the indexes stay.
    private func insertPlainly() throws -> Double {
        let file = BenchFile(path: path)
        try file.write { database in
            let triggers = try String.fetchAll(
                database, sql: "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'movimento_spesa'")
            for trigger in triggers { try database.execute(sql: "DROP TRIGGER \(trigger)") }
        }
        return try file.time { database in
            let insert = try RawStatement(
                database,
                """
                INSERT INTO movimento_spesa(comune_id, annualita_id, intervento_id, fonte, fase, importo_cent, data,
                    atto, chiave_import) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
                """)
            for row in 0..<rows {
                insert.bind(1, text: Self.comune)
                insert.bind(2, text: Self.year)
                let intervento = 0x8000_0000_0000_0000 + UInt64(row % Self.interventi)
                insert.bind(3, idText: RecordID(high: 0x7000, low: intervento))
                insert.bind(4, text: "F\(row % 13)")
                insert.bind(5, text: phase(row))
                insert.bind(6, row * 7 + 1)
                insert.bind(7, text: "2026-03-12")
                insert.bind(8, text: "Determinazione n. \(row) del servizio")
                insert.bind(9, text: "K-2026-\(row)")
                try insert.run()
            }
        }
    }
}
