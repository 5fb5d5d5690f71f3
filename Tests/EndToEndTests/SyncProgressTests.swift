import Foundation
import Testing

extension EndToEnd {
    /// What a sync shows of itself while it runs: one line that writes over itself at a terminal, plain lines elsewhere.
    @Suite struct SyncProgressTests {
        private struct Seen: Decodable {
            let status: Int32
            let output: String
            let restored: Bool
        }

        private func atTerminal(_ stage: Stage, _ file: String, columns: Int) async throws -> Seen {
            let outcome = try await stage.run(
                "/usr/bin/env",
                [
                    "python3", try Programs.file("Scripts/support/at_terminal.py"), "--columns", String(columns),
                    try Programs.path(of: Programs.zona), "sync", "--file", file,
                ], environment: ["TERM": "xterm"], stdin: "[]")
            guard outcome.status == 0 else { throw Command.Failed(description: "\(outcome)") }
            return try Stage.decode(Seen.self, outcome.stdout)
        }

        @Test(.timeLimit(.minutes(2)))
        func `At a terminal it is one line, as wide as there is room, gone when the answer comes`() async throws {
            try await Stage.with("UMB-11") { stage in
                let narni = try await stage.enrol("UMB-11", "Narni")
                for columns in [100, 24] {
                    try stage.fill(narni, rows: 100, named: "narni \(columns)")
                    let seen = try await atTerminal(stage, narni, columns: columns)
                    #expect(seen.status == 0 && seen.restored)

                    // Before the answer each state stands behind a carriage return, and no line ends.
                    let parts = seen.output.components(separatedBy: "\r\u{1B}[K")
                    #expect(parts.count == 2)
                    let states = parts[0].components(separatedBy: "\r").dropFirst()
                    #expect(states.count >= 3)
                    #expect(!parts[0].contains("\n"))
                    #expect(states.allSatisfy { $0.hasSuffix("\u{1B}[K") && $0.count - 3 < columns })
                    #expect(states.contains { $0.hasPrefix("sending: batch") })
                    #expect(parts[1].hasPrefix("synchronised with"))
                    #expect(!parts[1].contains("\u{1B}"))
                }
            }
        }

        @Test(.timeLimit(.minutes(2)))
        func `Elsewhere they are plain lines on stderr, and with --json nothing`() async throws {
            try await Stage.with("UMB-11") { stage in
                let narni = try await stage.enrol("UMB-11", "Narni")
                try stage.fill(narni, rows: 100, named: "narni")
                let plain = try await stage.run(Programs.zona, ["sync", "--file", narni])
                #expect(plain.status == 0)
                let lines = plain.stderr.split(separator: "\n")
                #expect(lines.contains { $0.hasPrefix("sending: batch 1 of ") })
                #expect(!plain.stderr.contains("\r") && !plain.stderr.contains("\u{1B}"))

                try stage.fill(narni, rows: 100, named: "again")
                let json = try await stage.run(Programs.zona, ["sync", "--json", "--file", narni])
                #expect(json.status == 0 && json.stderr.isEmpty)
            }
        }
    }
}
