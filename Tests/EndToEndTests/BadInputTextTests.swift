import Foundation
import Testing

extension EndToEnd {
    /// Texts that would drive a terminal, a shell or SQL: stored as they are, printed harmlessly.
    @Suite struct BadInputTextTests {
        private let names = [
            "O'Brien \"la\" 'x'; DROP TABLE soggetto; --", "riga 1\nriga 2\r\ttab", "\u{1B}[2J\u{1B}[31mrosso\u{7}",
            "👵🏽 nonna 👨‍👩‍👧", "caffe\u{301}", "caff\u{E8}", "\u{202E}orsetni\u{202C}", " spazi ", "%s%n", "=1+1", "-x",
            "a=b", "@file",
            "--help",
        ]

        @Test(.timeLimit(.minutes(2)))
        func `Names of any kind reach the others byte for byte, and print no control characters`() async throws {
            try await Stage.with("UMB-11") { stage in
                let narni = try await stage.enrol("UMB-11", "Narni")
                let amelia = try await stage.enrol("UMB-11", "Amelia")
                for name in names {
                    let words = ["add", "soggetto", "denominazione=\(name)", "tipo_soggetto=VOL"]
                    let outcome = try await stage.run(
                        Programs.zona, words + ["--file", amelia],
                        environment: ["ZONA_OPERATOR": "lupo\u{1B}[31m\n\"x\""])
                    #expect(outcome.status == 0, "\(outcome)")
                }
                try await stage.zona(amelia, "sync")
                try await stage.zona(narni, "sync")
                // As bytes: Swift's String would take the two ways to write è for the same.
                let expected = names.map { Array($0.utf8) }.sorted { $0.lexicographicallyPrecedes($1) }
                for file in [amelia, narni] {
                    let stored = try stage.names(file).map { Array($0.utf8) }.sorted {
                        $0.lexicographicallyPrecedes($1)
                    }
                    #expect(stored == expected)
                    let printed = try await stage.zona(file, "list", "soggetto")
                    let dangerous = printed.unicodeScalars.filter { scalar in
                        let category = scalar.properties.generalCategory
                        return scalar != "\n" && (category == .control || category == .format)
                    }
                    #expect(dangerous.isEmpty)
                    #expect(printed.split(separator: "\n").count == names.count + 2)
                }
            }
        }

        @Test(.timeLimit(.minutes(2)))
        func `A word that is not UTF-8 is refused, not stored as something else`() async throws {
            try await Stage.with("UMB-11") { stage in
                let amelia = try await stage.enrol("UMB-11", "Amelia")
                // As a terminal set to ISO 8859-1 would send "Caffè".
                let script =
                    "exec \"$0\" add soggetto \"denominazione=$(printf 'Caff\\350')\" tipo_soggetto=VOL --json --file \"$1\""
                let outcome = try await stage.run(
                    "/bin/sh", ["-c", script, try Programs.path(of: Programs.zona), amelia])
                #expect(outcome.status == 3 && outcome.stderr.contains("\"bad-value\""), "\(outcome)")
                #expect(try stage.names(amelia) == [])
            }
        }
    }
}
