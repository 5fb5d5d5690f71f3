import Testing

extension EndToEnd {
    /// What the hub did not take is mended and sent again, with the real programs.
    @Suite struct RefusedStoryTests {
        private struct Refused: Decodable {
            struct Change: Decodable {
                struct Values: Decodable { let codiceFiscale: String }
                let id: String
                let reason: String
                let values: Values
            }
            let refused: [Change]
        }

        @Test(.timeLimit(.minutes(2)))
        func `A refused record is shown, mended, written again and reaches everybody`() async throws {
            try await Stage.with("UMB-11") { stage in
                let narni = try await stage.enrol("UMB-11", "Narni")
                let amelia = try await stage.enrol("UMB-11", "Amelia")
                let triggers = try stage.sql(
                    amelia, "SELECT name FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'zona_check_%'")
                for trigger in triggers { try stage.write(amelia, "DROP TRIGGER \"\(trigger[0] ?? "")\"") }
                try stage.write(
                    amelia,
                    """
                    INSERT INTO soggetto(denominazione, tipo_soggetto, codice_fiscale) VALUES ('Caritas', 'VOL', 'corto');
                    INSERT INTO soggetto(denominazione, tipo_soggetto, codice_fiscale) VALUES ('Di troppo', 'VOL', 'x');
                    """)
                try await stage.zona(amelia, "sync")
                let kept = try await stage.json(Refused.self, amelia, "refused").refused
                #expect(kept.map(\.reason) == ["not-valid", "not-valid"])
                let first = try #require(kept.first { $0.values.codiceFiscale == "corto" }).id
                let second = try #require(kept.first { $0.values.codiceFiscale == "x" }).id
                let shown = try await stage.zona(amelia, "refused", "show", first)
                #expect(shown.contains("corto") && shown.contains("zona refused resubmit"))

                let none = try await stage.complaint(amelia, "refused", "edit", first)
                #expect(none.short == "2 usage")
                let both = try await stage.complaint(amelia, "refused", "resubmit", first, second, "telefono=1")
                #expect(both.short == "2 usage")
                let unknown = try await stage.complaint(amelia, "refused", "resubmit", "999")
                #expect(unknown.short == "4 not-found")

                try await stage.zona(amelia, "refused", "edit", first, "codice_fiscale:null")
                try await stage.zona(amelia, "refused", "resubmit", first, "telefono=0744 1")
                try await stage.zona(amelia, "refused", "drop", second)
                try await stage.zona(amelia, "sync")
                try await stage.zona(narni, "sync")

                #expect(try await stage.json(Refused.self, amelia, "refused").refused.isEmpty)
                #expect(
                    try stage.sql(narni, "SELECT denominazione, telefono FROM soggetto") == [["Caritas", "0744 1"]])
            }
        }
    }
}
