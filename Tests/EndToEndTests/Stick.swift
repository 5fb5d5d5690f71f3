import Foundation
import Testing

/// A stick, and what people do with it: a folder of the stage that is carried to and fro.
struct Stick {
    let stage: Stage
    var folder: String { "\(stage.folder)/stick" }

    init(_ stage: Stage) throws {
        self.stage = stage
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    }

    func file(_ name: String) -> String { "\(folder)/\(name)" }

    var names: [String] {
        get throws { try FileManager.default.contentsOfDirectory(atPath: folder).sorted() }
    }

    /// Keeps a copy of a file as it is now.
    func copy(_ name: String, as other: String) throws {
        try? FileManager.default.removeItem(atPath: file(other))
        try FileManager.default.copyItem(atPath: file(name), toPath: file(other))
    }

    /// What `zona bundle import` says of a file.
    struct Taken: Decodable {
        let kind: String
        let known: Bool
        let acknowledgedChanges: Int
        let pages: Int
        let events: [String]
        let needsExport: Bool
        let applied: SyncAnswer.Applied
        let refused: Int
        let openConflicts: Int
        let waitingBatches: Int
    }

    /// What `zona-server bundle import` says of a file.
    struct HubTaken: Decodable {
        struct Problem: Decodable { let code: String }
        let older: Bool
        let changes: Int
        let knownBatches: Int
        let answer: String
        let problem: Problem?
    }

    private struct Files<File: Decodable>: Decodable { let files: [File] }

    /// Writes a comune's bundle, and has the hub take it.
    @discardableResult
    func bring(_ replica: String, as name: String = "up.zona") async throws -> HubTaken {
        try await stage.zona(replica, "bundle", "export", file(name))
        return try await giveHub(name)
    }

    @discardableResult
    func giveHub(_ name: String) async throws -> HubTaken {
        try #require(
            try await stage.server(Files<HubTaken>.self, "bundle", "import", file(name)).files.first)
    }

    /// Has the hub write a comune's bundle; it lies there as `for-COMUNE.zona`.
    func fetch(_ comune: String) async throws {
        try await stage.server("bundle", "export", "--ambito", "UMB-11", "--comune", comune, "--to", folder)
    }

    @discardableResult
    func take(_ replica: String, _ name: String) async throws -> Taken {
        try #require(
            try await stage.json(Files<Taken>.self, replica, "bundle", "import", file(name)).files.first)
    }

    /// Brings, fetches and takes: a whole sync by stick.
    @discardableResult
    func round(_ replica: String, _ comune: String) async throws -> Taken {
        try await bring(replica)
        try await fetch(comune)
        return try await take(replica, "for-\(comune.lowercased()).zona")
    }

    /// Enrols a comune that has never had a network.
    func enrol(_ comune: String, as name: String) async throws -> String {
        struct Invited: Decodable {
            let code: String
            let invitation: String
        }
        let replica = "\(stage.replicas)/\(name).sqlite"
        let invited = try await stage.server(
            Invited.self, "invite", "--ambito", "UMB-11", "--comune", comune, "--stick", folder)
        try await stage.zona(
            replica, "init", "--invitation", invited.invitation, "--code", invited.code, "--to", file("request.zona"))
        let answer = try await giveRequest("request.zona")
        try await stage.zona(replica, "bundle", "import", answer)
        return replica
    }

    func giveRequest(_ name: String) async throws -> String {
        struct Enrolled: Decodable { let answer: String }
        return try #require(
            try await stage.server(Files<Enrolled>.self, "bundle", "import", file(name)).files.first
        ).answer
    }

    /// Why a command did not do it.
    struct Refusal: Decodable {
        struct Error: Decodable {
            let code: String
            let message: String
        }
        let error: Error
        var status: Int32 = 0

        private enum CodingKeys: String, CodingKey { case error }
    }

    /// What a command that must fail says.
    func refusal(_ program: String, _ arguments: String...) async throws -> Refusal {
        let place = program == Programs.server ? ["--data", stage.data] : []
        let outcome = try await stage.run(program, arguments + place + ["--json"])
        var refusal = try Stage.decode(Refusal.self, outcome.stderr)
        refusal.status = outcome.status
        return refusal
    }

    /// Everything of a replica's file that a refused import must not change.
    func state(_ replica: String) throws -> [[String?]] {
        try stage.sql(
            replica,
            """
            SELECT number, incarnation, cursor, hex(log_hash), epoch, acknowledged_counter, next_counter,
                (SELECT count(*) FROM zona_inbox), (SELECT count(*) FROM zona_pending),
                (SELECT count(*) FROM zona_outbox), (SELECT count(*) FROM soggetto),
                (SELECT group_concat(denominazione) FROM (SELECT denominazione FROM soggetto ORDER BY id))
            FROM zona_state
            """)
    }
}
