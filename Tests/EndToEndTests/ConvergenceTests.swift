import GRDB
import Seeded
import Testing

extension EndToEnd {
    /// Four comuni write at random, in plain SQL as any program may; then all synchronise.
    @Suite struct ConvergenceTests {
        @Test(.timeLimit(.minutes(4)), arguments: SeededGenerator.seeds)
        func `After two rounds of random work all replicas and the publication are equal`(seed: UInt64) async throws {
            try await Stage.with("PUG-ALTAMURA") { stage in
                var generator = SeededGenerator(seed: seed)
                let files = try await stage.enrolAll("PUG-ALTAMURA")
                let same = try Sameness(stage, capofila: files[0])

                for round in 1...2 {
                    try await stage.stop()
                    for file in files {
                        let comune = try await stage.json(StatusAnswer.self, file, "status").comuneId
                        let program = try DatabaseQueue(waitingAt: file)
                        for step in 1...20 {
                            try await write(program, comune, "\(round).\(step)", using: &generator)
                        }
                        try program.close()
                    }
                    try await stage.serve()
                    // The first pass brings everybody's work to the hub, the second from there to everybody.
                    for _ in 1...2 {
                        for file in files.shuffled(using: &generator) { try await stage.zona(file, "sync") }
                    }
                    try await same.expectEqual(files, capofila: files[0])
                    try same.expectPublished(try await stage.consolidate("PUG-ALTAMURA"), capofila: files[0])
                }
                try await decideAll(stage, files)
                try await same.expectEqual(files, capofila: files[0])
            }
        }

        /// One change by another program: a record of all, or a need of its own comune.
        private func write(
            _ program: DatabaseQueue, _ comune: String, _ word: String, using generator: inout SeededGenerator
        ) async throws {
            let kind = Int.random(in: 0..<100, using: &generator)
            let column = ["denominazione", "telefono", "pec", "runts"].randomElement(using: &generator)!
            let (id, pick) = (generator.id(), Int.random(in: 0..<1000, using: &generator))
            try await program.write { database in
                let known = try String.fetchAll(database, sql: "SELECT id FROM soggetto ORDER BY id")
                if kind < 20 || known.isEmpty {
                    try database.execute(
                        sql: "INSERT INTO soggetto(id, denominazione, tipo_soggetto) VALUES (?, ?, 'VOL')",
                        arguments: [id, "Ente \(word)"])
                } else if kind < 75 {
                    try database.execute(
                        sql: "UPDATE soggetto SET \(column) = ? WHERE id = ?",
                        arguments: ["\(comune.prefix(4)) \(word)", known[pick % known.count]])
                } else if kind < 85 {
                    try database.execute(
                        sql: "DELETE FROM soggetto WHERE id = ?", arguments: [known[pick % known.count]])
                } else {
                    try database.execute(
                        sql: "INSERT INTO bisogno(id, comune_id, descrizione) VALUES (?, ?, ?)",
                        arguments: [id, comune, "Bisogno \(word)"])
                }
            }
        }

        /// The capofila decides every open conflict, one way and the other in turn; then none is open anywhere.
        private func decideAll(_ stage: Stage, _ files: [String]) async throws {
            let open = try await stage.json(ConflictsAnswer.self, files[0], "conflicts", "list").conflicts
            #expect(!open.isEmpty, "this seed makes no conflict: take one that does")
            // Fields first: once it is decided that a record goes, no field of it is left to decide.
            let order = open.filter { !$0.columns.isEmpty } + open.filter(\.columns.isEmpty)
            for (index, conflict) in order.enumerated() {
                let isThere =
                    try stage.sql(
                        files[0], "SELECT 1 FROM soggetto WHERE id = ?", [conflict.recordId]) == [["1"]]
                try await stage.zona(
                    files[0], "conflicts", "resolve", conflict.id, "--take",
                    index % 2 == 0 || !isThere ? "shown" : "other")
            }
            for file in files { try await stage.zona(file, "sync") }
            for file in files {
                #expect(try await stage.json(StatusAnswer.self, file, "status").openConflicts == 0, "\(file)")
            }
        }
    }
}
