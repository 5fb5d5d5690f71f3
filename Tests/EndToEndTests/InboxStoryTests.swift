import Foundation
import Testing

extension EndToEnd {
    /// The conflicts as an inbox of one operator: chosen, shown with what differs marked, decided field by field and many
    /// at once.
    @Suite struct InboxStoryTests {
        struct Inbox: Decodable {
            struct Item: Decodable {
                let id: String
                let recordId: String
                let name: String?
                let columns: [String]
                let amountCents: Int?
                let mine: Bool
            }
            let conflicts: [Item]
            let count: Int
            let decidedHere: Int
            let byKind: [String: Int]
        }

        private struct Bulk: Decodable {
            struct Left: Decodable { let code: String }
            let decided: Bool
            let count: Int
            let left: [Left]
        }

        /// Six associations whose telephone and PEC Narni and Amelia both change, and one money amount.
        private func play(_ body: (Stage, _ narni: String, _ amelia: String) async throws -> Void) async throws {
            try await Stage.with("UMB-11") { stage in
                let narni = try await stage.enrol("UMB-11", "Narni")
                let amelia = try await stage.enrol("UMB-11", "Amelia")
                for index in 1...6 {
                    try await stage.zona(
                        narni, "add", "soggetto", "denominazione=Ass. \(index)", "tipo_soggetto=VOL",
                        "telefono=0744 \(index)")
                }
                for file in [narni, amelia] { try await stage.zona(file, "sync") }
                try stage.write(narni, "UPDATE soggetto SET telefono = telefono || '1', pec = 'n@x.it'")
                try stage.write(amelia, "UPDATE soggetto SET telefono = telefono || '2', pec = 'a@x.it'")
                for file in [narni, amelia, narni] { try await stage.zona(file, "sync") }
                try await body(stage, narni, amelia)
            }
        }

        @Test(.timeLimit(.minutes(2)))
        func `Many conflicts are chosen, previewed without a change, decided at once and closed everywhere`()
            async throws
        {
            try await play { stage, narni, amelia in
                let all = try await stage.json(Inbox.self, amelia, "conflicts")
                #expect(all.count == 12 && all.byKind == ["update": 12] && all.decidedHere == 0)
                #expect(all.conflicts.allSatisfy { $0.mine && $0.name?.hasPrefix("Ass. ") == true })
                let chosen = ["--column", "pec", "--table", "soggetto", "--comune", "amelia", "--since", "1d"]

                let preview = try await stage.run(
                    Programs.zona, ["conflicts", "resolve", "--take", "other"] + chosen + ["--file", amelia])
                #expect(preview.status == 0 && preview.stdout.contains("would decide 6 conflicts"), "\(preview)")
                #expect(try await stage.json(Inbox.self, amelia, "conflicts").count == 12)

                let many = try await stage.run(
                    Programs.zona,
                    ["conflicts", "resolve", "--take", "other", "--yes", "--json"] + chosen + ["--file", amelia])
                let bulk = try Stage.decode(Bulk.self, many.stdout)
                #expect(bulk.decided && bulk.count == 6 && bulk.left.isEmpty)
                let rest = try await stage.json(Inbox.self, amelia, "conflicts")
                #expect(rest.count == 6 && rest.decidedHere == 6)
                #expect(rest.conflicts.allSatisfy { $0.columns == ["telefono"] })

                for file in [amelia, narni] { try await stage.zona(file, "sync") }
                for file in [amelia, narni] {
                    #expect(try await stage.json(Inbox.self, file, "conflicts").count == 6)
                    #expect(try stage.sql(file, "SELECT DISTINCT pec FROM soggetto").count == 1)
                }
            }
        }

        @Test(.timeLimit(.minutes(2)))
        func `A conflict shows what differs in brackets, and with the note of its decision`() async throws {
            try await play { stage, _, amelia in
                let items = try await stage.json(Inbox.self, amelia, "conflicts", "list", "--column", "telefono")
                let labelled = try await stage.json(Inbox.self, amelia, "conflicts", "list", "--column", "Telefono")
                #expect(labelled.conflicts.map(\.id) == items.conflicts.map(\.id))
                let id = try #require(items.conflicts.first?.id)
                let shown = try await stage.zona(amelia, "conflicts", "show", id)
                #expect(shown.contains("[2]") && shown.contains("[1]"))
                #expect(shown.contains("as it was") && shown.contains("another program, Narni"))
                #expect(!shown.unicodeScalars.contains("\u{1B}"))

                try await stage.zona(
                    amelia, "conflicts", "resolve", id, "telefono=0744 9", "--note", "riga\u{1B}[2J \"x\"")
                let decided = try await stage.zona(amelia, "conflicts", "show", id)
                #expect(decided.contains("decided: new values, by Operatore di amelia"))
                #expect(decided.contains("riga\\u{1b}[2J \"x\"") && !decided.unicodeScalars.contains("\u{1B}"))
                #expect(try await stage.zona(amelia, "conflicts", "list", "--all").contains("d "))
            }
        }

        @Test(.timeLimit(.minutes(2)))
        func `What was changed or deleted here since is told, and many at once leave it alone`() async throws {
            try await play { stage, narni, amelia in
                let items = try await stage.json(Inbox.self, narni, "conflicts", "list", "--column", "telefono")
                let (changed, deleted) = (try #require(items.conflicts.first), try #require(items.conflicts.last))
                try stage.write(narni, "UPDATE soggetto SET telefono = '0744 77' WHERE id = '\(changed.recordId)'")
                try stage.write(narni, "DELETE FROM soggetto WHERE id = '\(deleted.recordId)'")

                let page = try await stage.zona(narni, "conflicts", "show", changed.id)
                #expect(page.contains("shown (as listed)") && page.contains("so that now stands: telefono = 0744 77"))
                #expect(page.contains("what stands now stays: telefono = 0744 77"))
                let gone = try await stage.zona(narni, "conflicts", "show", deleted.id)
                #expect(gone.contains("the record was deleted here since") && !gone.contains("--take other"))

                let chosen = ["--column", "telefono", "--file", narni]
                let many = try await stage.run(
                    Programs.zona, ["conflicts", "resolve", "--take", "other", "--yes", "--json"] + chosen)
                let bulk = try Stage.decode(Bulk.self, many.stdout)
                #expect(many.status == 0 && bulk.count == 4 && bulk.left.map(\.code) == ["stale", "stale"], "\(many)")
                let none = try await stage.run(
                    Programs.zona, ["conflicts", "resolve", "--take", "other", "--yes"] + chosen)
                #expect(none.status == 3 && none.stdout.contains("changed here and not sent yet"), "\(none)")

                let kept = try await stage.zona(narni, "conflicts", "resolve", changed.id, "--take", "shown")
                #expect(kept.contains("what stood stays, telefono = 0744 77"))
                let stays = try await stage.zona(narni, "conflicts", "resolve", deleted.id, "--take", "shown")
                #expect(stays.contains("the record stays deleted"))
                for file in [narni, amelia] { try await stage.zona(file, "sync") }
                let phone = "SELECT telefono FROM soggetto WHERE id = '\(changed.recordId)'"
                for file in [narni, amelia] { #expect(try stage.sql(file, phone) == [["0744 77"]]) }

                #expect(try await stage.zona(narni, "diff").contains("nothing waits"))
                let pec = "UPDATE soggetto SET pec ="
                try stage.write(narni, "\(pec) pec || 'x' WHERE id = '\(changed.recordId)'")
                try stage.write(narni, "\(pec) substr(pec, 1, length(pec) - 1) WHERE id = '\(changed.recordId)'")
                #expect(try await stage.zona(narni, "diff").contains("no change waits; noted are 1 record"))
            }
        }

        @Test(.timeLimit(.minutes(2)))
        func `A row that two offices changed is decided field by field`() async throws {
            try await Stage.with("UMB-11") { stage in
                let first = try await stage.enrol("UMB-11", "Narni")
                let second = try await stage.enrol("UMB-11", "Narni", as: "narni2")
                let amelia = "denominazione = 'Amelia'"
                let row = "SELECT codice_ipa, sigla_provincia FROM comune WHERE \(amelia)"
                try stage.write(first, "UPDATE comune SET codice_ipa = 'uno', sigla_provincia = 'PG' WHERE \(amelia)")
                try stage.write(second, "UPDATE comune SET codice_ipa = 'due', sigla_provincia = 'RI' WHERE \(amelia)")
                for file in [first, second, first] { try await stage.zona(file, "sync") }
                let id = try #require(try await stage.json(Inbox.self, first, "conflicts").conflicts.first?.id)
                #expect(try stage.sql(first, row) == [["due", "RI"]])
                let strange = try await stage.run(
                    Programs.zona, ["conflicts", "resolve", id, "telefono:other", "--file", first])
                #expect(strange.status == 4 && strange.stderr.contains("not about telefono"), "\(strange)")

                let said = try await stage.zona(first, "conflicts", "resolve", id, "sigla_provincia:other")

                #expect(said.contains("sigla_provincia = PG; the rest stays as it stands"))
                for file in [first, second] { try await stage.zona(file, "sync") }
                for file in [first, second] { #expect(try stage.sql(file, row) == [["due", "PG"]]) }
                #expect(try await stage.json(Inbox.self, second, "conflicts").count == 0)
            }
        }

        @Test(.timeLimit(.minutes(2)))
        func `Bad words are refused with the next step, and change nothing`() async throws {
            try await play { stage, _, amelia in
                let wrong: [(words: [String], status: Int32, says: String)] = [
                    (["list", "--kind", "updat"], 2, "Did you mean update"),
                    (["list", "--table", "sogetto"], 4, "Did you mean soggetto"),
                    (["list", "--column", "tel"], 4, "no table has a column"),
                    (["list", "--comune", "Ameliaa"], 4, "Did you mean Amelia"),
                    (["list", "--older-than", "soon"], 2, "takes an age"),
                    (["list", "--since", "2026-02-30"], 2, "takes an age"),
                    (["list", "--min-amount", "1.250"], 2, "is money"),
                    (["show", "zz'; DROP\n"], 4, "no conflict"),
                    (["show", "%"], 4, "no conflict"),
                    (["resolve", "--take", "other"], 2, "say which"),
                    (["resolve", "--yes", "--take", "other"], 2, "say which"),
                    (["resolve", "--all-matching"], 2, "say either"),
                    (["resolve", "00", "--take", "other", "--table", "soggetto"], 2, "it cannot be both"),
                    (["resolve", "00", "--take", "other", "--yes"], 2, "for many"),
                    (["resolve", "00", "11", "--take", "other"], 2, "not understood"),
                    (["resolve", "telefono=1"], 2, "give its id first"),
                ]
                for (words, status, says) in wrong {
                    let outcome = try await stage.run(Programs.zona, ["conflicts"] + words + ["--file", amelia])
                    #expect(outcome.status == status && outcome.stderr.contains(says), "\(words): \(outcome)")
                }
                #expect(try await stage.json(Inbox.self, amelia, "conflicts").count == 12)
            }
        }
    }
}
