import Foundation
import Testing

extension EndToEnd {
    /// An enrolment by stick: what is wrong with it, and that each step may be repeated.
    struct StickEnrolmentTests {
        private struct Invited: Decodable {
            let code: String
            let invitation: String
        }

        private func play(
            days: String = "14", _ body: (Stage, Stick, _ file: String, _ invited: Invited) async throws -> Void
        ) async throws {
            try await Stage.with("UMB-11") { stage in
                let stick = try Stick(stage)
                let invited = try await stage.server(
                    Invited.self, "invite", "--ambito", "UMB-11", "--comune", "Narni", "--days", days, "--stick",
                    stick.folder)
                try await body(stage, stick, "\(stage.replicas)/narni.sqlite", invited)
            }
        }

        @Test func `a wrong code, an altered invitation and one of another hub make nothing`() async throws {
            try await play { stage, stick, file, invited in
                let other = try await stage.server(
                    Invited.self, "invite", "--ambito", "UMB-11", "--comune", "Amelia", "--stick", stick.folder)
                func refused(_ invitation: String, _ code: String) async throws -> String {
                    let said = try await stick.refusal(
                        Programs.zona, "init", "--invitation", invitation, "--code", code, "--to", stick.folder,
                        "--file", file)
                    #expect(try FileManager.default.contentsOfDirectory(atPath: stage.replicas) == [])
                    return said.error.code
                }
                var bytes = try Data(contentsOf: URL(filePath: invited.invitation))
                bytes[60] ^= 1
                try bytes.write(to: URL(filePath: stick.file("altered.zona")))
                let elsewhere = "\(stage.folder)/elsewhere"
                for words in [
                    [
                        "init", "--ambito", "UMB-11", "--comuni",
                        try Programs.file("schema/codelists/comuni_piloti.csv"),
                    ],
                    ["invite", "--comune", "Narni", "--stick", elsewhere],
                ] {
                    try FileManager.default.createDirectory(atPath: elsewhere, withIntermediateDirectories: true)
                    try await stage.run(Programs.server, words + ["--data", "\(stage.folder)/false"]).expectDone()
                }

                #expect(try await refused(invited.invitation, "AAAAA-BBBBB") == "bad-code")
                #expect(try await refused(stick.file("altered.zona"), invited.code) == "damaged")
                #expect(try await refused("\(elsewhere)/invitation-narni.zona", invited.code) == "bad-code")
                #expect(try await refused(stick.file("none.zona"), invited.code) == "not-there")
                // The invitation of another comune of the same hub is as good: the code says who it is for.
                try await stage.zona(
                    file, "init", "--invitation", other.invitation, "--code", invited.code, "--to",
                    stick.file("request.zona"))
                try await stage.zona(file, "bundle", "import", try await stick.giveRequest("request.zona"))
                struct Status: Decodable { let comune: String }
                #expect(try await stage.json(Status.self, file, "status").comune == "Narni")
            }
        }

        @Test func `every step may be repeated, in any order`() async throws {
            try await play { stage, stick, file, invited in
                let words = ["init", "--invitation", invited.invitation, "--code", invited.code, "--to"]
                func request(_ name: String) async throws {
                    try await stage.run(Programs.zona, words + [stick.file(name), "--file", file]).expectDone()
                }
                let early = try await stick.refusal(
                    Programs.zona, "bundle", "import", invited.invitation, "--file", file)
                #expect(early.error.code == "no-replica" || early.error.code == "file", "\(early)")
                try await request("first.zona")
                try await request("second.zona")
                let first = try await stick.giveRequest("second.zona")
                try stick.copy("answer-narni.zona", as: "old-answer.zona")
                _ = try await stick.giveRequest("first.zona")
                try await stage.zona(file, "bundle", "import", stick.file("old-answer.zona"))
                #expect(try await stick.take(file, "answer-narni.zona").known)
                #expect(first == stick.file("answer-narni.zona"))
                try await stage.zona(file, "add", "soggetto", "denominazione=Uno", "tipo_soggetto=VOL")
                let status = try await stage.zona(file, "status")
                #expect(status.contains("by stick") && status.contains("zona bundle export"))
                let line = try await stick.refusal(Programs.zona, "sync", "--file", file)
                #expect(line.error.code == "bad-address" && line.error.message.contains("--hub"))
                #expect(try await stick.round(file, "Narni").acknowledgedChanges == 1)

                // The request comes once more, when all is long done.
                _ = try await stick.giveRequest("first.zona")
                #expect(try await stick.take(file, "answer-narni.zona").known)
                #expect(try await stick.round(file, "Narni").applied.rows == 0)
                let again = try await stick.refusal(
                    Programs.zona, "init", "--invitation", invited.invitation, "--code", invited.code, "--to",
                    stick.folder, "--file", file)
                #expect(again.error.code == "exists")
            }
        }

        @Test func `a code is good once, for one file, and until it expires`() async throws {
            try await play { stage, stick, file, invited in
                let other = "\(stage.replicas)/altro.sqlite"
                for (replica, name) in [(file, "one.zona"), (other, "two.zona")] {
                    try await stage.zona(
                        replica, "init", "--invitation", invited.invitation, "--code", invited.code, "--to",
                        stick.file(name))
                }
                _ = try await stick.giveRequest("one.zona")
                let used = try await stick.refusal(Programs.server, "bundle", "import", stick.file("two.zona"))
                #expect(used.error.code == "codeUsed" && used.status == 7)
                // The answer to the one does not make the other.
                let foreign = try await stick.refusal(
                    Programs.zona, "bundle", "import", stick.file("answer-narni.zona"), "--file", other)
                #expect(foreign.error.code == "other-recipient")
                #expect(!FileManager.default.fileExists(atPath: other))
            }
            try await play(days: "0") { stage, stick, file, invited in
                try await stage.zona(
                    file, "init", "--invitation", invited.invitation, "--code", invited.code, "--to",
                    stick.file("late.zona"))
                let expired = try await stick.refusal(Programs.server, "bundle", "import", stick.file("late.zona"))
                #expect(expired.error.code == "codeExpired")
            }
        }

        @Test func `a file of before learns the hub's key by a sync or an invitation, and writes no bundle until then`()
            async throws
        {
            try await play { stage, stick, _, invited in
                let narni = try await stage.enrol("UMB-11", "Narni")
                func forget() throws {
                    try stage.write(narni, "UPDATE zona_state SET hub_sealing_key = NULL, keys_incarnation = NULL")
                }
                func export() async throws -> Int32 {
                    try await stage.run(
                        Programs.zona, ["bundle", "export", stick.file("up.zona"), "--file", narni, "--json"]
                    ).status
                }
                #expect(try await export() == 0)
                try forget()
                let refusal = try await stick.refusal(
                    Programs.zona, "bundle", "export", stick.file("up.zona"), "--file", narni)
                #expect(refusal.error.code == "no-key" && refusal.error.message.contains("zona sync"))
                try await stage.zona(narni, "sync")
                #expect(try await export() == 0)
                try forget()
                #expect(try await stick.take(narni, "invitation-narni.zona").kind == "invitation")
                #expect(try await export() == 0)
                #expect(invited.invitation == stick.file("invitation-narni.zona"))
            }
        }

        @Test func `what is looked into is shown to whom it is for, and no name drives the terminal`() async throws {
            try await play { stage, stick, file, invited in
                let stranger = try await stage.run(
                    Programs.zona, ["bundle", "inspect", invited.invitation, "--file", "/nowhere"])
                #expect(stranger.status == 0 && stranger.stdout.contains("invitation of Narni"))
                try await stage.zona(
                    file, "init", "--invitation", invited.invitation, "--code", invited.code, "--to",
                    stick.file("request.zona"))
                try await stage.zona(file, "bundle", "import", try await stick.giveRequest("request.zona"))
                try await stage.zona(
                    file, "add", "soggetto", "denominazione=\u{1B}[2J \u{202E}Città \"x\"\n😀", "tipo_soggetto=VOL")
                try await stick.bring(file)

                struct Shown: Decodable {
                    struct Frame: Decodable { let kind: String }
                    let frames: [Frame]?
                }
                let sealed = try await stage.json(Shown.self, file, "bundle", "inspect", stick.file("up.zona"))
                #expect(sealed.frames == nil)
                let opened = try await stage.run(
                    Programs.server, ["bundle", "inspect", stick.file("up.zona"), "--data", stage.data, "--json"])
                #expect(
                    try Stage.decode(Shown.self, opened.stdout).frames?.map(\.kind) == [
                        "sealingKey", "clientGreeting", "batch",
                    ])
                #expect(opened.stdout.contains("Città") && !opened.stdout.contains("\u{1B}"))
                #expect(!opened.stdout.unicodeScalars.contains("\u{202E}"))
            }
        }
    }
}
