import Testing

extension EndToEnd {
    /// Decisions taken offline: they show here at once, reach everyone, and never swallow what their taker had not seen.
    @Suite struct DecisionStoryTests {
        private func play(
            _ body: (Stage, _ id: String, _ conflict: String, _ narni: String, _ amelia: String, _ otricoli: String)
                async throws -> Void
        ) async throws {
            try await Stage.with("UMB-11") { stage in
                let narni = try await stage.enrol("UMB-11", "Narni")
                let amelia = try await stage.enrol("UMB-11", "Amelia")
                let otricoli = try await stage.enrol("UMB-11", "Otricoli")
                let id = try await stage.zona(
                    narni, "add", "soggetto", "denominazione=Banca", "tipo_soggetto=VOL", "telefono=0744 1")
                for file in [narni, amelia, otricoli] { try await stage.zona(file, "sync") }
                try await stage.zona(narni, "edit", id, "telefono=0744 2")
                try await stage.zona(amelia, "edit", id, "telefono=0744 3")
                for file in [narni, amelia, narni, otricoli] { try await stage.zona(file, "sync") }
                let conflict = try #require(
                    try await stage.json(ConflictsAnswer.self, narni, "conflicts").conflicts.first?.id)
                try await body(stage, id, conflict, narni, amelia, otricoli)
            }
        }

        private func open(_ stage: Stage, _ file: String) async throws -> [String] {
            try await stage.json(ConflictsAnswer.self, file, "conflicts").conflicts.map(\.id)
        }

        @Test(.timeLimit(.minutes(2)))
        func `A decision taken offline shows as decided here at once and reaches everyone`() async throws {
            try await play { stage, id, conflict, narni, amelia, otricoli in
                try await stage.stop()
                try await stage.zona(amelia, "conflicts", "resolve", conflict, "--take", "other")
                #expect(try await open(stage, amelia).isEmpty)
                #expect(try await stage.zona(amelia, "conflicts", "show", conflict).contains("decided here"))
                #expect(try await stage.zona(amelia, "conflicts").contains("decided here and not yet sent"))
                try await stage.serve()

                for file in [amelia, narni, otricoli] { try await stage.zona(file, "sync") }

                for file in [amelia, narni, otricoli] {
                    #expect(try await open(stage, file).isEmpty)
                    #expect(try stage.sql(file, "SELECT telefono FROM soggetto WHERE id = ?", [id]) == [["0744 2"]])
                }
            }
        }

        @Test(.timeLimit(.minutes(2)))
        func `A change by somebody who had not seen the decision opens a new conflict, never the old one`() async throws
        {
            try await play { stage, id, conflict, narni, amelia, otricoli in
                try await stage.zona(otricoli, "edit", id, "telefono=0744 7")
                try await stage.zona(amelia, "conflicts", "resolve", conflict, "--take", "other")

                for file in [amelia, otricoli, amelia, narni] { try await stage.zona(file, "sync") }

                for file in [amelia, narni, otricoli] {
                    let now = try await open(stage, file)
                    #expect(now.count == 1 && now != [conflict])
                    #expect(
                        try stage.sql(file, "SELECT state FROM zona_conflict WHERE id = ?", [conflict])
                            == [["decided"]])
                }
            }
        }

        @Test(.timeLimit(.minutes(2)))
        func `Two decisions taken apart meet, and where they differ that is listed`() async throws {
            try await play { stage, id, conflict, narni, amelia, otricoli in
                try await stage.zona(narni, "conflicts", "resolve", conflict, "--take", "other")
                try await stage.zona(otricoli, "conflicts", "resolve", conflict, "telefono=0744 9")

                for file in [narni, otricoli, narni, amelia] { try await stage.zona(file, "sync") }

                for file in [amelia, narni, otricoli] {
                    let now = try await open(stage, file)
                    #expect(now.count == 1 && now != [conflict])
                    let shown = try await stage.zona(file, "conflicts", "show", try #require(now.first))
                    #expect(shown.contains("0744 [2]") && shown.contains("0744 [9]"))
                    #expect(try await stage.zona(file, "list", "soggetto").contains("c "))
                }
            }
        }
    }
}
