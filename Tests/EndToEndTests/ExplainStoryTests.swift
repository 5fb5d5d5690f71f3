import Foundation
import Testing

extension EndToEnd {
    /// Who wrote a value, against what, by which rule, what lost; and what another rule would have come to.
    @Suite struct ExplainStoryTests {
        private struct Explained: Decodable {
            struct Value: Decodable {
                let value: String
                let writtenBy: String
            }
            struct Column: Decodable {
                let column: String
                let value: String?
                let rule: String?
                let written: Value?
                let replaced: [Value]
                let lost: [Value]
                let pending: Bool
            }
            let asked: Bool
            let columns: [Column]
        }

        private struct History: Decodable {
            struct Entry: Decodable {
                let operation: String?
                let writtenBy: String
                let decides: [String]?
            }
            let asked: Bool
            let record: String?
            let entries: [Entry]
        }

        private func play(_ body: (Stage, _ narni: String, _ amelia: String, _ id: String) async throws -> Void)
            async throws
        {
            try await Stage.with("UMB-11") { stage in
                let narni = try await stage.enrol("UMB-11", "Narni")
                let amelia = try await stage.enrol("UMB-11", "Amelia")
                let id = try await stage.zona(
                    narni, "add", "soggetto", "denominazione=Banca\u{1B}[2J del tempo", "tipo_soggetto=VOL",
                    "telefono=0744 1")
                for file in [narni, amelia] { try await stage.zona(file, "sync") }
                try await stage.zona(narni, "edit", id, "telefono=0744 2")
                try await stage.zona(amelia, "edit", id, "telefono=0744 3")
                for file in [narni, amelia, narni] { try await stage.zona(file, "sync") }
                try await body(stage, narni, amelia, id)
            }
        }

        @Test(.timeLimit(.minutes(2)))
        func `A value is explained with its writer, its rule and what lost, and a record's history with its decision`()
            async throws
        {
            try await play { stage, narni, amelia, id in
                let before = try await stage.json(Explained.self, amelia, "explain", id, "telefono")
                let telephone = try #require(before.columns.first)
                #expect(before.asked && before.columns.count == 1 && telephone.value == "0744 3")
                #expect(telephone.written?.writtenBy == "Operatore di amelia, Amelia")
                #expect(telephone.rule == "last-writer-wins")
                #expect(telephone.lost.map(\.value) == ["0744 2"])
                #expect(telephone.lost.map(\.writtenBy) == ["Operatore di narni, Narni"])

                let conflict = try #require(
                    try await stage.json(ConflictsAnswer.self, amelia, "conflicts").conflicts.first?.id)
                try await stage.zona(
                    amelia, "conflicts", "resolve", conflict, "--take", "other", "--note", "Sentita Narni")
                let waiting = try await stage.zona(amelia, "explain", id, "telefono")
                #expect(waiting.contains("written here by Operatore di amelia"))
                #expect(waiting.contains("not confirmed by the hub"))
                for file in [amelia, narni] { try await stage.zona(file, "sync") }

                let said = try await stage.zona(narni, "explain", "soggetto", id, "telefono")
                #expect(said.contains("written by Operatore di amelia, Amelia"))
                #expect(said.contains("deciding conflict \(conflict.prefix(13)), other: “Sentita Narni”"))
                #expect(said.contains("in the place of 0744 3"))
                #expect(!said.unicodeScalars.contains("\u{1B}"))
                let history = try await stage.json(History.self, narni, "history", id)
                #expect(history.entries.map(\.operation) == ["insert", "update", "update", "update"])
                #expect(history.entries.last?.decides == [conflict])
                #expect(try await stage.zona(narni, "history", id).contains("without having seen the change of"))
            }
        }

        @Test(.timeLimit(.minutes(2)))
        func `Offline a replica says what it knows and since when, and of a record that went only its name is needed`()
            async throws
        {
            try await play { stage, narni, amelia, id in
                try await stage.zona(amelia, "rm", id)
                for file in [amelia, narni] { try await stage.zona(file, "sync") }
                let gone = try await stage.json(History.self, narni, "history", "soggetto", id)
                #expect(gone.record == "deleted" && gone.entries.last?.operation == "delete")
                let bare = try await stage.run(Programs.zona, ["history", id, "--file", narni])
                #expect(bare.status == 4)
                try await stage.stop()

                let cut = try await stage.zona(narni, "history", "soggetto", id)
                #expect(cut.contains("the hub could not be asked") && cut.contains("as of its last sync"))
                #expect(cut.contains("lost: telefono = 0744 2"))
                let unknown = try await stage.run(
                    Programs.zona,
                    ["explain", "soggetto", "0190f3c2-7a1c-7001-8000-000000000003", "--offline", "--file", narni])
                #expect(unknown.status == 4 && unknown.stderr.contains("there is no row"))
                let words = try await stage.run(Programs.zona, ["explain", id, "telefono", "pec", "--file", narni])
                #expect(words.status == 2)
                try await stage.serve()
            }
        }

        @Test(.timeLimit(.minutes(2)))
        func `Another rule is tried on the recorded history, which stays as it is, and what a killed trial left goes`()
            async throws
        {
            struct Trial: Decodable {
                struct Row: Decodable {
                    struct Column: Decodable {
                        let column: String
                        let now: String?
                        let then: String?
                    }
                    let id: String
                    let columns: [Column]
                }
                let same: Bool
                let rows: [Row]
                let conflictCount: Int
            }
            try await play { stage, narni, _, id in
                let left = "\(stage.data)/UMB-11/hub.sqlite.policy-2147483646"
                for suffix in ["", "-wal", ".new"] { try Data([1]).write(to: URL(filePath: left + suffix)) }

                let words = ["policy", "try", "--table", "soggetto", "--column", "telefono"]
                let trial = try await stage.run(
                    Programs.server, words + ["--rule", "capofila", "--data", stage.data, "--json"])
                let told = try Stage.decode(Trial.self, trial.stdout)
                #expect(!told.same && told.conflictCount == 2)
                #expect(told.rows.map(\.id) == [id])
                #expect(told.rows.first?.columns.first?.then == "0744 2")
                let text = try await stage.server("policy", "try", "--table", "soggetto", "--rule", "fields")
                #expect(text.contains("Nothing would be different."))
                let wrong = try await stage.run(Programs.server, words + ["--rule", "fields", "--data", stage.data])
                #expect(wrong.status == 3 && wrong.stderr.contains("can be tried under"))
                let none = try await stage.run(Programs.server, words + ["--rule", "best", "--data", stage.data])
                #expect(none.status == 2 && none.stderr.contains("they are"))

                let files = try FileManager.default.contentsOfDirectory(atPath: "\(stage.data)/UMB-11")
                #expect(!files.contains { $0.contains("policy-") })
                #expect(try stage.sql(narni, "SELECT telefono FROM soggetto") == [["0744 3"]])
                try await stage.server("verify")
            }
        }
    }
}
