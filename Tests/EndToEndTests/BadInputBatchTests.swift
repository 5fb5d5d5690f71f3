import Foundation
import GRDB
import Testing

extension EndToEnd {
    /// Batches that were damaged on their way, and changes that the hub must refuse.
    @Suite struct BadInputBatchTests {
        private func play(_ body: (Stage, _ narni: String, _ amelia: String) async throws -> Void) async throws {
            try await Stage.with("UMB-11") { stage in
                try await body(
                    stage, try await stage.enrol("UMB-11", "Narni"), try await stage.enrol("UMB-11", "Amelia"))
            }
        }

        @Test(.timeLimit(.minutes(2)))
        func `Damaged, foreign and reordered batches are refused, and the right one still goes through`() async throws {
            try await play { stage, narni, amelia in
                for name in ["Uno", "Due"] {
                    try await stage.zona(amelia, "add", "soggetto", "denominazione=\(name)", "tipo_soggetto=VOL")
                }
                try await stage.zona(narni, "add", "soggetto", "denominazione=Di Narni", "tipo_soggetto=VOL")
                let batches = try stage.values(amelia, "SELECT bytes FROM zona_outbox ORDER BY last_counter")
                    .compactMap { Data.fromDatabaseValue($0[0]) }
                let foreign = try #require(try stage.values(narni, "SELECT bytes FROM zona_outbox").first)
                let first = try #require(batches.first)
                var (header, body, signature) = (first, first, first)
                header[header.startIndex + 40] ^= 1
                body[body.endIndex - 110] ^= 1
                signature[signature.endIndex - 1] ^= 1
                let bad = [
                    first.dropLast(20), header, body, signature, batches[1],
                    try #require(Data.fromDatabaseValue(foreign[0])),
                    Data(), Data(repeating: 0, count: 5 << 20),
                ]
                for bytes in bad {
                    try stage.write(amelia, "UPDATE zona_outbox SET bytes = ? WHERE first_counter = 1", [Data(bytes)])
                    let complaint = try await stage.complaint(amelia, "sync")
                    #expect([6, 7].contains(complaint.status), "\(bytes.count) bytes: \(complaint)")
                    #expect(try stage.names(amelia).count == 2)
                }
                try await stage.zona(narni, "sync")
                #expect(try stage.names(narni) == ["Di Narni"])
                try stage.write(amelia, "UPDATE zona_outbox SET bytes = ? WHERE first_counter = 1", [first])
                try await stage.expectAllAtBoth(amelia, narni, count: 3)
            }
        }

        @Test(.timeLimit(.minutes(2)))
        func `A batch whose acknowledgement was lost is sent again and counted once`() async throws {
            try await play { stage, narni, amelia in
                try await stage.zona(amelia, "add", "soggetto", "denominazione=Uno", "tipo_soggetto=VOL")
                let before = try stage.copy(amelia, as: "prima")
                try await stage.zona(amelia, "sync")
                // The file as it was before the answer came: its batch is at the hub, and it does not know.
                try await stage.zona(before, "sync")
                try stage.expectSound(before)
                try await stage.zona(narni, "sync")
                #expect(try stage.names(narni) == ["Uno"])
            }
        }

        @Test(.timeLimit(.minutes(2)))
        func `A bad value is refused here with 3, and names the field`() async throws {
            try await play { stage, _, amelia in
                let before = try Data(contentsOf: URL(filePath: amelia))
                for (words, field) in [
                    (["soggetto", "tipo_soggetto=VOL"], "denominazione"),
                    (["soggetto", "denominazione=x", "tipo_soggetto=ZZZ"], "tipo_soggetto"),
                    (["bisogno", "comune_id=Amelia", "descrizione=x", "espresso=forse"], "espresso"),
                    (["bisogno", "comune_id=Amelia", "descrizione=x", "priorita=alta"], "priorita"),
                ] {
                    let outcome = try await stage.run(Programs.zona, ["add"] + words + ["--file", amelia, "--json"])
                    #expect(outcome.status == 3 && outcome.stderr.contains(field), "\(outcome)")
                }
                let bisogno = try await stage.complaint(
                    amelia, "add", "bisogno", "comune_id=Narni", "descrizione=altrui")
                #expect(bisogno.short == "3 not-valid")
                #expect(try await stage.complaint(amelia, "add", "pippo", "a=1").short == "4 unknown-table")
                #expect(try await stage.complaint(amelia, "add", "soggetto", "zzz=1").short == "4 unknown-column")
                #expect(try Data(contentsOf: URL(filePath: amelia)) == before)
            }
        }

        @Test(.timeLimit(.minutes(2)))
        func `What a file without its checks sends is refused, kept and told, and the rest goes on`() async throws {
            struct Refused: Decodable {
                struct Change: Decodable {
                    let reason: String
                    let table: String
                }
                let refused: [Change]
            }
            try await play { stage, narni, amelia in
                let triggers = try stage.sql(
                    amelia, "SELECT name FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'zona_check_%'")
                for trigger in triggers { try stage.write(amelia, "DROP TRIGGER \"\(trigger[0] ?? "")\"") }
                let other = try #require(
                    try stage.sql(amelia, "SELECT id FROM comune WHERE denominazione = 'Otricoli'").first)
                try stage.write(
                    amelia,
                    """
                    UPDATE ambito SET denominazione = 'Mio';
                    INSERT INTO bisogno(comune_id, descrizione) VALUES ('\(other[0] ?? "")', 'di altri');
                    INSERT INTO bisogno(comune_id, descrizione, espresso) SELECT comune, 'né sì né no', 7 FROM zona_state;
                    INSERT INTO soggetto(denominazione, tipo_soggetto) VALUES ('Buono', 'VOL');
                    INSERT INTO zona_catalog(table_name, table_no, label, readable, writable, rule)
                        VALUES ('pippo', 77, 'Pippo', 'ambito', 'all', 'fields');
                    CREATE TABLE pippo(id TEXT PRIMARY KEY NOT NULL) STRICT;
                    CREATE TABLE zona_before_pippo(id TEXT PRIMARY KEY NOT NULL) STRICT;
                    INSERT INTO pippo VALUES ('01900000-0000-7000-8000-000000000001');
                    INSERT INTO zona_pending(table_no, id, epoch, changed_at, author, action)
                        SELECT 77, '01900000-0000-7000-8000-000000000001', epoch, 0, '-', 0 FROM zona_state;
                    """)
                try await stage.zona(amelia, "sync")
                let refused = try await stage.json(Refused.self, amelia, "refused", "list").refused
                #expect(refused.map(\.table).sorted() == ["ambito", "bisogno", "bisogno", "pippo"])
                #expect(refused.map(\.reason).sorted() == ["not-valid", "not-yours", "not-yours", "unknown"])
                #expect(try stage.names(amelia) == ["Buono"])
                #expect(try stage.sql(amelia, "SELECT count(*) FROM pippo") == [["0"]])
                #expect(try stage.sql(amelia, "SELECT count(*) FROM ambito WHERE denominazione = 'Mio'") == [["0"]])
                #expect(try stage.sql(amelia, "SELECT count(*) FROM bisogno") == [["0"]])
                try stage.expectSound(amelia)
                try await stage.zona(narni, "sync")
                #expect(try stage.names(narni) == ["Buono"])
            }
        }

        @Test(.timeLimit(.minutes(2)))
        func `A column that somebody added to his file stays his, and the file syncs as before`() async throws {
            try await play { stage, narni, amelia in
                try stage.write(
                    amelia,
                    """
                    ALTER TABLE soggetto ADD COLUMN promemoria TEXT;
                    INSERT INTO soggetto(denominazione, tipo_soggetto, promemoria) VALUES ('Uno', 'VOL', 'chiamare');
                    """)
                let added = try await stage.complaint(
                    amelia, "add", "soggetto", "denominazione=x", "tipo_soggetto=VOL", "promemoria=y")
                #expect(added.short == "4 unknown-column")
                try await stage.zona(amelia, "sync")
                try await stage.zona(narni, "sync")
                let id = try #require(try stage.sql(narni, "SELECT id FROM soggetto").first?[0])
                try await stage.zona(narni, "edit", "soggetto", id, "denominazione=Uno bis")
                try await stage.expectAllAtBoth(narni, amelia, count: 1)
                #expect(
                    try stage.sql(amelia, "SELECT denominazione, promemoria FROM soggetto") == [
                        ["Uno bis", "chiamare"]
                    ])
            }
        }
    }
}
