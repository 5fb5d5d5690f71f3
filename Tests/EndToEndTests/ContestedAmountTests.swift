import Testing

extension EndToEnd {
    /// Two offices of one comune write one amount: no clock decides money.
    @Suite struct ContestedAmountTests {
        @Test(.timeLimit(.minutes(3)))
        func `An amount written by two offices is contested, and the total provisional, until one decides`()
            async throws
        {
            try await Stage.with("UMB-11") { stage in
                let narni = try await stage.enrol("UMB-11", "Narni")
                let office = try await stage.enrol("UMB-11", "Amelia", as: "amelia-ragioneria")
                let other = try await stage.enrol("UMB-11", "Amelia", as: "amelia-sociale")
                let year = try await year(stage, narni)
                try await stage.zona(office, "sync")
                let id = try await stage.zona(
                    office, "add", "stanziamento_comune", "annualita_id=\(year)", "comune_id=Amelia", "fonte=COM",
                    "importo_cent=1.000,00")
                for file in [office, other] { try await stage.zona(file, "sync") }

                try await stage.zona(office, "edit", id, "importo_cent=1.100,00")
                try await stage.zona(other, "edit", id, "importo_cent=1.200,00")
                for file in [office, other, office, narni] { try await stage.zona(file, "sync") }
                try await expectContested(stage, [office, other, narni])
                let conflict = try await stage.json(ConflictsAnswer.self, other, "conflicts", "list").conflicts[0].id
                try await stage.zona(other, "conflicts", "resolve", conflict, "importo_cent=1.300,00")
                for file in [other, office, narni] { try await stage.zona(file, "sync") }

                let publication = try await stage.consolidate("UMB-11")
                let total = try #require(publication.summary.total("stanziamento_comune"))
                #expect(total.totaleCent == 130_000 && !total.provvisorio)
                #expect(publication.summary.conflittiAperti.isEmpty && publication.summary.notaConflitti == nil)
                let same = try Sameness(stage, capofila: narni)
                try await same.expectEqual([narni, office, other], capofila: narni)
                try same.expectPublished(publication, capofila: narni)
            }
        }

        private func year(_ stage: Stage, _ narni: String) async throws -> String {
            let ambito = try await stage.json(StatusAnswer.self, narni, "status").ambitoId
            let plan = try await stage.zona(
                narni, "add", "piano_di_zona", "ambito_id=\(ambito)", "denominazione=Piano", "anno_inizio=2026",
                "anno_fine=2028", "strumento=convenzione")
            let year = try await stage.zona(narni, "add", "annualita", "piano_id=\(plan)", "anno=2026")
            try await stage.zona(narni, "sync")
            return year
        }

        private func expectContested(_ stage: Stage, _ files: [String]) async throws {
            for file in files {
                let conflicts = try await stage.json(ConflictsAnswer.self, file, "conflicts", "list").conflicts
                #expect(conflicts.map(\.contested) == [true])
                #expect(conflicts.map(\.columns) == [["importo_cent"]] && conflicts.map(\.rule) == ["manual"])
                #expect(try await stage.json(StatusAnswer.self, file, "status").contestedConflicts == 1)
            }
            let publication = try await stage.consolidate("UMB-11")
            let total = try #require(publication.summary.total("stanziamento_comune"))
            #expect(total.totaleCent == 120_000 && total.provvisorio)
            #expect(publication.summary.conflittiAperti.map(\.contestato) == [true])
            #expect(publication.summary.conflittiAperti.map(\.tabella) == ["stanziamento_comune"])
            #expect(publication.summary.notaConflitti != nil)
            // Nine comuni have no replica, one has not spoken of money: the total is of those that are there.
            #expect(total.parziale && total.comuniPresenti == 2)
        }
    }
}
