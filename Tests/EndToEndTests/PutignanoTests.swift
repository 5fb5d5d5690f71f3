import Testing

extension EndToEnd {
    /// `documents/putignano-2018.sh` and `documents/putignano-2022.sh`.
    @Suite struct PutignanoTests {
        @Test(.timeLimit(.minutes(5)))
        func `Putignano 2018: a tavolo in each comune, who came in which role, and what became of proposals`()
            async throws
        {
            try await Stage.with("PUG-PUTIGNANO") { stage in
                let (publication, files) = try await stage.play("putignano-2018.sh", "PUG-PUTIGNANO")

                try expectFourthPlan(publication)
                try expectThemes(publication)
                try expectOutcomes(publication)
                try await expectWhole(stage, publication, files)
            }
        }

        @Test(.timeLimit(.minutes(5)))
        func `Putignano 2022: six meetings, two on one day and the plenary last, then the plan`() async throws {
            try await Stage.with("PUG-PUTIGNANO") { stage in
                let (publication, files) = try await stage.play("putignano-2022.sh", "PUG-PUTIGNANO")

                try expectMeetings(publication)
                try expectPlan(publication)
                try expectMoneyAndStaff(publication)
                try expectReporting(publication)
                try await expectWhole(stage, publication, files)
            }
        }

        private func expectWhole(_ stage: Stage, _ publication: Publication, _ files: [String]) async throws {
            #expect(publication.summary.comuni.count == 5)
            #expect(publication.summary.comuni.allSatisfy { $0.mancante == false })
            #expect(publication.summary.conflittiAperti.isEmpty)
            try await stage.expectNothingRefused(files)
            let same = try Sameness(stage, capofila: files[0])
            try await same.expectEqual(files, capofila: files[0])
            try same.expectPublished(publication, capofila: files[0])
        }

        // MARK: 2018

        private func expectFourthPlan(_ publication: Publication) throws {
            #expect(
                try publication.sql("SELECT ordinale, anno_inizio, anno_fine, stato FROM piano_di_zona")
                    == [["4", "2018", "2020", "concertato"]])
            #expect(
                try publication.sql(
                    """
                    SELECT comune.denominazione, data, luogo, tavolo.tipo, area_tematica, instr(ordine_del_giorno, 'esempio') > 0
                    FROM incontro JOIN comune ON comune.id = comune_id JOIN tavolo ON tavolo.id = tavolo_id ORDER BY data
                    """) == [
                        ["Putignano", "2018-04-10", "Sala Consiliare", "concertazione", "INC", "0"],
                        ["Noci", "2018-04-12", nil, "concertazione", "INC", "1"],
                        ["Castellana Grotte", "2018-04-17", nil, "concertazione", "INC", "1"],
                        ["Locorotondo", "2018-04-19", nil, "concertazione", "INC", "1"],
                        ["Alberobello", "2018-04-24", nil, "concertazione", "INC", "1"],
                    ])
            // 10 April 2018 was a Tuesday, the document says.
            #expect(
                try publication.sql("SELECT strftime('%w', min(data)), count(DISTINCT comune_id) FROM incontro")
                    == [["2", "5"]])
            #expect(
                try publication.sql(
                    "SELECT ruolo, count(*), count(DISTINCT incontro_id), count(DISTINCT comune_id) FROM partecipazione "
                        + "GROUP BY ruolo ORDER BY ruolo") == [
                        ["assessore", "5", "5", "5"], ["coordinatore dell'Ufficio di Piano", "5", "5", "1"],
                        ["responsabile dei servizi sociali", "5", "5", "5"],
                        ["soggetto portatore di interesse pubblico", "5", "5", "0"],
                    ])
        }

        private func expectThemes(_ publication: Publication) throws {
            #expect(
                try publication.sql(
                    """
                    SELECT obiettivo.area_tematica, padre FROM obiettivo
                    JOIN vocabolario ON vocabolario.tipo = 'area_tematica' AND codice = obiettivo.area_tematica ORDER BY 1
                    """)
                    == [
                        ["ACC", "INC"], ["MIN", "INC"], ["POV", "INC"], ["PRI", "INC"], ["VIO", "INC"], ["WEL", "INC"],
                    ])
            #expect(
                try publication.sql(
                    """
                    SELECT area_tematica, padre, valido_al FROM intervento
                    JOIN vocabolario ON vocabolario.tipo = 'area_tematica' AND codice = area_tematica ORDER BY 1
                    """) == [["RED", "POV", nil], ["REI", "POV", "2019-03-31"]])
            #expect(
                try publication.sql("SELECT area_tematica, espresso FROM bisogno ORDER BY 1")
                    == [["PRI", "1"], ["VIO", "0"], ["WEL", "1"]])
        }

        private func expectOutcomes(_ publication: Publication) throws {
            #expect(
                try publication.sql(
                    """
                    SELECT comune.denominazione, esito, obiettivo.area_tematica, motivazione <> '' FROM proposta
                    JOIN comune ON comune.id = proposta.comune_id JOIN proposta_esito ON proposta_id = proposta.id
                    JOIN incontro ON incontro.id = proposta.incontro_id AND incontro.comune_id = proposta.comune_id
                    LEFT JOIN obiettivo ON obiettivo.id = obiettivo_id ORDER BY presentata_il
                    """) == [
                        ["Putignano", "accolta", "MIN", "1"], ["Noci", "accolta", "PRI", "1"],
                        ["Castellana Grotte", "accolta_in_parte", "VIO", "1"],
                        ["Locorotondo", "rinviata", "WEL", "1"], ["Alberobello", "respinta", nil, "1"],
                    ])
            #expect(try publication.csv("proposta").count == 6)
        }

        // MARK: 2022

        private func expectMeetings(_ publication: Publication) throws {
            #expect(
                try publication.sql(
                    """
                    SELECT comune.denominazione, incontro.tipo, data, ora_inizio, ora_fine, luogo, indirizzo, stato
                    FROM incontro JOIN comune ON comune.id = comune_id ORDER BY data, ora_inizio
                    """) == [
                        [
                            "Putignano", "tavolo", "2022-07-25", "10:00", "13:00", "Centro Anziani",
                            "via G. Angelini 26/L",
                            "svolto",
                        ],
                        [
                            "Noci", "tavolo", "2022-07-25", "17:00", "20:00", "Laboratori Urbani", "via Repubblica 4",
                            "svolto",
                        ],
                        [
                            "Castellana Grotte", "tavolo", "2022-07-26", "10:00", "13:00",
                            "Palazzo Municipale, Sala delle Cerimonie", nil, "svolto",
                        ],
                        [
                            "Locorotondo", "tavolo", "2022-07-27", "17:00", "20:00",
                            "Villa Mitolo, sala don Lino Palmisano", "via Almirante", "svolto",
                        ],
                        [
                            "Alberobello", "tavolo", "2022-07-28", "17:00", "20:00", "Casa Alberobello",
                            "largo Martellotta", "svolto",
                        ],
                        ["Putignano", "plenaria", "2022-07-29", "10:00", "13:00", "Sala consiliare", nil, "svolto"],
                    ])
            #expect(
                try publication.sql("SELECT tipo, percorso FROM tavolo") == [["coprogrammazione", "Spazi di Comunità"]])
            #expect(try publication.sql("SELECT count(*) FROM incontro WHERE verbale IS NULL") == [["0"]])
            #expect(
                try publication.sql(
                    "SELECT count(DISTINCT tipo_soggetto), count(*) FROM partecipazione JOIN soggetto ON soggetto.id = soggetto_id"
                )
                    == [["9", "9"]])
            #expect(try publication.csv("incontro").dropFirst().count == 6)
        }

        private func expectPlan(_ publication: Publication) throws {
            #expect(
                try publication.sql("SELECT ordinale, anno_inizio, anno_fine FROM piano_di_zona")
                    == [[nil, "2022", "2024"]])
            #expect(
                try publication.sql("SELECT tipo, priorita FROM obiettivo ORDER BY priorita")
                    == [["strategico", "1"], ["strategico", "2"]])
            #expect(
                try publication.sql(
                    """
                    SELECT codice_scheda, intervento_voce.tipo, coalesce(obiettivo.titolo, codice) FROM intervento
                    JOIN intervento_voce ON intervento_id = intervento.id LEFT JOIN obiettivo ON obiettivo.id = codice
                    ORDER BY 1, 2, 3
                    """) == [
                        ["1", "leps", "LEPS01"], ["1", "leps", "LEPS02"],
                        ["1", "obiettivo", "Accesso ai servizi (esempio)"],
                        ["1", "obiettivo", "Spazi di comunità"], ["2", "area_utenza", "ANZ"], ["2", "leps", "LEPS10"],
                    ])
            #expect(
                try publication.sql(
                    "SELECT tipo_azione, titolare, modalita_organizzative <> '', requisiti_qualita <> '' FROM intervento"
                )
                    == [["integrazione", "ambito", "1", "1"], ["integrazione", "ambito", "1", "1"]])
            #expect(
                try publication.sql("SELECT count(DISTINCT comune_id), sum(attivo) FROM intervento_comune")
                    == [["5", "5"]])
        }

        private func expectMoneyAndStaff(_ publication: Publication) throws {
            #expect(
                try publication.sql(
                    "SELECT comune_id IS NULL, fonte, count(*), sum(importo_cent) FROM voce_budget GROUP BY 1, 2 ORDER BY 1"
                )
                    == [["0", "COM", "5", "17650000"], ["1", "FNPS", "1", "18000000"]])
            let local = try #require(publication.summary.total("stanziamento_comune"))
            #expect(local.totaleCent == 17_650_000 && local.comuniPresenti == 5 && !local.parziale)
            #expect(publication.summary.total("voce_budget")?.totaleCent == 35_650_000)
            #expect(publication.summary.total("movimento_spesa", phase: "impegno")?.totaleCent == 2_000_000)
            #expect(publication.summary.total("movimento_spesa", phase: "liquidazione")?.totaleCent == 1_000_000)
            #expect(
                try publication.sql(
                    "SELECT profilo, count(DISTINCT comune_id), sum(fte_centesimi) FROM personale_ambito GROUP BY 1")
                    == [["assistente_sociale", "5", "1700"]])
            #expect(
                try publication.sql("SELECT periodo, unita, sum(valore), count(*) FROM rilevazione GROUP BY 1, 2")
                    == [["2022-S2", "persone", "671", "5"]])
            #expect(
                try publication.sql("SELECT tipo, denominazione FROM risorsa") == [
                    ["strutturale", "Laboratori Urbani"]
                ])
            #expect(
                try publication.sql("SELECT esito, obiettivo_id IS NULL FROM valutazione ORDER BY esito")
                    == [["parziale", "0"], ["raggiunto", "1"]])
        }

        private func expectReporting(_ publication: Publication) throws {
            // The state of each comune's reporting is the end of its chain of passages.
            #expect(
                try publication.sql(
                    """
                    SELECT comune.denominazione, a, attore FROM rendicontazione_comune
                    JOIN comune ON comune.id = rendicontazione_comune.comune_id
                    JOIN rendicontazione_passaggio passaggio ON rendicontazione_id = rendicontazione_comune.id
                    WHERE NOT EXISTS (SELECT 1 FROM rendicontazione_passaggio dopo WHERE dopo.precedente_id = passaggio.id)
                    ORDER BY 1
                    """) == [
                        ["Alberobello", "inviata", "comune"], ["Castellana Grotte", "inviata", "comune"],
                        ["Locorotondo", "attesa_rettifica", "capofila"], ["Noci", "validata", "capofila"],
                        ["Putignano", "inviata", "comune"],
                    ])
            #expect(publication.summary.rows(of: "rendicontazione_passaggio") == 14)
        }
    }
}
