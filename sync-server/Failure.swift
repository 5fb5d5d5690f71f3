import Bundles
import Consolidation
import Foundation
import HubService
import HubStore
import ReplicaStore
import SyncWire

/// What a command ends with when it did not do its work: an exit code, a stable word, and a sentence with the next
/// step.
struct Failure: Error {
    enum Status: Int32 {
        case unexpected = 1
        case usage = 2
        case badValue = 3
        case notFound = 4
        case file = 5
        /// A bundle that was not taken, or not all of it.
        case refused = 7
        /// `verify` found a difference.
        case differs = 9
    }

    let status: Status
    let code: String
    let message: String

    init(_ status: Status, _ code: String, _ message: String) {
        self.status = status
        self.code = code
        self.message = message
    }

    init(_ error: any Error) {
        switch error {
        case let failure as Failure: self = failure
        case let error as HubStoreError:
            let status: Status =
                switch error.code {
                case .notFound: .notFound
                case .notValid: .badValue
                case .exists, .notAHub, .newerSchema, .diskFull, .readOnly, .busy: .file
                case .database: .unexpected
                }
            self.init(status, error.code.rawValue, error.context)
        case let error as HubServiceError:
            // Why a seal does not open says nothing more to a person.
            let below = error.code == .badPassphrase ? nil : error.underlying
            self.init(
                error.code == .badPassphrase ? .badValue : .file, error.code.rawValue,
                error.context + (below.map { " (\($0))" } ?? ""))
        case let error as ConsolidationError: self.init(.file, error.code.rawValue, error.context)
        case let error as ReplicaStoreError: self.init(.file, error.code.rawValue, error.context)
        case let fault as CocoaError where fault.code == .fileWriteOutOfSpace:
            self.init(.file, "disk-full", "the disk is full: free some space and try again")
        case let error as StickError:
            self.init(error.code == .otherRecipient ? .refused : .file, error.code.rawValue, error.context)
        case let problem as Problem: self.init(.unexpected, "problem", problem.message)
        default: self.init(.unexpected, "unexpected", "\(error)")
        }
    }

    /// A bundle of which something was not taken.
    init(refusing problem: Problem, _ file: String) {
        let status: Status = problem.code == .hubFault ? .file : .refused
        self.init(status, "\(problem.code)", "\(file): not taken, or not all of it: \(problem.message)")
    }

    func show(asJSON: Bool) {
        let text =
            asJSON
            ? (try? Answer.text(["error": ["code": code, "message": message]])) ?? message : "zona-server: \(message)"
        FileHandle.standardError.write(Data((text + "\n").utf8))
    }
}

/// Runs a command's work with every error as a `Failure`.
func answering<Result>(_ body: () throws -> Result) throws -> Result {
    do { return try body() } catch { throw Failure(error) }
}

/// What goes to standard output.
enum Answer {
    static func text(_ document: [String: Any]) throws -> String {
        let data = try JSONSerialization.data(
            withJSONObject: document, options: [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes])
        return String(decoding: data, as: UTF8.self)
    }

    /// Prints at once, also into a pipe: scripts wait for these lines.
    static func show(_ text: String) {
        FileHandle.standardOutput.write(Data((text + "\n").utf8))
    }

    static func show(_ document: [String: Any]) throws {
        show(try text(document))
    }

    /// A moment in words, in the hub's own time.
    static func moment(_ milliseconds: Int64?) -> String {
        guard let milliseconds else { return "never" }
        let formatter = ISO8601DateFormatter()
        formatter.timeZone = TimeZone(identifier: "Europe/Rome") ?? .current
        return formatter.string(from: Date(timeIntervalSince1970: Double(milliseconds) / 1000))
    }

    static var now: Int64 { Int64(Date().timeIntervalSince1970 * 1000) }
}
