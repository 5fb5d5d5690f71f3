import Foundation
import GRDB
import ReplicaSync

/// How long the program itself takes, from its start to its end, and how much memory: with nothing to do, and with each
/// kind of answer from a file of many rows. Beside them `sqlite3`, which starts, asks the same file, and ends.
struct ProgramBench {
    let folder: String
    let rows: Int
    let rounds: Int
    private var path: String { "\(folder)/program.sqlite" }
    private static let table = "soggetto"

    func run(_ report: inout Report) throws {
        let program = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
            .appendingPathComponent("zona").path
        guard FileManager.default.isExecutableFile(atPath: program) else {
            throw BenchFailure(what: "\(program) is not there: build it with the same flags")
        }
        try ReadingBench(folder: folder, rows: rows, rounds: rounds).make(at: path)
        _ = try ReplicaKey.create(for: path)
        let one = "00000000-0000-7000-8000-000000000001"
        let often = max(rounds, 5)
        let asked: [(String, Int, [String])] = [
            ("start", often, ["--version"]),
            ("help", often, ["help", "list"]),
            ("status", often, ["status"]),
            ("list_50", often, ["list", Self.table, "--limit", "50"]),
            ("list_50_json", often, ["list", Self.table, "--limit", "50", "--json"]),
            ("list_50_ordered", often, ["list", Self.table, "--limit", "50", "--order", "-denominazione"]),
            ("list_all", often, ["list", Self.table, "--limit", "\(rows)"]),
            ("show", often, ["show", one]),
            ("search_first", 1, ["search", "citta", "777"]),
            ("search", often, ["search", "citta", "777"]),
            ("complete_command", often, ["complete", "--", "li"]),
            ("complete_id", often, ["complete", "--", "show", Self.table, "00000000-0000-7"]),
            ("complete_name", often, ["complete", "--", "add", "incontro", "comune_id=N"]),
            ("export_csv", often, ["export", Self.table, "--to", "\(folder)/out.csv", "--force"]),
            ("export_sqlite", 1, ["export", "--all", "--format", "sqlite", "--to", "\(folder)/out.sqlite"]),
            ("add", 1, ["add", Self.table, "denominazione=Auser", "tipo_soggetto=VOL"]),
            ("edit", 1, ["edit", one, "telefono=0744 1"]),
            ("conflicts", often, ["conflicts"]),
            ("backup", 1, ["backup", "--to", "\(folder)/backups"]),
        ]
        for (name, times, words) in asked {
            try measure("zona_" + name, times, [program, "--lang", "it"] + words, &report)
        }
        let waiting = min(rows, 10_000)
        try BenchFile(path: path).write { database in
            try database.execute(
                sql: "UPDATE soggetto SET telefono = '0744' WHERE id IN (SELECT id FROM soggetto LIMIT \(waiting))")
        }
        report["waiting_rows"] = Double(waiting)
        let unsynced: [(String, [String])] = [
            ("diff", ["diff", "--limit", "\(waiting)"]), ("diff_json", ["diff", "--json"]),
            ("revert_look", ["revert", "--all"]), ("revert", ["revert", "--all", "--yes"]),
        ]
        for (name, words) in unsynced { try measure("zona_" + name, 1, [program, "--lang", "it"] + words, &report) }
        let sql = "SELECT * FROM \(Self.table) ORDER BY id LIMIT 50"
        for (name, words) in [("start", [":memory:", "SELECT 1"]), ("list_50", [path, sql])] {
            try measure("sqlite3_" + name, often, ["/usr/bin/sqlite3"] + words, &report, withMemory: false)
        }
    }

    private func measure(
        _ name: String, _ times: Int, _ words: [String], _ report: inout Report, withMemory: Bool = true
    ) throws {
        progress(name)
        let taken = try (0..<times).map { _ in try take(words) }
        report[name + "_ms"] = median(taken.map(\.milliseconds))
        if withMemory { report[name + "_mb"] = median(taken.map(\.megabytes)) }
    }

    /// To the kernel the peak of who spawns is the child's from its beginning, so a small process does it; below its
    /// own 25 MB nothing is seen.
    private func take(_ words: [String]) throws -> Taken {
        let child = try Child(["program", path] + words)
        guard let line = child.line(), line.hasPrefix("took "), child.wait() == 0 else {
            throw BenchFailure(what: "\(words.joined(separator: " ")) failed")
        }
        let numbers = line.split(separator: " ").dropFirst().compactMap { Double($0) }
        return Taken(milliseconds: numbers[0], megabytes: numbers[1])
    }

    private struct Taken {
        let milliseconds: Double
        let megabytes: Double
    }

    /// The child: runs a program to its end, what it prints thrown away, and says what it took.
    static func takeOne(_ file: String, _ words: [String]) throws {
        setenv("ZONA_FILE", file, 1)
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0)
        var arguments = words.map { strdup($0) } + [nil]
        defer { for argument in arguments { free(argument) } }
        let start = ContinuousClock.now
        var process = pid_t()
        guard posix_spawn(&process, words[0], &actions, nil, &arguments, environ) == 0 else {
            throw BenchFailure(what: "\(words[0]) does not start")
        }
        var status: Int32 = 0
        var usage = rusage()
        while wait4(process, &status, 0, &usage) < 0, errno == EINTR {}
        let spent = seconds(ContinuousClock.now - start)
        guard status == 0 else { throw BenchFailure(what: "it ended with \(status >> 8)") }
        Roles.say("took \(spent * 1_000) \(Double(usage.ru_maxrss) / 1_024)")
    }
}
