import Testing

extension EndToEnd {
    /// Two comuni change one field without seeing each other's change; one decides; everybody knows.
    @Suite struct ConflictStoryTests {
        @Test(.timeLimit(.minutes(3)))
        func `A field changed by two comuni offline is listed, decided once, and closed everywhere`() async throws {
            try await Stage.with("UMB-11") { stage in
                let narni = try await stage.enrol("UMB-11", "Narni")
                let amelia = try await stage.enrol("UMB-11", "Amelia")
                let otricoli = try await stage.enrol("UMB-11", "Otricoli")
                let all = [narni, amelia, otricoli]
                let id = try await stage.zona(
                    narni, "add", "soggetto", "denominazione=Banca del tempo", "tipo_soggetto=VOL", "telefono=0744 1")
                for file in all { try await stage.zona(file, "sync") }

                try await editOffline(stage, id, amelia, otricoli)
                for file in [amelia, otricoli, amelia, narni] { try await stage.zona(file, "sync") }
                let conflict = try await expectListed(stage, all, id)
                let decided = try await stage.json(
                    Decided.self, amelia, "conflicts", "resolve", conflict, "--take", "other", "--note",
                    "Sentita Otricoli")
                for file in [amelia, otricoli, narni] { try await stage.zona(file, "sync") }

                #expect(decided.conflict == conflict && decided.choice == "other")
                try await expectClosed(stage, all, id, conflict)
                let same = try Sameness(stage, capofila: narni)
                try await same.expectEqual(all, capofila: narni)
                let publication = try await stage.consolidate("UMB-11")
                #expect(publication.summary.conflittiAperti.isEmpty)
                #expect(try publication.sql("SELECT telefono FROM soggetto") == [["0744 2"]])
            }
        }

        private struct Decided: Decodable {
            let conflict: String
            let choice: String
        }

        /// Amelia writes first, Otricoli last, while the hub is away; what both do not touch is nobody's conflict.
        private func editOffline(_ stage: Stage, _ id: String, _ amelia: String, _ otricoli: String) async throws {
            try await stage.stop()
            try await stage.zona(amelia, "edit", id, "telefono=0744 2")
            try await stage.zona(
                otricoli, "edit", "soggetto", String(id.prefix(18)), "telefono=0744 3", "pec=a@b.example")
            let offline = try await stage.run("zona", ["sync", "--file", amelia, "--json"])
            #expect(offline.status == 6 && offline.stderr.contains("unreachable"))
            try await stage.serve()
        }

        /// The same conflict at every replica and at the hub: the later value is shown, the other is kept.
        private func expectListed(_ stage: Stage, _ files: [String], _ id: String) async throws -> String {
            var ids: Set<String> = []
            for file in files {
                let conflicts = try await stage.json(ConflictsAnswer.self, file, "conflicts", "list").conflicts
                let conflict = try #require(conflicts.first)
                #expect(conflicts.count == 1)
                #expect(conflict.table == "soggetto" && conflict.recordId == id && conflict.columns == ["telefono"])
                // The table's rule is `fields`; inside one field the later value wins.
                #expect(conflict.rule == "last-writer-wins" && conflict.state == "open" && !conflict.contested)
                #expect(conflict.shown.author == "Operatore di otricoli" && conflict.shown.comune == "Otricoli")
                #expect(conflict.other.author == "Operatore di amelia" && conflict.other.comune == "Amelia")
                #expect(
                    try stage.sql(file, "SELECT telefono, pec FROM soggetto WHERE id = ?", [id])
                        == [["0744 3", "a@b.example"]])
                ids.insert(conflict.id)
            }
            let atHub = try await stage.server(HubConflicts.self, "conflicts", "--ambito", "UMB-11").conflicts
            #expect(ids.count == 1 && atHub.map(\.id) == Array(ids))
            return try #require(ids.first)
        }

        private func expectClosed(_ stage: Stage, _ files: [String], _ id: String, _ conflict: String) async throws {
            for file in files {
                let answer = try await stage.json(ConflictsAnswer.self, file, "conflicts", "list")
                #expect(answer.conflicts.isEmpty)
                let closed = try await stage.json(ConflictsAnswer.self, file, "conflicts", "list", "--all").conflicts
                #expect(closed.map(\.id) == [conflict] && closed.first?.state == "decided")
                #expect(closed.first?.closedBy == "Operatore di amelia")
                #expect(try stage.sql(file, "SELECT telefono FROM soggetto WHERE id = ?", [id]) == [["0744 2"]])
                #expect(
                    try stage.sql(file, "SELECT conflict_id, choice, author, note FROM zona_decision")
                        == [[conflict, "other", "Operatore di amelia", "Sentita Otricoli"]])
            }
            let atHub = try await stage.server(HubConflicts.self, "conflicts", "--ambito", "UMB-11").conflicts
            #expect(atHub.isEmpty)
        }
    }
}
