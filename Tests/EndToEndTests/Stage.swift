import Foundation
import GRDB
import Synchronization
import Testing

/// A folder with a hub that runs, and replicas that know it: what every end-to-end test plays on.
///
/// `Stage.with` makes it, and at the end stops the server, which must end in order, and removes the folder.
final class Stage: Sendable {
    let folder: String
    private let server = Mutex<RunningServer?>(nil)

    /// The hub's data folder.
    var data: String { "\(folder)/hub" }
    /// The folder of the replicas that `enrolAll` makes.
    var replicas: String { "\(folder)/repliche" }

    private init() throws {
        let url = FileManager.default.temporaryDirectory.appending(path: "zona-stage-\(UUID().uuidString)")
        folder = url.path
        try FileManager.default.createDirectory(atPath: replicas, withIntermediateDirectories: true)
    }

    /// Makes a hub with these ambiti, serves, and plays.
    static func with(_ ambiti: String..., body: (Stage) async throws -> Void) async throws {
        let stage = try Stage()
        defer { try? FileManager.default.removeItem(atPath: stage.folder) }
        let comuni = try Programs.file("schema/codelists/comuni_piloti.csv")
        for ambito in ambiti {
            try await stage.server("init", "--ambito", ambito, "--comuni", comuni)
        }
        try await stage.serve()
        do {
            try await body(stage)
        } catch {
            _ = await stage.server.withLock { $0 }?.stop()
            throw error
        }
        try await stage.stop()
    }

    // MARK: Programs

    /// Runs `zona-server COMMAND … --data FOLDER`; it must succeed.
    @discardableResult
    func server(_ arguments: String...) async throws -> String {
        try await succeed(Programs.server, arguments + ["--data", data]).stdout
    }

    /// The same, and its JSON answer.
    func server<Answer: Decodable>(_ type: Answer.Type, _ arguments: String...) async throws -> Answer {
        try Self.decode(type, try await succeed(Programs.server, arguments + ["--data", data, "--json"]).stdout)
    }

    /// Runs `zona … --file FILE`; it must succeed. Returns what it printed, without the last line break.
    @discardableResult
    func zona(_ file: String, _ arguments: String...) async throws -> String {
        let outcome = try await succeed(Programs.zona, arguments + ["--file", file, "--operator", Self.name(of: file)])
        return outcome.stdout.trimmingCharacters(in: .newlines)
    }

    /// The same, and its JSON answer.
    func json<Answer: Decodable>(_ type: Answer.Type, _ file: String, _ arguments: String...) async throws -> Answer {
        let words = arguments + ["--file", file, "--operator", Self.name(of: file), "--json"]
        return try Self.decode(type, try await succeed(Programs.zona, words).stdout)
    }

    /// Runs a program, whatever comes of it.
    func run(
        _ program: String, _ arguments: [String], environment: [String: String] = [:], stdin: String = ""
    ) async throws -> Outcome {
        let path = program.contains("/") ? program : try Programs.path(of: program)
        return try await Command(
            program: path, arguments: arguments, environment: environment, stdin: stdin, folder: folder
        ).run()
    }

    private func succeed(_ program: String, _ arguments: [String]) async throws -> Outcome {
        let outcome = try await run(program, arguments)
        guard outcome.status == 0 else {
            throw Command.Failed(description: "\(program) \(arguments.joined(separator: " "))\n\(outcome)")
        }
        return outcome
    }

    // MARK: The hub

    /// Starts the server, and leads the replicas that are there to its port.
    func serve(_ arguments: String...) async throws {
        let running = try await RunningServer(data: data, arguments)
        server.withLock { $0 = running }
        for file in try FileManager.default.contentsOfDirectory(atPath: replicas) where file.hasSuffix(".sqlite") {
            try await DatabaseQueue(waitingAt: "\(replicas)/\(file)").write { database in
                try database.execute(sql: "UPDATE zona_state SET hub_url = ?", arguments: [running.url])
            }
        }
    }

    /// Stops it; it must end in order.
    func stop() async throws {
        let running = try #require(server.withLock { $0 })
        server.withLock { $0 = nil }
        #expect(await running.stop() == 0)
    }

    var running: RunningServer {
        get throws { try #require(server.withLock { $0 }) }
    }

    /// Invites a comune and enrols a replica of it in the folder of the replicas. Returns the file.
    func enrol(_ ambito: String, _ comune: String, as name: String? = nil) async throws -> String {
        struct Invitation: Decodable { let code: String }
        let file = "\(replicas)/\(name ?? Self.fileName(comune)).sqlite"
        let code = try await server(Invitation.self, "invite", "--ambito", ambito, "--comune", comune).code
        try await zona(file, "init", "--hub", try running.url, "--code", code)
        return file
    }

    /// A replica for every comune of an ambito, the capofila's first.
    func enrolAll(_ ambito: String) async throws -> [String] {
        var files: [String] = []
        for comune in try Pilots.comuni(of: ambito) { files.append(try await enrol(ambito, comune)) }
        return files
    }

    // MARK: Reading

    /// The rows of a query on any SQLite file, values as texts; nothing for NULL.
    func sql(_ file: String, _ query: String, _ arguments: [String] = []) throws -> [[String?]] {
        try values(file, query, arguments).map { row in
            row.map { String.fromDatabaseValue($0) ?? Int64.fromDatabaseValue($0).map(String.init) }
        }
    }

    /// The rows of a query, values as they are stored.
    func values(_ file: String, _ query: String, _ arguments: [String] = []) throws -> [[DatabaseValue]] {
        try reading(file) { try Self.values($0, query, arguments) }
    }

    /// Several queries through one connection: to open one is to parse some hundred triggers.
    func reading<Result>(_ file: String, _ body: (Database) throws -> Result) throws -> Result {
        try DatabaseQueue(waitingAt: file) { $0.readonly = true }.read(body)
    }

    static func values(
        _ database: Database, _ query: String, _ arguments: [String] = []
    ) throws -> [[DatabaseValue]] {
        try Row.fetchAll(database, sql: query, arguments: StatementArguments(arguments)).map {
            Array($0.databaseValues)
        }
    }

    static func decode<Answer: Decodable>(_ type: Answer.Type, _ text: String) throws -> Answer {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try decoder.decode(type, from: Data(text.utf8))
    }

    /// `Calvi dell'Umbria` becomes `calvi-dell-umbria`, as the scripts name their files.
    private static func fileName(_ comune: String) -> String {
        String(comune.lowercased().map { $0 == " " || $0 == "'" ? "-" : $0 })
    }

    /// Who works at a replica: invented from the file's name.
    private static func name(of file: String) -> String {
        "Operatore di \(URL(filePath: file).deletingPathExtension().lastPathComponent)"
    }
}
