import Testing

extension EndToEnd {
    /// The same association written down at two comuni: merged into one, and a decision that is taken back.
    @Suite struct DuplicateStoryTests {
        @Test(.timeLimit(.minutes(3)))
        func
            `Duplicates are listed, merged offline by one comune, and are one record everywhere; a conflict is reopened`()
            async throws
        {
            try await Stage.with("UMB-11") { stage in
                let narni = try await stage.enrol("UMB-11", "Narni")
                let amelia = try await stage.enrol("UMB-11", "Amelia")
                let otricoli = try await stage.enrol("UMB-11", "Otricoli")
                let all = [narni, amelia, otricoli]
                let key = "codice_fiscale=12345678903"
                let first = try await stage.zona(
                    amelia, "add", "soggetto", "denominazione=Croce Verde", "tipo_soggetto=VOL", key)
                let second = try await stage.zona(
                    otricoli, "add", "soggetto", "denominazione=C. Verde", "tipo_soggetto=VOL", key, "telefono=0744 2")
                try await stage.zona(
                    otricoli, "add", "bisogno", "comune_id=Otricoli", "descrizione=Trasporto", "portato_da=\(second)")
                for file in [amelia, otricoli, amelia, narni] { try await stage.zona(file, "sync") }
                let survivor = min(first, second)

                let conflicts = try await stage.json(ConflictsAnswer.self, narni, "conflicts", "list").conflicts
                let duplicate = try #require(conflicts.first)
                #expect(conflicts.count == 1 && duplicate.kind == "duplicate" && duplicate.recordId == survivor)
                #expect(try await stage.zona(narni, "conflicts", "show", duplicate.id).contains("zona conflicts merge"))
                try await stage.stop()
                let letter = second == survivor ? "A" : "B"
                let merged = try await stage.json(
                    Merged.self, narni, "conflicts", "merge", duplicate.id, "--take", letter,
                    "denominazione=Croce Verde OdV")
                #expect(merged.recordId == survivor && merged.merged == [max(first, second)])
                try await stage.serve()
                for file in [narni, amelia, otricoli] { try await stage.zona(file, "sync") }

                for file in all {
                    #expect(
                        try stage.sql(file, "SELECT id, denominazione, telefono FROM soggetto") == [
                            [survivor, "Croce Verde OdV", "0744 2"]
                        ])
                    #expect(try stage.sql(file, "SELECT portato_da FROM bisogno") == [[survivor]])
                    #expect(try await stage.json(StatusAnswer.self, file, "status").openConflicts == 0)
                }
                try await reopen(stage, survivor, narni, amelia)
                for file in all { try await stage.zona(file, "sync") }
                let same = try Sameness(stage, capofila: narni)
                try await same.expectEqual(all, capofila: narni)
                #expect(try await stage.consolidate("UMB-11").summary.conflittiAperti.count == 1)
            }
        }

        private struct Merged: Decodable {
            let recordId: String
            let merged: [String]
        }

        private func reopen(_ stage: Stage, _ id: String, _ narni: String, _ amelia: String) async throws {
            try await stage.zona(narni, "edit", id, "telefono=1")
            try await stage.zona(amelia, "edit", id, "telefono=2")
            for file in [narni, amelia, narni] { try await stage.zona(file, "sync") }
            let conflict = try #require(
                try await stage.json(ConflictsAnswer.self, narni, "conflicts", "list").conflicts.first)
            let early = try await stage.run("zona", ["conflicts", "reopen", conflict.id, "--file", narni, "--json"])
            #expect(early.status != 0 && early.stderr.contains("is open"))
            try await stage.zona(narni, "conflicts", "resolve", conflict.id, "--take", "other")
            for file in [narni, amelia] { try await stage.zona(file, "sync") }
            #expect(try await stage.json(StatusAnswer.self, amelia, "status").openConflicts == 0)

            try await stage.zona(amelia, "conflicts", "reopen", conflict.id, "--note", "ripensato")

            for file in [amelia, narni] { try await stage.zona(file, "sync") }
            for file in [amelia, narni] {
                let open = try await stage.json(ConflictsAnswer.self, file, "conflicts", "list").conflicts
                #expect(open.map(\.id) == [conflict.id] && open.first?.state == "open")
            }
        }
    }
}
