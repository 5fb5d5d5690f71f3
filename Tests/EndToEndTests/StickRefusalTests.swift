import Foundation
import Testing

extension EndToEnd {
    /// What a stick can bring that must not be taken: each says so, and changes nothing.
    struct StickRefusalTests {
        /// A hub, Narni by stick, and a bundle for it on the stick that it has not taken.
        private func play(_ body: (Stage, Stick, String) async throws -> Void) async throws {
            try await Stage.with("UMB-11") { stage in
                let stick = try Stick(stage)
                let narni = try await stick.enrol("Narni", as: "narni")
                try await stage.zona(narni, "add", "soggetto", "denominazione=Uno", "tipo_soggetto=VOL")
                try await stick.bring(narni)
                try await stick.fetch("Narni")
                try await body(stage, stick, narni)
            }
        }

        private func expectRefused(
            _ stick: Stick, _ narni: String, _ name: String, code: String, status: Int32,
            _ location: SourceLocation = #_sourceLocation
        ) async throws {
            let before = try stick.state(narni)
            let refusal = try await stick.refusal(
                Programs.zona, "bundle", "import", stick.file(name), "--file", narni)
            #expect(refusal.error.code == code, "\(refusal)", sourceLocation: location)
            #expect(refusal.status == status, sourceLocation: location)
            #expect(try stick.state(narni) == before, sourceLocation: location)
        }

        @Test func `damaged, foreign, newer, missing and misplaced files change nothing`() async throws {
            try await play { stage, stick, narni in
                let whole = try Data(contentsOf: URL(filePath: stick.file("for-narni.zona")))
                func write(_ data: Data, _ name: String) throws { try data.write(to: URL(filePath: stick.file(name))) }
                try write(whole.prefix(whole.count / 2), "half.zona")
                var bit = whole
                bit[whole.count - 40] ^= 4
                try write(bit, "bit.zona")
                var later = whole
                later[4] = 2
                try write(later, "later.zona")
                try write(Data("letter".utf8), "letter.zona")
                try write(Data(), "empty.zona")
                let amelia = try await stick.enrol("Amelia", as: "amelia")
                try await stick.bring(amelia)
                try await stick.fetch("Amelia")

                for (name, code, status) in [
                    ("half.zona", "damaged", 5), ("bit.zona", "damaged", 5), ("later.zona", "newer-format", 5),
                    ("letter.zona", "not-a-bundle", 5), ("empty.zona", "not-a-bundle", 5),
                    ("none.zona", "not-there", 5),
                    ("up.zona", "stick", 5), ("for-amelia.zona", "other-recipient", 7),
                    ("receipt-amelia.zona", "wrong-ambito", 7), ("answer-amelia.zona", "other-recipient", 7),
                ] as [(String, String, Int32)] {
                    try await expectRefused(stick, narni, name, code: code, status: status)
                }
            }
        }

        @Test func `a bundle of another ambito is refused on both sides`() async throws {
            try await Stage.with("UMB-11", "PUG-ALTAMURA") { stage in
                let stick = try Stick(stage)
                let narni = try await stick.enrol("Narni", as: "narni")
                let altamura = try await stage.enrol("PUG-ALTAMURA", "Altamura")
                try await stage.zona(altamura, "bundle", "export", stick.file("altamura.zona"))
                try await stage.server(
                    "bundle", "export", "--ambito", "PUG-ALTAMURA", "--all", "--to", stick.folder)

                try await expectRefused(stick, narni, "for-altamura.zona", code: "wrong-ambito", status: 7)

                // The other hub's folder alone does not know it either.
                let alone = "\(stage.folder)/alone"
                try await stage.run(
                    Programs.server,
                    [
                        "init", "--data", alone, "--ambito", "UMB-11", "--comuni",
                        Programs.file("schema/codelists/comuni_piloti.csv"),
                    ]
                ).expectDone()
                let outcome = try await stage.run(
                    Programs.server, ["bundle", "import", stick.file("altamura.zona"), "--data", alone, "--json"])
                #expect(outcome.status == 7)
                #expect(outcome.stderr.contains("wrongAmbito"))
            }
        }

        @Test func `older ones, those after a missing one, and those taken before are told apart`() async throws {
            try await play { stage, stick, narni in
                try stick.copy("for-narni.zona", as: "first.zona")
                try await stick.take(narni, "receipt-narni.zona")
                try await stage.zona(narni, "add", "soggetto", "denominazione=Due", "tipo_soggetto=VOL")
                try await stick.bring(narni)
                try await stick.take(narni, "receipt-narni.zona")

                // Made when the hub had less of Narni's changes than Narni has heard since.
                try await expectRefused(stick, narni, "first.zona", code: "old-bundle", status: 7)

                try await stick.fetch("Narni")
                #expect(try await stick.take(narni, "for-narni.zona").pages == 1)
                let again = try await stick.take(narni, "for-narni.zona")
                #expect(again.known && again.pages == 0)

                // What Narni was at when it wrote the next bundle is lost: it goes back to a copy of its file.
                try await stage.zona(narni, "status")
                let early = "\(stage.folder)/early.sqlite"
                for suffix in ["", ".key"] {
                    try FileManager.default.copyItem(atPath: narni + suffix, toPath: early + suffix)
                }
                let amelia = try await stick.enrol("Amelia", as: "amelia")
                try await stage.zona(amelia, "add", "soggetto", "denominazione=Tre", "tipo_soggetto=VOL")
                try await stick.bring(amelia)
                try await stick.round(narni, "Narni")
                try await stick.bring(narni)
                try await stick.fetch("Narni")
                try await expectRefused(stick, early, "for-narni.zona", code: "missing-bundle", status: 7)
            }
        }

        @Test func `the hub takes a bundle twice, an older one, and none that is damaged or for a comune`() async throws
        {
            try await play { stage, stick, narni in
                try stick.copy("up.zona", as: "first.zona")
                try await stick.take(narni, "for-narni.zona")
                try await stage.zona(narni, "add", "soggetto", "denominazione=Due", "tipo_soggetto=VOL")
                #expect(try await stick.bring(narni).changes == 1)

                let again = try await stick.giveHub("up.zona")
                #expect(again.changes == 0 && again.knownBatches == 1 && !again.older)
                let older = try await stick.giveHub("first.zona")
                #expect(older.changes == 0 && older.knownBatches == 1 && older.older)

                let whole = try Data(contentsOf: URL(filePath: stick.file("up.zona")))
                try whole.prefix(whole.count - 1).write(to: URL(filePath: stick.file("half.zona")))
                #expect(
                    try await stick.refusal(Programs.server, "bundle", "import", stick.file("half.zona")).error.code
                        == "damaged")
                #expect(
                    try await stick.refusal(Programs.server, "bundle", "import", stick.file("for-narni.zona")).error
                        .code
                        == "not-a-bundle")
                struct Verified: Decodable { let equal: Bool }
                #expect(try await stage.server(Verified.self, "verify", "--ambito", "UMB-11").equal)
            }
        }

        @Test func `a stick that is full, read-only or gone leaves no half file and loses nothing`() async throws {
            try await play { stage, stick, narni in
                // More than what SQLite's own files beside the replica take.
                let long = (0..<1_400).map { _ in UUID().uuidString }.joined()
                for name in ["a", "b", "c"] {
                    try await stage.zona(
                        narni, "add", "soggetto", "denominazione=\(name) \(long)", "tipo_soggetto=VOL")
                }
                let program = try Programs.path(of: Programs.zona)
                let before = try stick.names

                // The size that a file may have: the write fails in its middle, as on a full stick.
                let full = try await stage.run(
                    "/bin/sh",
                    [
                        "-c", "trap '' XFSZ; ulimit -f 64; exec \"$0\" \"$@\"", program, "bundle", "export",
                        stick.file("full.zona"), "--file", narni, "--json",
                    ])
                #expect(full.status == 5)
                #expect(full.stderr.contains("stick-full"), "\(full)")
                #expect(try stick.names == before)

                let gone = try await stick.refusal(
                    Programs.zona, "bundle", "export", "/nowhere/stick/", "--file", narni)
                #expect(gone.error.code == "not-there")
                let readOnly = try await stick.refusal(
                    Programs.zona, "bundle", "export", "/proc/stick.zona", "--file", narni)
                #expect(["not-there", "stick-read-only"].contains(readOnly.error.code), "\(readOnly)")
                try Data("letter".utf8).write(to: URL(filePath: stick.file("letter.txt")))
                let foreign = try await stick.refusal(
                    Programs.zona, "bundle", "export", stick.file("letter.txt"), "--file", narni)
                #expect(foreign.error.code == "exists")

                #expect(try await stick.bring(narni).changes == 3)
            }
        }
    }
}

extension Outcome {
    /// A preparation that must succeed.
    func expectDone() throws {
        guard status == 0 else { throw Command.Failed(description: "\(self)") }
    }
}
