import Testing

extension EndToEnd {
    /// `documents/tradate.sh`: adhesions with a term, value without price.
    @Suite struct TradateTests {
        @Test(.timeLimit(.minutes(5)))
        func `Tradate: adhesions count by their date, what is brought is shared, nothing is forced`() async throws {
            try await Stage.with("LOM-TRADATE") { stage in
                let (publication, files) = try await stage.play("tradate.sh", "LOM-TRADATE")

                try expectAdhesions(publication)
                try expectValues(publication)
                try expectNeeds(publication)
                #expect(publication.summary.comuni.count == 8)
                #expect(publication.summary.comuni.allSatisfy { $0.mancante == false })
                #expect(publication.summary.conflittiAperti.isEmpty)
                try await stage.expectNothingRefused(files)
                let same = try Sameness(stage, capofila: files[0])
                try await same.expectEqual(files, capofila: files[0])
                try same.expectPublished(publication, capofila: files[0])
            }
        }

        private func expectAdhesions(_ publication: Publication) throws {
            // The term is a Thursday, the document says.
            #expect(
                try publication.sql("SELECT tipo, data_termine, strftime('%w', data_termine), bloccante FROM scadenza")
                    == [["adesione", "2015-03-12", "4", "0"]])
            #expect(
                try publication.sql(
                    """
                    SELECT soggetto.denominazione, comune.denominazione, data_atto, fuori_termine, data_atto > data_termine
                    FROM adesione_atto JOIN adesione ON adesione.id = adesione_id
                    JOIN soggetto ON soggetto.id = adesione.soggetto_id JOIN comune ON comune.id = ricevuto_da
                    JOIN scadenza ON scadenza.piano_id = adesione.piano_id ORDER BY data_atto, 1
                    """) == [
                        ["Banca del tempo (esempio)", "Tradate", "2015-03-02", "0", "0"],
                        ["Fondazione di comunità (esempio)", "Tradate", "2015-03-10", "0", "0"],
                        ["Oratorio (esempio)", "Vedano Olona", "2015-03-11", "0", "0"],
                        ["Centro anziani (esempio)", "Venegono Inferiore", "2015-03-12", "0", "0"],
                        ["Cooperativa sociale (esempio)", "Tradate", "2015-03-12", "0", "0"],
                        ["Gruppo di ricerca (esempio)", "Castiglione Olona", "2015-03-16", "1", "1"],
                    ])
            #expect(publication.summary.rows(of: "adesione") == 6)
            #expect(try publication.csv("adesione_atto").count == 7)
            #expect(
                try publication.sql("SELECT strumento FROM piano_di_zona") == [["accordo_di_programma"]])
        }

        private func expectValues(_ publication: Publication) throws {
            #expect(
                try publication.sql("SELECT tipo, valore_cent, condiviso FROM valore_portato ORDER BY tipo") == [
                    ["competenza", nil, "1"], ["denaro", nil, "1"], ["idea", nil, "1"], ["relazione", nil, "1"],
                    ["spazio", nil, "1"], ["volontari", nil, "1"],
                ])
            #expect(
                try publication.sql("SELECT tipo, area_tematica, strumenti_partecipazione IS NULL FROM tavolo")
                    == [["coprogettazione", nil, "0"]])
            #expect(
                try publication.sql("SELECT sum(presente), count(*) FROM partecipazione") == [["2", "3"]])
            for table in ["assegnazione_fondo", "stanziamento_comune", "voce_budget", "quota_comune"] {
                #expect(publication.summary.rows(of: table) == 0)
            }
        }

        private func expectNeeds(_ publication: Publication) throws {
            #expect(
                try publication.sql(
                    """
                    SELECT comune.denominazione, fase, espresso, area_tematica, soggetto.denominazione FROM bisogno
                    JOIN comune ON comune.id = bisogno.comune_id LEFT JOIN soggetto ON soggetto.id = portato_da ORDER BY 1
                    """) == [
                        ["Lonate Ceppino", "individuato", "0", nil, nil],
                        ["Tradate", "conosciuto", "0", nil, "Banca del tempo (esempio)"],
                        ["Vedano Olona", "conosciuto", "1", nil, "Oratorio (esempio)"],
                        ["Venegono Inferiore", "in_risposta", "1", nil, "Centro anziani (esempio)"],
                    ])
            #expect(
                try publication.sql(
                    """
                    SELECT proposta.titolo, esito, obiettivo.titolo, obiettivo.area_tematica FROM proposta_esito
                    JOIN proposta ON proposta.id = proposta_id JOIN obiettivo ON obiettivo.id = obiettivo_id
                    """) == [["Pomeriggi aperti", "accolta", "Luoghi di incontro per i ragazzi", nil]])
        }
    }
}
