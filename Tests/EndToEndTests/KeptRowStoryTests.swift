import Foundation
import Testing

extension EndToEnd {
    /// A record that one comune deletes while others give back, to a hub that was put back, what somebody had written in it.
    @Suite struct KeptRowStoryTests {
        @Test(.timeLimit(.minutes(4)))
        func
            `What is given back of a deleted record is shown whole, in words that say what to do, and can be put back`()
            async throws
        {
            try await Stage.with("UMB-11") { stage in
                let narni = try await stage.enrol("UMB-11", "Narni")
                let amelia = try await stage.enrol("UMB-11", "Amelia")
                let otricoli = try await stage.enrol("UMB-11", "Otricoli")
                let id = try await stage.zona(
                    narni, "add", "soggetto", "denominazione=Caritas", "tipo_soggetto=VOL", "telefono=1")
                for file in [narni, amelia, otricoli] { try await stage.zona(file, "sync") }
                try await stage.stop()
                let backup = stage.data + ".copia"
                try FileManager.default.copyItem(atPath: stage.data, toPath: backup)
                try await stage.serve()
                try await stage.zona(amelia, "edit", id, "telefono=2")
                for file in [amelia, otricoli] { try await stage.zona(file, "sync") }
                try await stage.zona(narni, "rm", id)
                try await stage.stop()
                try FileManager.default.removeItem(atPath: stage.data)
                try FileManager.default.moveItem(atPath: backup, toPath: stage.data)
                try await stage.serve()
                for file in [otricoli, narni, otricoli, narni] { try await stage.zona(file, "sync") }

                let listed = try await stage.json(ConflictsAnswer.self, narni, "conflicts", "list").conflicts
                let conflict = try #require(listed.first)
                #expect(listed.count == 1 && conflict.recordId == id && conflict.kind == "restored")
                #expect(conflict.columns.contains("telefono"))
                #expect(try await stage.zona(narni, "conflicts", "list").contains("Caritas"))
                let page = try await stage.zona(narni, "conflicts", "show", conflict.id)
                #expect(page.contains("deleted") && page.contains("given back, Otricoli"))
                #expect(page.contains("the record comes back as it was kept"))
                let italian = try await stage.zona(narni, "conflicts", "show", conflict.id, "--lang", "it")
                #expect(
                    italian.contains("restituito, Otricoli") && italian.contains("la scheda torna com'era stata tenuta")
                )

                #expect(
                    try await stage.zona(narni, "conflicts", "resolve", conflict.id, "--take", "other")
                        .contains("decided: the record comes back as it was kept"))
                for file in [narni, otricoli, narni] { try await stage.zona(file, "sync") }

                for file in [narni, otricoli] {
                    #expect(try stage.sql(file, "SELECT denominazione, telefono FROM soggetto") == [["Caritas", "2"]])
                    #expect(try await stage.json(StatusAnswer.self, file, "status").openConflicts == 0)
                }
            }
        }
    }
}
