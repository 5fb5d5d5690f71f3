import Foundation
import Testing

/// What one consolidation published, read as its readers do.
struct Publication {
    /// `riepilogo.json`, as far as the tests look.
    struct Summary: Decodable {
        struct Comune: Decodable {
            let denominazione: String
            let repliche: Int?
            let stato: String
            let mancante: Bool?
        }
        struct Total: Decodable {
            struct Line: Decodable {
                let denominazione: String?
                let totaleCent: Int64?
                let mancante: Bool
            }
            let tabella: String
            let fase: String?
            let totaleCent: Int64?
            let parziale: Bool
            let comuniPresenti: Int
            let provvisorio: Bool
            let perComune: [Line]
        }
        struct Conflict: Decodable {
            let tabella: String
            let rigaId: String
            let contestato: Bool
        }
        struct Count: Decodable {
            let tabella: String
            let righe: Int
        }
        let comuni: [Comune]
        let totali: [Total]
        let conflittiAperti: [Conflict]
        let notaConflitti: String?
        let righe: [Count]

        func rows(of table: String) -> Int? { righe.first { $0.tabella == table }?.righe }

        func total(_ table: String, phase: String? = nil) -> Total? {
            totali.first { $0.tabella == table && $0.fase == phase }
        }
    }

    let folder: String
    let summary: Summary
    private let stage: Stage

    init(folder: String, stage: Stage) throws {
        self.folder = folder
        self.stage = stage
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        let text = try Data(contentsOf: URL(filePath: "\(folder)/riepilogo.json"))
        summary = try decoder.decode(Summary.self, from: text)
    }

    var database: String { "\(folder)/piano-di-zona.sqlite" }

    func sql(_ query: String) throws -> [[String?]] {
        try stage.sql(database, query)
    }

    /// The cells of a table's CSV, its header first; for cells without quotes inside.
    func csv(_ table: String) throws -> [[String]] {
        let bytes = Array(try Data(contentsOf: URL(filePath: "\(folder)/\(table).csv")))
        let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
        guard bytes.starts(with: mark) else { throw Command.Failed(description: "\(table).csv has no byte-order mark") }
        let text = String(decoding: bytes.dropFirst(mark.count), as: UTF8.self)
        return text.components(separatedBy: "\r\n").dropLast().map { $0.components(separatedBy: ";") }
    }
}

extension Stage {
    /// Publishes an ambito now, by `zona-server consolidate`.
    func consolidate(_ ambito: String) async throws -> Publication {
        struct Answer: Decodable { let folder: String }
        let answer = try await server(Answer.self, "consolidate", "--ambito", ambito)
        return try Publication(folder: answer.folder, stage: self)
    }

    /// Enrols every comune, plays a script of `documents/`, synchronises all, and publishes.
    func play(_ script: String, _ ambito: String) async throws -> (publication: Publication, files: [String]) {
        let files = try await enrolAll(ambito)
        let outcome = try await run(
            "/bin/sh", [try Programs.file("documents/\(script)")],
            environment: ["ZONA": try Programs.path(of: Programs.zona), "REPLICHE": replicas])
        guard outcome.status == 0 else { throw Command.Failed(description: "\(script): \(outcome)") }
        for file in files { try await zona(file, "sync") }
        return (try await consolidate(ambito), files)
    }

    /// Every replica's changes were taken by the hub, and nothing waits for a decision.
    func expectNothingRefused(_ files: [String]) async throws {
        for file in files {
            let status = try await json(StatusAnswer.self, file, "status")
            #expect(status.refused == 0 && status.openConflicts == 0, "\(file)")
        }
    }
}
