import Foundation
import Testing

extension EndToEnd {
    /// `zona conflicts review` at a terminal, through a pseudo-terminal, and with keys from a pipe.
    @Suite struct ReviewStoryTests {
        private struct Seen: Decodable {
            let status: Int32
            let output: String
            let restored: Bool
        }

        /// So many associations whose telephone Narni and Amelia both change, one of them under a name that would drive a
        /// terminal.
        private func play(_ count: Int, _ body: (Stage, _ amelia: String, _ narni: String) async throws -> Void)
            async throws
        {
            try await Stage.with("UMB-11") { stage in
                let narni = try await stage.enrol("UMB-11", "Narni")
                let amelia = try await stage.enrol("UMB-11", "Amelia")
                try stage.write(
                    narni,
                    """
                    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < \(count))
                    INSERT INTO soggetto(denominazione, tipo_soggetto, telefono)
                    SELECT CASE i WHEN 1 THEN 'Ass.' || char(27) || '[2J' || char(10) || '"1"' ELSE 'Ass. ' || i END, 'VOL',
                        '0744 0' || i FROM n
                    """)
                for file in [narni, amelia] { try await stage.zona(file, "sync") }
                try stage.write(narni, "UPDATE soggetto SET telefono = '0744 111'")
                try stage.write(amelia, "UPDATE soggetto SET telefono = '0744 222'")
                for file in [narni, amelia, narni] { try await stage.zona(file, "sync") }
                try await body(stage, amelia, narni)
            }
        }

        private func atTerminal(
            _ stage: Stage, _ file: String, columns: Int = 80, colour: Bool = false, _ steps: [[String]]
        ) async throws -> Seen {
            let script = try Programs.file("Scripts/support/at_terminal.py")
            let zona = try Programs.path(of: Programs.zona)
            let outcome = try await stage.run(
                "/usr/bin/env",
                ["python3", script, "--columns", String(columns), zona, "conflicts", "review", "--file", file],
                environment: colour ? ["TERM": "xterm"] : ["TERM": "xterm", "NO_COLOR": "1"],
                stdin: String(decoding: try JSONEncoder().encode(steps), as: UTF8.self))
            guard outcome.status == 0 else { throw Command.Failed(description: "\(outcome)") }
            return try Stage.decode(Seen.self, outcome.stdout)
        }

        private func open(_ stage: Stage, _ file: String) async throws -> Int {
            try await stage.json(InboxStoryTests.Inbox.self, file, "conflicts").count
        }

        /// What is left of a text when line ends are taken out, and colours where they may be.
        private func controls(_ text: String, colours: Bool) -> [Unicode.Scalar] {
            var rest = text.replacing("\r\n", with: "")
            if colours { for code in ["\u{1B}[1;33m", "\u{1B}[0m"] { rest = rest.replacing(code, with: "") } }
            return rest.unicodeScalars.filter { $0.value < 0x20 || (0x7F...0x9F).contains($0.value) }
        }

        @Test(.timeLimit(.minutes(2)))
        func `Single keys decide, undo, note and leave, the next review goes on, and all are told`() async throws {
            try await play(5) { stage, amelia, narni in
                let first = try await atTerminal(
                    stage, amelia,
                    [
                        ["expect", "1 of 5"], ["send", "s"], ["expect", "2 of 5"], ["send", "o"],
                        ["expect", "3 of 5"], ["send", "u"], ["expect", "taken back"], ["expect", "2 of 5"],
                        ["send", "n"], ["expect", "note: "], ["send", "sbagx\u{7F}liato\r"], ["expect", "with a note"],
                        ["send", "o"], ["expect", "3 of 5"], ["send", "e"], ["expect", "telefono = "],
                        ["send", "0744 9\r"], ["expect", "4 of 5"], ["send", "x"], ["expect", "? shows the keys"],
                        ["send", "?"], ["expect", "skip: it stays open"], ["send", "\u{1B}[A"], ["send", " "],
                        ["expect", "5 of 5"], ["send", "q"], ["expect", "decided 3, 2 left"],
                    ])
                #expect(first.status == 0 && first.restored)
                let erasing = first.output.replacing("\u{8} \u{8}", with: "")
                #expect(controls(erasing, colours: false).isEmpty)
                #expect(try await open(stage, amelia) == 2)
                #expect(
                    try stage.sql(amelia, "SELECT choice, note FROM zona_decision ORDER BY choice")
                        == [["new", ""], ["other", "sbagliato"], ["shown", ""]])

                let second = try await atTerminal(
                    stage, amelia,
                    [
                        ["expect", "1 of 2"], ["send", "o"], ["expect", "2 of 2"], ["send", "o"],
                        ["expect", "that was the last of 2"], ["send", "\r"], ["expect", "nothing is left"],
                    ])
                #expect(second.status == 0 && second.restored)
                for file in [amelia, narni] { try await stage.zona(file, "sync") }
                #expect(try await open(stage, narni) == 0)
            }
        }

        @Test(.timeLimit(.minutes(2)))
        func `A terminal that goes away, Ctrl-C in a note and a signal lose no decision`() async throws {
            try await play(6) { stage, amelia, _ in
                let gone = try await atTerminal(
                    stage, amelia, [["expect", "1 of 6"], ["send", "s"], ["expect", "2 of 6"], ["hangup"]])
                #expect(gone.status == 0)
                let broken = try await atTerminal(
                    stage, amelia,
                    [
                        ["expect", "1 of 5"], ["send", "o"], ["expect", "2 of 5"], ["send", "n"],
                        ["expect", "note: "], ["send", "mezza\u{3}"], ["expect", "decided 1, 4 left"],
                    ])
                #expect(broken.status == 130 && broken.restored)
                let killed = try await atTerminal(
                    stage, amelia,
                    [["expect", "1 of 4"], ["send", "s"], ["expect", "2 of 4"], ["send", "f"], ["signal", "TERM"]])
                #expect(killed.status == 130 && killed.restored)

                #expect(try await open(stage, amelia) == 3)
                // All three were made ready to send, whatever ended the review.
                #expect(try stage.sql(amelia, "SELECT count(*) FROM zona_pending WHERE counter IS NULL") == [["0"]])
                #expect(try stage.sql(amelia, "SELECT count(*) FROM zona_decision") == [["3"]])
            }
        }

        @Test(.timeLimit(.minutes(2)))
        func `It is readable at any width, in colour only where that is wanted, and drives no terminal`() async throws {
            try await play(2) { stage, amelia, _ in
                for columns in [20, 40, 80, 200] {
                    let steps = [["expect", "1 of 2"], ["send", "  q"], ["expect", "decided 0"]]
                    let plain = try await atTerminal(stage, amelia, columns: columns, steps)
                    let coloured = try await atTerminal(stage, amelia, columns: columns, colour: true, steps)
                    #expect(plain.restored && coloured.restored)
                    #expect(controls(plain.output, colours: false).isEmpty)
                    #expect(controls(coloured.output, colours: true).isEmpty)
                    #expect(coloured.output.contains("\u{1B}[1;33m["))
                    #expect(plain.output.contains("[222]"))
                    if columns >= 40 {
                        let lines = plain.output.split(separator: "\r\n").filter { !$0.contains(" of 2") }
                        #expect(lines.allSatisfy { $0.count <= columns }, "\(columns)")
                    }
                }
            }
        }

        @Test(.timeLimit(.minutes(2)))
        func `Two hundred conflicts are decided by keys from a pipe, and the end of the pipe leaves`() async throws {
            try await play(200) { stage, amelia, narni in
                let zona = try Programs.path(of: Programs.zona)
                let keys = String(repeating: "so", count: 99) + "u"
                let outcome = try await stage.run(
                    zona, ["conflicts", "review", "--json", "--file", amelia], stdin: keys)
                struct Summary: Decodable {
                    let decided: Int
                    let left: Int
                    let captured: Bool
                }
                let summary = try Stage.decode(Summary.self, outcome.stdout)
                #expect(outcome.status == 0)
                #expect(summary.decided == 197 && summary.left == 3 && summary.captured)
                let rest = try await stage.run(
                    zona, ["conflicts", "review", "--file", amelia], stdin: "sss")
                #expect(rest.stdout.contains("decided 3, nothing is left"))
                for file in [amelia, narni] { try await stage.zona(file, "sync") }
                #expect(try await open(stage, narni) == 0)
            }
        }

        @Test(.timeLimit(.minutes(2)))
        func `A decision that was taken back leaves nothing to send`() async throws {
            try await play(1) { stage, amelia, _ in
                let outcome = try await stage.run(
                    try Programs.path(of: Programs.zona), ["conflicts", "review", "--file", amelia], stdin: "ouq")

                #expect(outcome.status == 0)
                try await stage.zona(amelia, "sync")
                let status = try await stage.json(StatusAnswer.self, amelia, "status")
                #expect(status.pendingRecords == 0 && status.openConflicts == 1)
                #expect(try stage.sql(amelia, "SELECT count(*) FROM zona_decision") == [["0"]])
                #expect(try stage.sql(amelia, "SELECT telefono FROM soggetto") == [["0744 222"]])
            }
        }

        @Test(.timeLimit(.minutes(2)))
        func `Ctrl-Z gives the terminal to the shell, and afterwards the review goes on`() async throws {
            try await play(2) { stage, amelia, _ in
                // A shell with job control, which looks at the terminal while the review is stopped.
                let script = """
                    "$0" conflicts review --file "$1"
                    stty -a | grep -q ' icanon' && echo 'lines again'
                    fg > /dev/null
                    """
                let steps = [
                    ["expect", "1 of 2"], ["send", "\u{1A}"], ["expect", "lines again"], ["expect", "1 of 2"],
                    ["send", "s"], ["expect", "2 of 2"], ["send", "q"], ["expect", "decided 1, 1 left"],
                ]
                let outcome = try await stage.run(
                    "/usr/bin/env",
                    [
                        "python3", try Programs.file("Scripts/support/at_terminal.py"), "bash", "-mc", script,
                        try Programs.path(of: Programs.zona), amelia,
                    ], environment: ["TERM": "xterm", "NO_COLOR": "1"],
                    stdin: String(decoding: try JSONEncoder().encode(steps), as: UTF8.self))
                guard outcome.status == 0 else { throw Command.Failed(description: "\(outcome)") }
                let seen = try Stage.decode(Seen.self, outcome.stdout)
                #expect(seen.status == 0)
                #expect(try await open(stage, amelia) == 1)
            }
        }
    }
}
