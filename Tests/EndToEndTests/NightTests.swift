import Foundation
import Testing

extension EndToEnd {
    /// `zona-server serve --consolidate-at`.
    @Suite struct NightTests {
        @Test(.timeLimit(.minutes(3)))
        func `A night that was missed is caught up at start, once per date`() async throws {
            try await Stage.with("UMB-11", "PUG-ALTAMURA") { stage in
                let narni = try await stage.enrol("UMB-11", "Narni")
                try await stage.zona(narni, "add", "soggetto", "denominazione=Uno", "tipo_soggetto=VOL")
                try await stage.zona(narni, "sync")

                try await stage.stop()
                // Midnight has always passed today, whatever the hour of the test.
                try await stage.serve("--consolidate-at", "00:00")
                let line = try await stage.running.logLine(containing: "consolidation published")
                let other = try await stage.running.logLine(containing: "consolidation published")
                let date = try #require(try folders(stage, "UMB-11").first)
                try await stage.stop()
                try await stage.serve("--consolidate-at", "00:00")
                try await stage.zona(narni, "sync")

                #expect(line != nil && other != nil)
                #expect(date.wholeMatch(of: /\d{4}-\d{2}-\d{2}/) != nil)
                for ambito in ["UMB-11", "PUG-ALTAMURA"] {
                    #expect(try folders(stage, ambito).filter { $0.hasPrefix(date) } == [date])
                }
                let publication = try Publication(folder: "\(stage.data)/published/UMB-11/\(date)", stage: stage)
                #expect(try publication.sql("SELECT denominazione FROM soggetto") == [["Uno"]])
                #expect(publication.summary.comuni.filter { $0.mancante == false }.map(\.denominazione) == ["Narni"])
            }
        }

        private func folders(_ stage: Stage, _ ambito: String) throws -> [String] {
            try FileManager.default.contentsOfDirectory(atPath: "\(stage.data)/published/\(ambito)").sorted()
        }
    }
}
