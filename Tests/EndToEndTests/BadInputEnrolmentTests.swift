import Foundation
import Testing

extension EndToEnd {
    /// One-time codes that are not good, and enrolments that were cut.
    @Suite struct BadInputEnrolmentTests {
        private func files(in stage: Stage, _ name: String) throws -> [String] {
            try FileManager.default.contentsOfDirectory(atPath: stage.folder).filter { $0.hasPrefix(name) }.sorted()
        }

        @Test(.timeLimit(.minutes(2)))
        func `A mistyped, used, expired or foreign code is refused with 7, and leaves no file behind`() async throws {
            try await Stage.with("UMB-11") { stage in
                let url = try stage.running.url
                let good = try await stage.code("UMB-11", "Amelia")
                let expired = try await stage.code("UMB-11", "Amelia", days: "0")
                try await stage.zona("\(stage.folder)/a.sqlite", "init", "--hub", url, "--code", good)
                let mistyped = String(good.dropLast(7)) + (good.contains("22222") ? "33333" : "22222") + good.suffix(2)
                for code in ["", "ciao", mistyped, String(good.dropLast(3)), good, expired] {
                    let file = "\(stage.folder)/no.sqlite"
                    #expect(
                        try await stage.complaint(file, "init", "--hub", url, "--code", code).short == "7 bad-code",
                        "\(code)")
                    #expect(try files(in: stage, "no.sqlite") == [], "\(code)")
                }
                try await Stage.with("UMB-11") { other in
                    let foreign = try await other.code("UMB-11", "Amelia")
                    let file = "\(stage.folder)/no.sqlite"
                    #expect(
                        try await stage.complaint(file, "init", "--hub", url, "--code", foreign).short == "7 wrong-hub")
                    #expect(try files(in: stage, "no.sqlite") == [])
                }
            }
        }

        @Test(.timeLimit(.minutes(2)))
        func `A revoked replica keeps its work, is told so, and a new code goes on under another file`() async throws {
            try await Stage.with("UMB-11") { stage in
                let amelia = try await stage.enrol("UMB-11", "Amelia")
                try await stage.zona(amelia, "add", "soggetto", "denominazione=Suo", "tipo_soggetto=VOL")
                let listed = try await stage.server("replicas", "--ambito", "UMB-11", "--json")
                let number = try #require(
                    listed.split(separator: "\"").map(String.init).drop { $0 != "number" }.dropFirst(2).first)
                try await stage.server("revoke", "--ambito", "UMB-11", number)
                #expect(try await stage.complaint(amelia, "sync").short == "7 revoked")
                #expect(try stage.names(amelia) == ["Suo"])
                let second = try await stage.enrol("UMB-11", "Amelia", as: "amelia-2")
                try await stage.zona(second, "sync")
                #expect(try stage.names(second) == [])
            }
        }

        /// What is there when the program died after the hub had answered: the key under its first name, and perhaps
        /// a file half made. The code is used, and good once more for this key.
        @Test(.timeLimit(.minutes(2)))
        func `An enrolment that was cut goes on with the same code`() async throws {
            try await Stage.with("UMB-11") { stage in
                let url = try stage.running.url
                let code = try await stage.code("UMB-11", "Amelia")
                let file = "\(stage.folder)/amelia.sqlite"
                try await stage.zona(file, "init", "--hub", url, "--code", code)
                for suffix in ["", ".lock"] { try FileManager.default.removeItem(atPath: file + suffix) }
                try FileManager.default.moveItem(atPath: file + ".key", toPath: file + ".key.new")
                try Data("half".utf8).write(to: URL(filePath: file + ".zona-new"))

                try await stage.zona(file, "init", "--hub", url, "--code", code)
                try await stage.zona(file, "add", "soggetto", "denominazione=Uno", "tipo_soggetto=VOL")
                try await stage.zona(file, "sync")
                #expect(
                    try files(in: stage, "amelia.sqlite") == [
                        "amelia.sqlite", "amelia.sqlite.key", "amelia.sqlite.lock",
                    ])
                try stage.expectSound(file)
                // Another file, so another key: for that the code is used.
                let other = "\(stage.folder)/altro.sqlite"
                #expect(try await stage.complaint(other, "init", "--hub", url, "--code", code).short == "7 bad-code")
            }
        }

        @Test(.timeLimit(.minutes(2)))
        func `A replica whose making was cut before its key had its name syncs all the same`() async throws {
            try await Stage.with("UMB-11") { stage in
                let amelia = try await stage.enrol("UMB-11", "Amelia")
                try FileManager.default.moveItem(atPath: amelia + ".key", toPath: amelia + ".key.new")
                try await stage.zona(amelia, "add", "soggetto", "denominazione=Uno", "tipo_soggetto=VOL")
                try await stage.zona(amelia, "sync")
                try stage.expectSound(amelia)
                #expect(FileManager.default.fileExists(atPath: amelia + ".key"))
            }
        }

        @Test(.timeLimit(.minutes(2)))
        func `A full disk while the replica is made leaves none, and the same code works when there is room`()
            async throws
        {
            try await Stage.with("UMB-11") { stage in
                let (file, url) = ("\(stage.folder)/amelia.sqlite", try stage.running.url)
                let code = try await stage.code("UMB-11", "Amelia")
                let zona = try Programs.path(of: Programs.zona)
                // No file may grow over so many blocks of 512 bytes: the key fits, the replica does not, then nearly, then
                // it does, and its first sync perhaps not.
                for blocks in [20] + Array(stride(from: 2_000, through: 6_000, by: 100)) {
                    let limit = "trap '' XFSZ; ulimit -f \(blocks); exec \"$0\" \"$@\" --json"
                    let outcome = try await stage.run(
                        "/bin/sh", ["-c", limit, zona, "init", "--hub", url, "--code", code, "--file", file])
                    guard outcome.status != 0, try !files(in: stage, "amelia.sqlite").contains("amelia.sqlite") else {
                        break
                    }
                    #expect(outcome.status == 5 && outcome.stderr.contains("\"disk-full\""), "\(blocks): \(outcome)")
                    #expect(try files(in: stage, "amelia.sqlite") == ["amelia.sqlite.key.new"], "\(blocks)")
                }
                try await stage.zona(file, "sync")
                try stage.expectSound(file)
            }
        }
    }
}
