import Foundation
import Testing

/// `zona sync --json`, as far as these tests look.
struct BudgetAnswer: Decodable {
    struct Wire: Decodable {
        let sent: Int
        let received: Int
    }
    struct Left: Decodable {
        let batches: Int
        let bytes: Int
    }
    let wire: Wire
    let stoppedBy: String?
    let left: Left
}

extension EndToEnd {
    /// Syncs that may cost so much and no more.
    @Suite struct BudgetTests {
        /// Syncs again and again under a budget until it is not stopped any more. Returns what each sync said.
        private func drain(_ stage: Stage, _ file: String, _ budget: String...) async throws -> [BudgetAnswer] {
            var answers: [BudgetAnswer] = []
            while true {
                let outcome = try await stage.run(
                    Programs.zona, ["sync", "--json", "--file", file] + budget)
                let answer = try Stage.decode(BudgetAnswer.self, outcome.stdout)
                answers.append(answer)
                #expect(outcome.status == (answer.stoppedBy == nil ? 0 : 10), "\(outcome)")
                guard answer.stoppedBy != nil, answers.count < 200 else { return answers }
            }
        }

        @Test(.timeLimit(.minutes(2)))
        func `A budget stops a sync inside a batch and between pages, and syncs under it bring everything`()
            async throws
        {
            try await Stage.with("UMB-11") { stage in
                let narni = try await stage.enrol("UMB-11", "Narni")
                let amelia = try await stage.enrol("UMB-11", "Amelia")
                try stage.fill(amelia, rows: 200, named: "amelia")
                let up = try await drain(stage, amelia, "--max-bytes", "50kB")
                #expect(up.count > 3)
                #expect(up.allSatisfy { $0.wire.sent + $0.wire.received < 50_000 + 4_096 + 2_048 })
                #expect(zip(up, up.dropFirst()).allSatisfy { $0.left.bytes > $1.left.bytes || $1.left.batches == 0 })
                let down = try await drain(stage, narni, "--max-bytes", "50kB")
                #expect(down.count > 3)
                #expect(down.allSatisfy { $0.wire.sent + $0.wire.received < 50_000 + 8_192 + 4_096 })
                #expect(down.first?.stoppedBy == "max-bytes")
                #expect(try stage.names(narni).count == 200)
                try await stage.expectAllAtBoth(amelia, narni, count: 200)
            }
        }

        @Test(.timeLimit(.minutes(2)))
        func `A budget smaller than any part gets on by one part a sync`() async throws {
            try await Stage.with("UMB-11") { stage in
                let narni = try await stage.enrol("UMB-11", "Narni")
                let amelia = try await stage.enrol("UMB-11", "Amelia")
                try stage.fill(amelia, rows: 20, named: "amelia")
                #expect(try await drain(stage, amelia, "--max-bytes", "1").count > 3)
                #expect(try await drain(stage, narni, "--max-bytes", "1", "--max-time", "1s").count > 1)
                try await stage.expectAllAtBoth(amelia, narni, count: 20)
            }
        }

        @Test(.timeLimit(.minutes(1)))
        func `A limit that cannot be understood is refused, and a dry run takes none`() async throws {
            try await Stage.with("UMB-11") { stage in
                let narni = try await stage.enrol("UMB-11", "Narni")
                for words in [
                    ["--max-bytes", "0"], ["--max-bytes", "viele"], ["--max-time", "90"], ["--max-time", "-1s"],
                ] {
                    let outcome = try await stage.run(Programs.zona, ["sync", "--file", narni] + words)
                    #expect(outcome.status == 2, "\(words) \(outcome)")
                }
                #expect(try await stage.complaint(narni, "sync", "--dry-run", "--max-bytes", "1kB").short == "2 usage")
            }
        }
    }

    /// `zona sync --dry-run`.
    @Suite struct DryRunTests {
        private struct Forecast: Decodable {
            struct Send: Decodable {
                let batches: Int
                let changes: Int
                let bytes: Int
            }
            struct Receive: Decodable {
                let pages: Int
                let records: Int
                let bytes: Int
            }
            let send: Send
            let receive: Receive?
        }
        private struct Synced: Decodable {
            struct Count: Decodable { let bytes: Int }
            let sent: Count
            let received: Count
        }

        @Test(.timeLimit(.minutes(2)))
        func `A dry run says to the byte what goes and comes, and changes nothing`() async throws {
            try await Stage.with("UMB-11") { stage in
                let narni = try await stage.enrol("UMB-11", "Narni")
                let amelia = try await stage.enrol("UMB-11", "Amelia")
                try stage.fill(amelia, rows: 50, named: "amelia")
                try await stage.zona(amelia, "sync")
                try stage.fill(narni, rows: 30, named: "narni")
                let tables = "SELECT group_concat(id || denominazione) FROM soggetto"
                let pending = "SELECT count(*), sum(counter IS NULL) FROM zona_pending"
                let state = "SELECT next_counter, cursor, epoch, number FROM zona_state"
                let before = try [tables, pending, state].map { try stage.sql(narni, $0) }
                let told = try await stage.json(Forecast.self, narni, "sync", "--dry-run")
                #expect(try [tables, pending, state].map { try stage.sql(narni, $0) } == before)
                #expect(told.send.changes == 30)
                #expect(told.receive?.records == 50)
                let again = try await stage.json(Forecast.self, narni, "sync", "--dry-run")
                #expect(again.receive?.bytes == told.receive?.bytes)
                let synced = try await stage.json(Synced.self, narni, "sync")
                #expect(abs(synced.sent.bytes - told.send.bytes) <= 16 * told.send.batches)
                // With what was sent comes a mark for each of my own records.
                let receive = try #require(told.receive)
                #expect(synced.received.bytes >= receive.bytes)
                #expect(synced.received.bytes < receive.bytes + 30 * 20 + 200)
            }
        }
    }
}
