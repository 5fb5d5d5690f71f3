import Testing

extension EndToEnd {
    /// One comune deletes what another edits.
    @Suite struct EditDeleteTests {
        @Test(.timeLimit(.minutes(3)))
        func `An edit wins over a delete that had not seen it, is listed, and either may be chosen`() async throws {
            try await Stage.with("PUG-ALTAMURA") { stage in
                let altamura = try await stage.enrol("PUG-ALTAMURA", "Altamura")
                let gravina = try await stage.enrol("PUG-ALTAMURA", "Gravina in Puglia")
                let all = [altamura, gravina]
                let kept = try await stage.zona(altamura, "add", "progetto_rete", "titolo=Resta")
                let gone = try await stage.zona(altamura, "add", "progetto_rete", "titolo=Va")
                for file in all { try await stage.zona(file, "sync") }

                // One time the delete comes last, one time the edit: the outcome is the same.
                try await stage.zona(gravina, "edit", kept, "descrizione=Ne abbiamo bisogno")
                try await stage.zona(altamura, "rm", kept)
                try await stage.zona(altamura, "rm", gone)
                try await stage.zona(gravina, "edit", gone, "descrizione=Forse")
                for file in [gravina, altamura, gravina] { try await stage.zona(file, "sync") }

                for file in all {
                    #expect(try titles(stage, file) == [["Resta", "Ne abbiamo bisogno"], ["Va", "Forse"]])
                    let conflicts = try await stage.json(ConflictsAnswer.self, file, "conflicts", "list").conflicts
                    #expect(Set(conflicts.map(\.recordId)) == [kept, gone] && conflicts.count == 2)
                    #expect(conflicts.allSatisfy { $0.kind == "edit-delete" && $0.columns.isEmpty })
                    #expect(conflicts.allSatisfy { $0.other.comune == "Altamura" })
                }
                try await decide(stage, altamura, kept, "shown")
                try await decide(stage, altamura, gone, "other")
                for file in [altamura, gravina] { try await stage.zona(file, "sync") }
                for file in all {
                    #expect(try titles(stage, file) == [["Resta", "Ne abbiamo bisogno"]])
                    #expect(try await stage.json(StatusAnswer.self, file, "status").openConflicts == 0)
                }
                let same = try Sameness(stage, capofila: altamura)
                try await same.expectEqual(all, capofila: altamura)
                try same.expectPublished(try await stage.consolidate("PUG-ALTAMURA"), capofila: altamura)
            }
        }

        private func titles(_ stage: Stage, _ file: String) throws -> [[String?]] {
            try stage.sql(file, "SELECT titolo, descrizione FROM progetto_rete ORDER BY titolo")
        }

        private func decide(_ stage: Stage, _ file: String, _ record: String, _ side: String) async throws {
            let conflicts = try await stage.json(ConflictsAnswer.self, file, "conflicts", "list").conflicts
            let conflict = try #require(conflicts.first { $0.recordId == record })
            try await stage.zona(file, "conflicts", "resolve", conflict.id, "--take", side)
        }
    }
}
