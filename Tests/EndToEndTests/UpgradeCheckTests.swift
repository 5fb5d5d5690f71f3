import GRDB
import Testing

extension EndToEnd {
    /// `zona upgrade-check` looks and changes nothing.
    @Suite struct UpgradeCheckTests {
        private struct Answer: Decodable {
            let due: Bool
            let newer: Bool
            let well: Bool
        }

        private func check(_ stage: Stage, _ file: String, _ more: String...) async throws -> (Answer, Int32) {
            let outcome = try await stage.run(Programs.zona, ["upgrade-check", "--file", file, "--json"] + more)
            return (try Stage.decode(Answer.self, outcome.stdout), outcome.status)
        }

        @Test(.timeLimit(.minutes(2)))
        func `A file that fits, one that an upgrade is due for, and one of a newer program are told apart`()
            async throws
        {
            try await Stage.with("UMB-11") { stage in
                let narni = try await stage.enrol("UMB-11", "Narni")
                let (fits, done) = try await check(stage, narni)
                #expect(done == 0 && !fits.due && !fits.newer && fits.well)
                let italian = try await stage.run(
                    Programs.zona, ["upgrade-check", "--file", narni, "--lang", "it"])
                #expect(italian.stdout.contains("il server conosce lo schema 1"), "\(italian)")

                // As an earlier program left it: the last file of the replica's own tables is not run yet.
                try await DatabaseQueue(waitingAt: narni).write { database in
                    let files = try Int.fetchOne(database, sql: "PRAGMA user_version") ?? 0
                    try database.execute(sql: "PRAGMA user_version = \(files - 1)")
                }
                let before = try stage.sql(narni, "PRAGMA user_version")
                let (due, status) = try await check(stage, narni)
                #expect(status == 0 && due.due)
                #expect(try stage.sql(narni, "PRAGMA user_version") == before)

                try await DatabaseQueue(waitingAt: narni).write { try $0.execute(sql: "PRAGMA user_version = 900") }
                let (newer, refused) = try await check(stage, narni)
                #expect(refused == 9 && newer.newer && !newer.well)
                #expect(try stage.sql(narni, "PRAGMA user_version") == [["900"]])
            }
        }
    }
}
