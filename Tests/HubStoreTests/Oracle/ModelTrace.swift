import Foundation

/// A history that the model played, as a script, with the end that it must reach (`docs/model/README.md`, format 1).
struct ModelTrace: Decodable {
    struct Step: Decodable {
        let step: String
        let replica: Int
        /// Milliseconds; the same clock for all.
        let now: Int64
        let record: String?
        let values: [String: String]?
        let conflict: Loser?
        let batches: Int?
        let answerLost: Bool?
        let pages: Int?
        let applied: Bool?
    }

    /// An open conflict: its record, its group (a column, `row` or `existence`), and the value that lost.
    struct Loser: Decodable, Hashable, CustomStringConvertible {
        let record: String
        let group: String
        /// A text; of a row its columns, in order.
        let losing: String

        init(record: String, group: String, losing: String) {
            self.record = record
            self.group = group
            self.losing = losing
        }

        private enum CodingKeys: CodingKey {
            case record, group, losing
        }

        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            record = try container.decode(String.self, forKey: .record)
            group = try container.decode(String.self, forKey: .group)
            if let row = try? container.decode([String: String].self, forKey: .losing) {
                losing = ModelTrace.text(row)
            } else {
                losing = try container.decode(String.self, forKey: .losing)
            }
        }

        var description: String { "\(record) \(group) \(losing)" }
    }

    struct Expected: Decodable {
        /// Nothing where the record is deleted.
        let rows: [String: [String: String]?]
        let conflicts: [Loser]
    }

    let format: Int
    let seed: Int
    let rule: String
    let columns: [String]
    let replicas: [Int]
    let steps: [Step]
    let expected: Expected

    static func text(_ row: [String: String]) -> String {
        row.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: " ")
    }

    /// Lets the model play, in the order of conversations.
    static func played(rule: String, seed: Int, runs: Int) throws -> [ModelTrace] {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.currentDirectoryURL = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../..")
        process.environment = ProcessInfo.processInfo.environment.merging(["PYTHONDONTWRITEBYTECODE": "1"]) { $1 }
        process.arguments = [
            "python3", "-m", "docs.model.oracle", "--rule", rule, "--seed", "\(seed)", "--runs", "\(runs)",
        ]
        let output = FileManager.default.temporaryDirectory.appending(path: "zona-oracle-\(UUID().uuidString)")
        try Data().write(to: output)
        defer { try? FileManager.default.removeItem(at: output) }
        process.standardOutput = try FileHandle(forWritingTo: output)
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw OracleFault("the model ended with an error, see above") }
        return try Data(contentsOf: output).split(separator: UInt8(ascii: "\n")).map {
            try JSONDecoder().decode(ModelTrace.self, from: $0)
        }
    }
}

/// What the code did otherwise than the model.
struct OracleFault: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}
