import Testing

extension EndToEnd {
    /// `documents/narni.sh`: twelve comuni, five levels, four kinds of resources.
    @Suite struct NarniTests {
        @Test(.timeLimit(.minutes(5)))
        func `Narni: twelve comuni write their own rows, in five levels of welfare`() async throws {
            try await Stage.with("UMB-11") { stage in
                let (publication, files) = try await stage.play("narni.sh", "UMB-11")

                try expectLevels(publication)
                try expectResources(publication)
                try expectNeeds(publication)
                #expect(publication.summary.comuni.count == 12)
                #expect(publication.summary.comuni.allSatisfy { $0.mancante == false && $0.stato == "aggiornato" })
                #expect(publication.summary.conflittiAperti.isEmpty)
                try await stage.expectNothingRefused(files)
                let same = try Sameness(stage, capofila: files[0])
                try await same.expectEqual(files, capofila: files[0])
                try same.expectPublished(publication, capofila: files[0])
            }
        }

        private func expectLevels(_ publication: Publication) throws {
            #expect(
                try publication.sql(
                    """
                    SELECT livello_welfare, vocabolario.denominazione, tipo_azione, stato, intervento.titolo FROM intervento
                    JOIN vocabolario ON vocabolario.tipo = 'livello_welfare' AND codice = livello_welfare ORDER BY 1
                    """) == [
                        ["COM", "Welfare comunitario", "inclusione", "approvato", "Percorsi integrati di inclusione"],
                        [
                            "EME", "Welfare del sostegno all'emergenza", "inclusione", "approvato",
                            "Pronto intervento sociale",
                        ],
                        [
                            "FAM", "Welfare di supporto familiare", "integrazione", "approvato",
                            "Sostegno alle famiglie che curano",
                        ],
                        ["LEG", "Welfare leggero", "promozione", "approvato", "Orientamento e accompagnamento"],
                        ["RES", "Welfare residenziale", "integrazione", "approvato", "Casa di convivenza"],
                    ])
            #expect(
                try publication.sql("SELECT tipo, count(*) FROM obiettivo GROUP BY tipo ORDER BY tipo")
                    == [["strategico", "1"], ["strumentale", "1"]])
            #expect(
                try publication.sql("SELECT count(DISTINCT comune_id), sum(attivo) FROM intervento_comune")
                    == [["12", "12"]])
        }

        private func expectResources(_ publication: Publication) throws {
            // Money: the shares of the twelve add up to what was assigned.
            #expect(
                try publication.sql(
                    """
                    SELECT fonte, assegnazione_fondo.importo_cent, sum(quota_comune.importo_cent),
                        count(DISTINCT quota_comune.comune_id)
                    FROM assegnazione_fondo JOIN quota_comune ON assegnazione_id = assegnazione_fondo.id
                    GROUP BY assegnazione_fondo.id
                    """) == [["FNPS", "12000000", "12000000", "12"]])
            let shares = try #require(publication.summary.total("quota_comune"))
            #expect(shares.totaleCent == 12_000_000 && !shares.parziale && !shares.provvisorio)
            #expect(shares.perComune.first { $0.denominazione == "Amelia" }?.totaleCent == 2_000_000)
            // What is not money: four of each kind, one in each comune.
            #expect(
                try publication.sql(
                    "SELECT tipo, count(*), count(DISTINCT comune_id) FROM risorsa GROUP BY tipo ORDER BY tipo")
                    == [["informale", "4", "4"], ["strutturale", "4", "4"], ["umana", "4", "4"]])
            #expect(try publication.csv("risorsa").count == 13)
        }

        private func expectNeeds(_ publication: Publication) throws {
            #expect(
                try publication.sql(
                    "SELECT espresso, count(*), count(DISTINCT comune_id), count(priorita) FROM bisogno GROUP BY espresso "
                        + "ORDER BY espresso") == [["0", "5", "5", "5"], ["1", "7", "7", "0"]])
            #expect(
                try publication.sql(
                    """
                    SELECT livello_welfare, count(*) FROM bisogno_intervento JOIN bisogno ON bisogno.id = bisogno_id
                    JOIN intervento ON intervento.id = intervento_id GROUP BY 1 ORDER BY 1
                    """) == [["COM", "3"], ["EME", "1"], ["FAM", "3"], ["LEG", "4"], ["RES", "1"]])
            #expect(
                try publication.sql(
                    """
                    SELECT comune.denominazione FROM comune WHERE id NOT IN (SELECT comune_id FROM bisogno
                    INTERSECT SELECT comune_id FROM risorsa INTERSECT SELECT comune_id FROM intervento_comune)
                    """) == [])
        }
    }
}
