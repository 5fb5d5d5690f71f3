import DataDesk
import ReplicaStore
import SyncCore
import Testing

/// What becomes of the rows of a file, in a replica.
@Suite struct ImportPlanTests {
    private let replica: ReplicaFixture
    private let today = Array("2026-11-27".utf8)

    init() throws {
        replica = try ReplicaFixture(isCapofila: true)
    }

    private func table(_ name: String) throws -> TableDescription {
        try #require(replica.store.catalog.table(named: name))
    }

    private func desk(_ name: String, set fixed: [String: String] = [:]) throws -> Import {
        let table = try table(name)
        let fields = try fixed.map { (try #require(table.column(named: $0)), FieldInput.text(Array($1.utf8))) }
        return Import(into: table, fixed: fields.map { (column: $0.0, input: $0.1) }, today: today)
    }

    private func look(
        _ name: String, _ lines: String..., set fixed: [String: String] = [:]
    ) throws -> ImportOutcome {
        let file = Array(lines.joined(separator: "\n").utf8)
        return try desk(name, set: fixed).look(file, in: replica.store, Import.Listener())
    }

    @discardableResult
    private func write(
        _ name: String, _ lines: String..., set fixed: [String: String] = [:]
    ) throws -> ImportOutcome {
        let file = Array(lines.joined(separator: "\n").utf8)
        return try desk(name, set: fixed).write(file, to: replica.store, by: replica.author, Import.Listener())
    }

    private func counts(_ outcome: ImportOutcome) -> [Int] {
        [outcome.new, outcome.changed, outcome.same, outcome.faulty]
    }

    /// `line: kind`, for each fault.
    private func faults(_ outcome: ImportOutcome) -> [String] {
        outcome.faults.map { "\($0.line)\($0.letters ?? ""): \($0.fault.kind.rawValue)" }
    }

    private func rows(_ name: String) throws -> [StoredRow] { try replica.store.rows(of: table(name)) }

    @Test func `a look writes nothing, a write all of it, the same again nothing`() throws {
        let file = ["Denominazione;Tipo di soggetto;Codice fiscale", "Avis;ODV;80016350821", "Caritas;ODV;"]
        let before = try rows("soggetto").count

        #expect(counts(try look("soggetto", file[0], file[1], file[2])) == [2, 0, 0, 0])
        #expect(try rows("soggetto").count == before)
        let written = try write("soggetto", file[0], file[1], file[2])
        #expect(counts(written) == [2, 0, 0, 0])
        #expect(written.isWritten)
        #expect(try rows("soggetto").count == before + 2)
        let again = try write("soggetto", file[0], file[1], file[2])
        #expect(counts(again) == [0, 0, 2, 0])
        #expect(!again.isWritten)
    }

    @Test func `one fault keeps all rows out`() throws {
        let before = try rows("soggetto").count
        let outcome = try write(
            "soggetto", "Denominazione;Tipo di soggetto", "Avis;ODV", "Caritas;X1", "Croce Rossa;ODV")

        #expect(counts(outcome) == [2, 0, 0, 1])
        #expect(faults(outcome) == ["3B: unknown-code"])
        #expect(!outcome.isWritten)
        #expect(try rows("soggetto").count == before)
    }

    @Test func `an error of whoever listens leaves nothing`() throws {
        struct Left: Error {}
        let before = try rows("soggetto").count
        var listener = Import.Listener()
        var seen = 0
        listener.onRow = { _, _ in
            seen += 1
            if seen == 2 { throw Left() }
        }
        #expect(throws: Left.self) {
            _ = try desk("soggetto").write(
                Array("Denominazione;Tipo di soggetto\nAvis;ODV\nCaritas;ODV\n".utf8), to: replica.store,
                by: replica.author, listener)
        }
        #expect(try rows("soggetto").count == before)
    }

    @Test func `a row is found by its key, and what the file lacks stays`() throws {
        try write("soggetto", "Denominazione;Tipo di soggetto;Codice fiscale;PEC", "Avis;ODV;80016350821;a@b")
        let outcome = try write("soggetto", "codice_fiscale;Telefono;tipo_soggetto", "80016350821;0744 1;ODV")

        #expect(counts(outcome) == [0, 1, 0, 0])
        let table = try table("soggetto")
        let row = try #require(try rows("soggetto").first { $0.values.contains(.text("80016350821")) })
        func value(_ name: String) throws -> Value { row.values[try #require(table.column(named: name))] }
        #expect(try value("telefono") == .text("0744 1"))
        #expect(try value("pec") == .text("a@b"))
        #expect(try value("denominazione") == .text("Avis"))

        let emptied = try look("soggetto", "codice_fiscale;Telefono", "80016350821;")
        #expect(counts(emptied) == [0, 1, 0, 0])
        #expect(emptied.emptied == 1)
    }

    @Test func `the same row twice is a fault of the second, with the line of the first`() throws {
        let keyed = try look(
            "soggetto", "Denominazione;Tipo di soggetto;Codice fiscale", "Avis;ODV;80016350821", "",
            "Avis due;ODV;80016350821")
        #expect(faults(keyed) == ["4: duplicate"])
        #expect(keyed.faults.first?.fault.message.contains("2") == true)

        let keyless = try look("soggetto", "Denominazione;Tipo di soggetto", "Avis;ODV", "Avis;ODV")
        #expect(faults(keyless) == ["3: duplicate"])

        let id = ReplicaFixture.body.description
        #expect(faults(try look("soggetto", "id;Telefono", "\(id);1", "\(id);2")) == ["3A: duplicate"])
    }

    @Test func `a row is found by its id, and an id that is nobody's is a fault`() throws {
        let id = ReplicaFixture.body.description
        #expect(counts(try look("soggetto", "id;Telefono", "\(id);0744 9")) == [0, 1, 0, 0])
        let lost = ReplicaFixture.plan.description
        #expect(
            faults(try look("soggetto", "id;Telefono", "\(lost);0744 9", "x;1")) == ["2A: reference", "3A: reference"])
    }

    @Test func `a change of the key never makes two rows the same`() throws {
        try write(
            "soggetto", "Denominazione;Tipo di soggetto;Codice fiscale", "Avis;ODV;80016350821", "Cri;ODV;00743110157")
        let avis = try #require(try rows("soggetto").first { $0.values.contains(.text("Avis")) }).id
        #expect(faults(try look("soggetto", "id;Codice fiscale", "\(avis);00743110157")) == ["2: duplicate"])
    }

    @Test func `a required column that the file lacks is told once, and can be given to all rows`() throws {
        let outcome = try look("soggetto", "Denominazione", "Avis", "Caritas")
        #expect(faults(outcome) == ["1: required"])
        #expect(outcome.faults.first?.fault.column == "tipo_soggetto")

        let given = try look("soggetto", "Denominazione", "Avis", "Caritas", set: ["tipo_soggetto": "ODV"])
        #expect(counts(given) == [2, 0, 0, 0])
        #expect(faults(given) == [])
    }

    @Test func `money is euro under a label, cents under a name`() throws {
        func amount(_ title: String, _ text: String) throws -> Value? {
            let outcome = try look(
                "assegnazione_fondo", "annualita_id;fonte;\(title)", "\(ReplicaFixture.year);FNPS;\(text)")
            #expect(faults(outcome) == [], "\(title) \(text)")
            return outcome.samples.first?.changes.last?.now
        }
        #expect(try amount("Importo", "1250") == .integer(125_000))
        #expect(try amount("Importo", "1.250,5") == .integer(125_050))
        #expect(try amount("Importo", "€ 1.250") == .integer(125_000))
        #expect(try amount("importo_cent", "1250") == .integer(1_250))
        #expect(try amount("importo_cent", "12,50") == .integer(1_250))
    }

    @Test func `a formula or an error of the spreadsheet is no value, an apostrophe keeps a text`() throws {
        let outcome = try look(
            "soggetto", "Denominazione;Tipo di soggetto;Telefono", "=A1;ODV;1", "Avis;#N/D;2", "Cri;ODV;#####",
            "'=Sì;ODV;+39 1")
        #expect(faults(outcome) == ["2A: formula", "3B: formula", "4C: formula"])
        #expect(outcome.samples.first?.changes.contains { $0.now == .text("=Sì") } == true)
    }

    @Test func `a row may point to one that comes before it in the file`() throws {
        let outcome = try write("progetto_rete", "Titolo;padre_id", "Rete;", "Ramo;Rete")
        #expect(faults(outcome) == [])
        #expect(outcome.isWritten)
    }

    @Test func `a new row that is called like one that is there is told, and written all the same`() throws {
        try write("soggetto", "Denominazione;Tipo di soggetto;Telefono", "Avis;ODV;1")
        let outcome = try look("soggetto", "Denominazione;Tipo di soggetto;Telefono", "AVIS;ODV;2")

        #expect(counts(outcome) == [1, 0, 0, 0])
        #expect(outcome.warnings.map(\.fault.kind) == [.namesake])
    }

    @Test func `rows that are only added are there already or refused, never changed`() throws {
        let titles = "comune_id;titolo;testo;presentata_il"
        try write("proposta", titles, "Narni;Mensa;Testo;01/03/2026")
        #expect(counts(try look("proposta", titles, "Narni;Mensa;Testo;01/03/2026")) == [0, 0, 1, 0])
        let id = try #require(try rows("proposta").first).id
        #expect(faults(try look("proposta", "id;titolo", "\(id);Altro")) == ["2: unchangeable"])
    }

    @Test func `a file that is no table is told at its first line`() throws {
        #expect(faults(try look("soggetto", "")) == ["1: title"])
        #expect(faults(try look("soggetto", "Avis;ODV", "Cri;ODV")) == ["1A: title", "1B: title"])
        #expect(faults(try look("soggetto", "PK\u{3}\u{4}x")) == ["1: syntax"])
        #expect(faults(try look("soggetto", "Denominazione;;PEC", "a;b;c")) == ["1: required", "2B: title"])
    }

    @Test func `a name that is there already is told, but neither a day nor a row of the same file`() throws {
        let titles = "Denominazione;Tipo di soggetto;Telefono"
        #expect(try look("soggetto", titles, "Banca del tempo;ODV;1").warnings.map(\.fault.kind) == [.namesake])
        // The look and the write say the same of two rows of one name.
        #expect(try look("soggetto", titles, "Gemella;ODV;1", "Gemella;ODV;2").warnings.isEmpty)
        #expect(try write("soggetto", titles, "Gemella;ODV;1", "Gemella;ODV;2").warnings.isEmpty)
        let meetings = "Tavolo;Comune;Tipo;Data"
        let meeting = "Anziani;Narni;tavolo;29/11/2026"
        #expect(try look("incontro", meetings, meeting).warnings.isEmpty)
    }

    @Test func `lines with the same key are told by the key, not as the same row`() throws {
        let outcome = try look(
            "soggetto", "Denominazione;Tipo di soggetto;Codice fiscale", "Uno;ODV;80016350821", "Due;ODV;80016350821")
        #expect(faults(outcome) == ["3: duplicate"])
        #expect(outcome.faults[0].fault.message.contains("same key (Tax code)"), "\(outcome.faults[0].fault.message)")
    }
}
