import Testing

extension EndToEnd {
    /// `documents/altamura.sh`: one session, two approvals; a project of the network.
    @Suite struct AltamuraTests {
        @Test(.timeLimit(.minutes(5)))
        func `Altamura: one session approves two years, and a project is held up to be replicated`() async throws {
            try await Stage.with("PUG-ALTAMURA") { stage in
                let (publication, files) = try await stage.play("altamura.sh", "PUG-ALTAMURA")

                try expectSession(publication)
                try expectProject(publication)
                try expectNetwork(publication)
                #expect(publication.summary.comuni.map(\.denominazione).count == 4)
                #expect(publication.summary.comuni.allSatisfy { $0.mancante == false && $0.repliche == 1 })
                #expect(publication.summary.conflittiAperti.isEmpty)
                try await stage.expectNothingRefused(files)
                let same = try Sameness(stage, capofila: files[0])
                try await same.expectEqual(files, capofila: files[0])
                try same.expectPublished(publication, capofila: files[0])
            }
        }

        private func expectSession(_ publication: Publication) throws {
            let approvals = try publication.sql(
                """
                SELECT incontro.data, incontro.luogo, comune.denominazione, tavolo.tipo, oggetto, annualita.anno,
                    approvazione.data
                FROM approvazione JOIN incontro ON incontro.id = incontro_id JOIN comune ON comune.id = comune_id
                JOIN tavolo ON tavolo.id = tavolo_id JOIN annualita ON annualita.id = annualita_id ORDER BY anno
                """)
            let session = ["2021-11-29", "Sala consiliare", "Altamura", "concertazione"]
            #expect(
                approvals == [
                    session + ["rendicontazione", "2020", "2021-11-29"],
                    session + ["programmazione", "2021", "2021-11-29"],
                ])
            #expect(try publication.sql("SELECT count(DISTINCT incontro_id) FROM approvazione") == [["1"]])
            #expect(
                try publication.sql(
                    "SELECT anno, stato_programmazione, stato_rendicontazione FROM annualita ORDER BY anno")
                    == [["2020", "approvata", "approvata"], ["2021", "approvata", "da_aprire"]])
            #expect(
                try publication.sql(
                    """
                    SELECT ruolo, soggetto.denominazione FROM partecipazione LEFT JOIN soggetto ON soggetto.id = soggetto_id
                    JOIN incontro ON incontro.id = incontro_id WHERE data = '2021-11-29' ORDER BY ruolo
                    """) == [
                        ["coordinatrice del progetto", "Associazione M.I.Cro. Italia ODV"],
                        ["delegato del comune", nil], ["delegato del comune", nil], ["delegato del comune", nil],
                        ["responsabile del progetto", "Associazione M.I.Cro. Italia ODV"],
                    ])
            let csv = try publication.csv("approvazione")
            #expect(csv[0] == ["id", "piano_id", "annualita_id", "oggetto", "incontro_id", "data", "atto"])
            #expect(csv.dropFirst().map { $0[3] } == ["rendicontazione", "programmazione"])
            #expect(csv.dropFirst().map { $0[5] } == ["2021-11-29", "2021-11-29"])
        }

        private func expectProject(_ publication: Publication) throws {
            #expect(
                try publication.sql(
                    """
                    SELECT ruolo, tipo_soggetto, forma_giuridica, soggetto.denominazione
                    FROM progetto_soggetto JOIN soggetto ON soggetto.id = soggetto_id
                    JOIN progetto_rete ON progetto_rete.id = progetto_id
                    WHERE titolo = 'Help! Chiedici Aiuto' ORDER BY ruolo, soggetto.denominazione
                    """) == [
                        ["finanziatore", "IST", "fondazione", "Fondazione Con il Sud"],
                        ["partner", "VOL", nil, "Associazione partner (esempio)"],
                        ["partner", "COO", nil, "Cooperativa partner (esempio)"],
                        ["promotore", "VOL", "ODV", "Associazione M.I.Cro. Italia ODV"],
                    ])
            #expect(
                try publication.sql(
                    """
                    SELECT progetto.titolo, padre.titolo, padre.buona_prassi, padre.replicabile, progetto.buona_prassi
                    FROM progetto_rete progetto JOIN progetto_rete padre ON padre.id = progetto.padre_id
                    """) == [["#Daispazioallacreatività", "Help! Chiedici Aiuto", "1", "1", "0"]])
            // 12 April 2021 was a Monday, the document says.
            #expect(
                try publication.sql("SELECT data, strftime('%w', data) FROM incontro WHERE tipo = 'presentazione'")
                    == [["2021-04-12", "1"]])
        }

        private func expectNetwork(_ publication: Publication) throws {
            // The resources of one year are fewer than those of the year before, and private money has its own source.
            #expect(
                try publication.sql(
                    "SELECT anno, fonte, importo_cent FROM assegnazione_fondo JOIN annualita ON annualita.id = annualita_id "
                        + "ORDER BY anno, fonte")
                    == [["2020", "FNPS", "42000000"], ["2021", "FNPS", "38000000"], ["2021", "PRI", "1500000"]])
            #expect(publication.summary.total("assegnazione_fondo")?.totaleCent == 81_500_000)
            #expect(
                try publication.sql("SELECT tipo, valore_cent FROM valore_portato ORDER BY tipo")
                    == [["idea", nil], ["volontari", nil]])
            #expect(
                try publication.sql(
                    """
                    SELECT comune.denominazione, espresso, fase, priorita, titolare FROM bisogno
                    JOIN comune ON comune.id = comune_id LEFT JOIN bisogno_intervento ON bisogno_id = bisogno.id
                    LEFT JOIN intervento ON intervento.id = intervento_id ORDER BY 1
                    """) == [
                        ["Gravina in Puglia", "1", "conosciuto", "1", "ambito"],
                        ["Poggiorsini", "0", "individuato", nil, nil],
                    ])
        }
    }
}
