import Testing

extension EndToEnd {
    /// Nothing crosses ambiti, and staff is read by its comune and the capofila only.
    @Suite struct IsolationTests {
        @Test(.timeLimit(.minutes(3)))
        func `Two ambiti on one hub see nothing of each other`() async throws {
            try await Stage.with("UMB-11", "PUG-PUTIGNANO") { stage in
                let narni = try await stage.enrol("UMB-11", "Narni")
                let putignano = try await stage.enrol("PUG-PUTIGNANO", "Putignano")

                let ours = try await stage.zona(
                    narni, "add", "soggetto", "denominazione=Di Narni", "tipo_soggetto=VOL")
                let theirs = try await stage.zona(
                    putignano, "add", "soggetto", "denominazione=Di Putignano", "tipo_soggetto=VOL")
                for file in [narni, putignano, narni, putignano] { try await stage.zona(file, "sync") }

                #expect(try stage.sql(narni, "SELECT id FROM soggetto") == [[ours]])
                #expect(try stage.sql(putignano, "SELECT id FROM soggetto") == [[theirs]])
                #expect(try stage.sql(narni, "SELECT count(*) FROM comune") == [["12"]])
                #expect(try stage.sql(putignano, "SELECT count(*) FROM comune") == [["5"]])
                let published = [try await stage.consolidate("UMB-11"), try await stage.consolidate("PUG-PUTIGNANO")]
                #expect(try published[0].sql("SELECT denominazione FROM soggetto") == [["Di Narni"]])
                #expect(try published[1].sql("SELECT denominazione FROM soggetto") == [["Di Putignano"]])
            }
        }

        @Test(.timeLimit(.minutes(3)))
        func `A comune's staff reaches the capofila and no other comune`() async throws {
            try await Stage.with("UMB-11") { stage in
                let narni = try await stage.enrol("UMB-11", "Narni")
                let amelia = try await stage.enrol("UMB-11", "Amelia")
                let otricoli = try await stage.enrol("UMB-11", "Otricoli")
                let second = try await stage.enrol("UMB-11", "Amelia", as: "amelia-2")

                let staff = ["anno=2026", "profilo=educatore", "rapporto=determinato", "fte_centesimi=150"]
                let id = try await stage.zona(
                    amelia, "add", "personale_ambito", "comune_id=Amelia", staff[0], staff[1], staff[2], staff[3])
                try await stage.zona(otricoli, "add", "bisogno", "comune_id=Otricoli", "descrizione=Di tutti")
                for file in [amelia, otricoli, narni, second, otricoli, amelia] { try await stage.zona(file, "sync") }

                for (file, seen) in [(narni, [[id]]), (amelia, [[id]]), (second, [[id]]), (otricoli, [])] {
                    #expect(try stage.sql(file, "SELECT id FROM personale_ambito") == seen, "\(file)")
                    #expect(try stage.sql(file, "SELECT descrizione FROM bisogno") == [["Di tutti"]], "\(file)")
                }
                let foreign = try await stage.run(
                    "zona", ["add", "personale_ambito", "comune_id=Amelia"] + staff + ["--file", otricoli, "--json"])
                #expect(foreign.status == 3 && foreign.stderr.contains("not-valid"))
                let same = try Sameness(stage, capofila: narni)
                try await same.expectEqual([narni, amelia, second, otricoli], capofila: narni)
            }
        }
    }
}
