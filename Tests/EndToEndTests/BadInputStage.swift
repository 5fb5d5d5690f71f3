import Foundation
import GRDB
import Testing

/// What `zona … --json` says on stderr when it did not do what it was asked.
struct Complaint: Decodable, Equatable {
    struct Said: Decodable {
        let code: String
        let message: String
    }
    let error: Said
    /// The exit status, put in after decoding.
    var status: Int32 = 0

    private enum CodingKeys: String, CodingKey { case error }

    /// As the tests state it: status and word. The message is for people, and each test looks for what it needs in it.
    var short: String { "\(status) \(error.code)" }

    static func == (left: Complaint, right: Complaint) -> Bool { left.short == right.short }
}

extension Stage {
    /// Runs `zona … --json` that must not succeed, and returns what it says.
    func complaint(_ file: String, _ arguments: String...) async throws -> Complaint {
        let outcome = try await run(Programs.zona, arguments + ["--file", file, "--operator", "prova", "--json"])
        guard outcome.status != 0 else {
            throw Command.Failed(description: "zona \(arguments.joined(separator: " ")) should have failed\n\(outcome)")
        }
        var complaint = try JSONDecoder().decode(Complaint.self, from: Data(outcome.stderr.utf8))
        complaint.status = outcome.status
        return complaint
    }

    /// A one-time code.
    func code(_ ambito: String, _ comune: String, days: String = "14") async throws -> String {
        struct Invitation: Decodable { let code: String }
        return try await server(
            Invitation.self, "invite", "--ambito", ambito, "--comune", comune, "--days", days
        ).code
    }

    /// Writes into a file as any other program would.
    func write(_ file: String, _ sql: String, _ arguments: StatementArguments = []) throws {
        let queue = try DatabaseQueue(waitingAt: file)
        try queue.write { try $0.execute(sql: sql, arguments: arguments) }
        try queue.close()
    }

    /// Leads a replica to another address.
    func lead(_ file: String, to url: String) throws {
        try write(file, "UPDATE zona_state SET hub_url = ?", [url])
    }

    /// A second file with the content and the key of a replica.
    func copy(_ file: String, as name: String) throws -> String {
        let copy = "\(folder)/\(name).sqlite"
        // Through SQLite, so that what lies in the write-ahead log comes along.
        let queue = try DatabaseQueue(waitingAt: copy)
        try DatabaseQueue(waitingAt: file).backup(to: queue)
        try queue.writeWithoutTransaction { try $0.execute(sql: "PRAGMA journal_mode = WAL") }
        try queue.close()
        try FileManager.default.copyItem(atPath: file + ".key", toPath: copy + ".key")
        return copy
    }

    /// As many rows as it takes to fill several batches: texts that no compression makes small.
    func fill(_ file: String, rows: Int, named name: String) throws {
        var generator = SystemRandomNumberGenerator()
        let queue = try DatabaseQueue(waitingAt: file)
        try queue.write { database in
            for row in 0..<rows {
                let noise = (0..<120).map { _ in String(generator.next(), radix: 36) }.joined()
                try database.execute(
                    sql: "INSERT INTO soggetto(denominazione, tipo_soggetto) VALUES (?, 'VOL')",
                    arguments: ["\(name) \(row) \(noise)"])
            }
        }
        try queue.close()
    }

    /// All names in a replica's table, in the order of their ids.
    func names(_ file: String) throws -> [String] {
        try sql(file, "SELECT denominazione FROM soggetto ORDER BY id").compactMap { $0[0] }
    }

    /// Nothing waits, nothing is broken.
    func expectSound(_ file: String) throws {
        #expect(try sql(file, "PRAGMA integrity_check") == [["ok"]])
        #expect(try sql(file, "SELECT count(*) FROM zona_pending") == [["0"]])
        #expect(try sql(file, "SELECT applying FROM zona_state") == [["0"]])
    }

    /// All that was written at either of two replicas is at both, once, after each has synchronised.
    func expectAllAtBoth(_ first: String, _ second: String, count: Int) async throws {
        for file in [first, second, first] { try await zona(file, "sync") }
        let names = try names(first)
        #expect(names.count == count)
        #expect(Set(names).count == count)
        #expect(try self.names(second) == names)
        for file in [first, second] { try expectSound(file) }
    }
}
