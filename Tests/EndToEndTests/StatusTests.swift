import Foundation
import Testing

/// `zona status --json`, as far as these tests look.
struct StatusTruth: Decodable {
    struct Check: Decodable {
        let reached: Bool
        let cause: String?
        let hubSeq: Int?
    }
    let number: String
    let lastCause: String?
    let lastAttempt: Int?
    let pendingRecords: Int
    let waitingBatches: Int
    let waitingBytes: Int
    let uncapturedRecords: Int
    let uncapturedBytes: Int
    let hubSeq: Int?
    let seqBehind: Int?
    let service: Bool
    let check: Check?
}

extension EndToEnd {
    /// What a replica says of itself and of its way to the hub, through the real binary.
    @Suite struct StatusTests {
        /// Runs `zona status --check --json`, and tells the cause that it names and its exit status.
        private func check(
            _ stage: Stage, _ file: String, _ more: [String] = [], environment: [String: String] = [:]
        ) async throws -> (cause: String?, status: Int32, seconds: Double) {
            let begun = ContinuousClock.now
            let words = ["status", "--check", "--json", "--file", file] + more
            let outcome = try await stage.run(Programs.zona, words, environment: environment)
            let seconds = (ContinuousClock.now - begun) / .seconds(1)
            let answer = try Stage.decode(StatusTruth.self, outcome.stdout)
            return (try #require(answer.check).cause, outcome.status, seconds)
        }

        @Test(.timeLimit(.minutes(3)))
        func `For each fault the cause is named within ten seconds, and nothing is changed`() async throws {
            try await Stage.with("UMB-11") { stage in
                let narni = try await stage.enrol("UMB-11", "Narni")
                let url = try stage.running.url
                #expect(try await check(stage, narni).cause == nil)
                let (portal, login, guarded) = (try Stranger.portal(), try Stranger.login(), try Stranger.guarded())
                defer { for stranger in [portal, login, guarded] { stranger.stop() } }
                let (closed, port) = try Loopback.listen()
                close(closed)
                // Takes the connection and never says a word.
                let (silent, silentPort) = try Loopback.listen()
                defer { close(silent) }
                let hasNetwork = try String(contentsOfFile: "/proc/net/route", encoding: .utf8).split(separator: "\n")
                    .dropFirst().contains { !$0.hasPrefix("lo\t") }
                let proxies = [(login, "proxy-login"), (guarded, "proxy")]
                for (address, cause) in [
                    ("https://127.0.0.1:\(port)", "hub-silent"), ("https://127.0.0.1:\(silentPort)", "hub-silent"),
                    ("https://hub.invalid:8443", hasNetwork ? "name-not-found" : "no-network"),
                    ("https://127.0.0.1:\(portal.port)", "portal"), ("http://127.0.0.1:1", "bad-address"),
                ] {
                    try stage.lead(narni, to: address)
                    let said = try await check(stage, narni)
                    #expect(said.cause == cause, "\(address)")
                    #expect(said.status == (cause == "bad-address" ? 3 : 6))
                    #expect(said.seconds < 10, "\(address)")
                }
                try stage.lead(narni, to: url)
                for (proxy, cause) in proxies {
                    #expect(
                        try await check(stage, narni, ["--proxy", "http://127.0.0.1:\(proxy.port)"]).cause == cause)
                }
                try await Stage.with("UMB-11") { other in
                    try stage.lead(narni, to: try other.running.url)
                    #expect(try await check(stage, narni).cause == "wrong-hub")
                }
                try stage.lead(narni, to: url)
                #expect(try await check(stage, narni).cause == nil)
            }
        }

        @Test(.timeLimit(.minutes(2)))
        func `A full disk, a locked file, a lost key, a wrong clock and a revoked replica are named`() async throws {
            try await Stage.with("UMB-11") { stage in
                let narni = try await stage.enrol("UMB-11", "Narni")
                let zona = try Programs.path(of: Programs.zona)
                // No file may grow over 50 kB: the write-ahead log can be looked at, and nothing be written.
                let full = try await stage.run(
                    "/bin/sh",
                    [
                        "-c", "trap '' XFSZ; ulimit -f 100; exec \"$0\" \"$@\"", zona, "status", "--check", "--json",
                        "--file", narni,
                    ])
                #expect(try Stage.decode(StatusTruth.self, full.stdout).check?.cause == "disk-full", "\(full)")
                #expect(full.status == 5)

                let hand = try Held(narni)
                #expect(try await check(stage, narni).cause == "file-locked")
                try hand.letGo()

                let faketime = try await stage.run(
                    "/usr/bin/env", ["faketime", "-f", "+400d", zona, "status", "--check", "--json", "--file", narni])
                #expect(try Stage.decode(StatusTruth.self, faketime.stdout).check?.cause == "clock", "\(faketime)")
                #expect(faketime.status == 0)
                let behind = try await stage.run(
                    "/usr/bin/env", ["faketime", "-f", "-3d", zona, "sync", "--file", narni])
                #expect(behind.stdout.contains("this PC's date is wrong"), "\(behind)")
                #expect(!behind.stdout.contains("expired"))

                try FileManager.default.moveItem(atPath: narni + ".key", toPath: narni + ".aside")
                #expect(try await check(stage, narni).cause == "key")
                try FileManager.default.moveItem(atPath: narni + ".aside", toPath: narni + ".key")

                try await stage.server("revoke", try await stage.json(StatusTruth.self, narni, "status").number)
                #expect(try await check(stage, narni).cause == "revoked")
                #expect(try await stage.complaint(narni, "sync").short == "7 revoked")
                let told = try await stage.json(StatusTruth.self, narni, "status")
                #expect(told.lastCause == "revoked")
                #expect(told.lastAttempt != nil)
                try stage.expectSound(narni)
            }
        }

        @Test(.timeLimit(.minutes(2)))
        func `What waits is told in bytes, captured or not, and how far behind the hub is`() async throws {
            try await Stage.with("UMB-11") { stage in
                let narni = try await stage.enrol("UMB-11", "Narni")
                let amelia = try await stage.enrol("UMB-11", "Amelia")
                try stage.fill(amelia, rows: 20, named: "altro programma")
                let written = try await stage.json(StatusTruth.self, amelia, "status")
                #expect(written.uncapturedRecords == 20)
                #expect(written.uncapturedBytes > 20 * 120 * 10)
                #expect(written.waitingBytes == 0)
                #expect(written.seqBehind == 0)
                try await stage.zona(amelia, "sync")
                // Its pull is cut: the greeting has told how far the hub is.
                let wire = try DeadWire(to: try stage.running.url, bytes: 8_000, .down)
                try stage.lead(narni, to: wire.url)
                let victim = try Victim(narni, "sync")
                await wire.dies()
                _ = await victim.end(by: SIGINT)
                wire.cut()
                let behind = try await stage.json(StatusTruth.self, narni, "status")
                #expect(try #require(behind.seqBehind) >= 20)
                #expect(
                    try stage.sql(narni, "SELECT cursor + ? FROM zona_state", ["\(behind.seqBehind ?? 0)"])[0][0]
                        == "\(behind.hubSeq ?? 0)")
            }
        }
    }
}
