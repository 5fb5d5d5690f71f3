import Schema
import Seeded
import SyncCore

/// The table that is measured: an id and eleven columns, once under `fields` and once under `last-writer-wins`,
/// with checks and indexes.
enum BenchSchema {
    static let files: [Schema.File] =
        Schema.synced.filter { $0.name == "R001_catalog" } + [
            Schema.File(
                name: "bench", sql: table("banco", 1, rule: "fields") + table("banco_lww", 2, rule: "last-writer-wins"))
        ] + Schema.synced.filter { $0.name == "R002_conflict" }

    static let columns = [
        "comune", "anno", "fonte", "fase", "importo_cent", "data", "atto", "descrizione", "quantita", "stato", "nota",
    ]

    private static func table(_ name: String, _ number: Int, rule: String) -> String {
        """
        CREATE TABLE \(name)(
          id TEXT PRIMARY KEY NOT NULL DEFAULT (printf('%08x-%04x-7%03x-%x%03x-%012x',
            CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER) >> 16,
            CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER) & 65535,
            random() & 4095, 8 + (random() & 3), random() & 4095, random() & 281474976710655)),
          comune TEXT NOT NULL, anno INTEGER NOT NULL, fonte TEXT NOT NULL, fase TEXT NOT NULL,
          importo_cent INTEGER NOT NULL, data TEXT NOT NULL, atto TEXT, descrizione TEXT NOT NULL DEFAULT '',
          quantita INTEGER, stato TEXT NOT NULL, nota TEXT
        ) STRICT;
        CREATE INDEX ix_\(name)_comune ON \(name)(comune, anno);
        CREATE INDEX ix_\(name)_fonte ON \(name)(fonte);
        INSERT INTO zona_catalog(table_name, table_no, label, readable, writable, rule)
          VALUES ('\(name)', \(number), 'Banco', 'ambito', 'all', '\(rule)');
        INSERT INTO zona_column_rule(table_name, column_name, label, allowed, minimum, maximum, format) VALUES
          ('\(name)', 'comune', 'Comune', NULL, NULL, NULL, NULL),
          ('\(name)', 'anno', 'Anno', NULL, NULL, NULL, 'year'),
          ('\(name)', 'fonte', 'Fonte', NULL, NULL, NULL, NULL),
          ('\(name)', 'fase', 'Fase', 'impegno,liquidazione,pagamento', NULL, NULL, NULL),
          ('\(name)', 'importo_cent', 'Importo', NULL, 0, NULL, 'cent'),
          ('\(name)', 'data', 'Data', NULL, NULL, NULL, 'date'),
          ('\(name)', 'atto', 'Atto', NULL, NULL, NULL, NULL),
          ('\(name)', 'descrizione', 'Descrizione', NULL, NULL, NULL, 'text'),
          ('\(name)', 'quantita', 'Quantità', NULL, 0, 1000000, NULL),
          ('\(name)', 'stato', 'Stato', 'aperto,chiuso', NULL, NULL, NULL),
          ('\(name)', 'nota', 'Nota', NULL, NULL, NULL, NULL);

        """
    }
}

/// The rows that are inserted, as values in the order of the columns.
struct BenchRow: Sendable {
    let id: RecordID
    var values: [Value]

    private static let comuni = [
        "Narni", "Amelia", "Otricoli", "Penna in Teverina", "Alviano", "Guardea", "Giove", "Attigliano",
    ]
    private static let fonti = ["FNPS", "QSFP", "FNA", "FSR", "COM", "ASL", "UTE", "PRI"]
    private static let fasi = ["impegno", "liquidazione", "pagamento"]
    private static let parole = [
        "assistenza", "domiciliare", "centro", "diurno", "minori", "famiglia", "anziani", "trasporto", "sostegno",
        "scuola", "affido",
        "disabili", "sociale", "servizio", "voucher", "estate", "mensa", "casa", "lavoro", "ascolto", "sportello",
        "rete", "tirocinio",
    ]

    /// `count` rows with ids of version 7 a millisecond apart.
    static func make(_ count: Int, seed: UInt64) -> [BenchRow] {
        var generator = SeededGenerator(seed: seed)
        return (0..<count).map { index in
            let time = UInt64(1_700_000_000_000 + index)
            let id = RecordID(
                high: time << 16 | 0x7000 | UInt64.random(in: 0..<4096, using: &generator),
                low: 0x8000_0000_0000_0000 | generator.next() >> 2)
            return BenchRow(id: id, values: values(&generator))
        }
    }

    private static func values(_ generator: inout SeededGenerator) -> [Value] {
        func pick(_ list: [String]) -> String { list[Int.random(in: 0..<list.count, using: &generator)] }
        func words(_ count: Int) -> String { (0..<count).map { _ in pick(parole) }.joined(separator: " ") }
        let day = String(Int.random(in: 101...128, using: &generator)).dropFirst()
        let month = String(Int.random(in: 101...112, using: &generator)).dropFirst()
        let year = Int64.random(in: 2018...2024, using: &generator)
        return [
            .text(pick(comuni)), .integer(year), .text(pick(fonti)), .text(pick(fasi)),
            .integer(Int64.random(in: 1_000...5_000_000, using: &generator)), .text("\(year)-\(month)-\(day)"),
            .text("DD \(Int.random(in: 1...999, using: &generator))/\(year)"), .text(words(5)),
            .integer(Int64.random(in: 0...400, using: &generator)),
            .text(Bool.random(using: &generator) ? "aperto" : "chiuso"),
            Int.random(in: 0..<4, using: &generator) == 0 ? .text(words(3)) : .null,
        ]
    }

    /// New values for three columns: amount, quantity and state.
    static func update(_ generator: inout SeededGenerator) -> [(column: Int, value: Value)] {
        [
            (4, .integer(Int64.random(in: 1_000...5_000_000, using: &generator))),
            (8, .integer(Int64.random(in: 0...400, using: &generator))),
            (9, .text(Bool.random(using: &generator) ? "aperto" : "chiuso")),
        ]
    }

    /// Bytes of the row as a person would count them: 36 of the id, text as it is, integers as their digits.
    var rawBytes: Int {
        values.reduce(36) { size, value in
            switch value {
            case .null: size
            case .integer(let number): size + String(number).utf8.count
            case .real: size + 8
            case .text(let text): size + text.count
            case .blob(let bytes): size + bytes.count
            }
        }
    }
}
