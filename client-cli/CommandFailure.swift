import Bundles
import Consolidation
import DataDesk
import ReplicaStore
import ReplicaSync
import Texts

/// Why a command did not do what it was asked: the exit code, a stable word for JSON, and a message with the next step.
struct CommandFailure: Error {
    let status: ExitStatus
    let code: String
    var message: String
    /// What is wrong field by field, for JSON.
    var faults: [JSONValue] = []
    /// The messages of which this one is made, where it is of several.
    private var parts: [String] = []

    init(_ status: ExitStatus, _ code: String, _ message: String) {
        self.status = status
        self.code = code
        self.message = message
    }

    /// Several as one, a line each. Its status is theirs, or where they differ that of values that cannot be taken.
    private init(_ first: CommandFailure, _ others: ArraySlice<CommandFailure>) {
        let failures = [first] + others
        self.init(
            others.allSatisfy { $0.status == first.status } ? first.status : .badValue,
            others.allSatisfy { $0.code == first.code } ? first.code : "bad-value", "")
        parts = failures.flatMap { $0.parts.isEmpty ? [$0.message] : $0.parts }
        message = Self.lines(parts)
        faults = failures.flatMap(\.faults)
    }

    /// What is wrong, a line each, below how many there are.
    static func lines(_ faults: [String]) -> String {
        guard faults.count > 1 else { return faults.joined() }
        let count = localized(
            faults.count, one: "\(faults.count) fault, nothing was written:",
            other: "\(faults.count) faults, nothing was written:")
        return ([count] + faults).joined(separator: "\n  ")
    }

    /// Does something with each item; what fails is told together, at the end.
    static func collect<Items: Sequence, Result>(
        _ items: Items, _ body: (Items.Element) throws -> Result
    ) throws -> [Result] {
        var results: [Result] = []
        var failures: [CommandFailure] = []
        for item in items {
            do { results.append(try body(item)) } catch let failure as CommandFailure { failures.append(failure) }
        }
        guard let first = failures.first else { return results }
        throw failures.count == 1 ? first : CommandFailure(first, failures.dropFirst())
    }

    /// The one place that gives the errors of the libraries their exit codes. Nothing for those of the argument parser.
    init?(_ error: any Error) {
        switch error {
        case let failure as CommandFailure: self = failure
        case let error as ReplicaStoreError: self.init(error)
        case let refusal as EntryRefusal: self.init(refusal)
        case is TypedEntry.Left: self.init(.interrupted, "cancelled", localized("nothing was written"))
        case let fault as SyncFault: self.init(fault)
        case let error as StickError: self.init(error)
        case let error as ConsolidationError: self.init(error)
        case is CancellationError: self.init(.interrupted, "cancelled", localized("interrupted"))
        default: return nil
        }
    }

    init(_ error: ReplicaStoreError) {
        let status: ExitStatus =
            switch error.code {
            case .notAReplica, .exists, .newerSchema, .busy, .diskFull, .readOnly, .otherKey: .file
            case .otherAmbito: .hubRefused
            case .notValid, .tooLarge: .badValue
            case .notFound, .ambiguous, .unknownTable, .unknownColumn, .stale: .notFound
            case .badBytes, .database: .unexpected
            }
        let message = error.code == .notValid ? Self.plain(error.context) : error.context
        self.init(status, error.code.rawValue, message)
    }

    init(_ fault: SyncFault) {
        if fault.code == .file, let underlying = fault.underlying {
            self.init(underlying)
            return
        }
        if let stick = fault.stick {
            self.init(stick)
            return
        }
        let status: ExitStatus =
            switch fault.code {
            case .unreachable, .interrupted, .portal, .proxy: .network
            case .wrongHub, .problem, .forked, .incarnationChanged, .hubTooOld, .wrongAmbito, .badCode, .revoked,
                .oldBundle, .missingBundle:
                .hubRefused
            case .busy: .syncRunning
            case .file, .noKey, .stick: .file
            case .badAddress: .badValue
            case .cancelled: .interrupted
            }
        // A file that another program holds has the word `busy` already.
        self.init(status, fault.code == .busy ? "sync-running" : fault.code.rawValue, fault.context)
    }

    init(_ error: StickError) {
        self.init(error.code == .otherRecipient ? .hubRefused : .file, error.code.rawValue, error.context)
    }

    init(_ error: ConsolidationError) {
        if let underlying = error.underlying as? ReplicaStoreError {
            self.init(underlying)
            return
        }
        let status: ExitStatus =
            switch error.code {
            case .badRequest: .usage
            case .notCapofila: .badValue
            case .neverPulled, .busy, .folder: .file
            case .replica, .pages: .unexpected
            }
        self.init(status, error.code.rawValue, error.context)
    }

    /// SQLite's own words for what its types and keys refuse, in plain ones; the checks of the catalog speak for
    /// themselves.
    private static func plain(_ message: String) -> String {
        func rest(after prefix: String) -> String? {
            message.hasPrefix(prefix) ? String(message.dropFirst(prefix.count)) : nil
        }
        if let column = rest(after: "NOT NULL constraint failed: ") {
            let name = column.split(separator: ".").last.map(String.init) ?? column
            return localized("\(column) needs a value: give it as \(name)=…")
        }
        if let column = rest(after: "UNIQUE constraint failed: ") {
            let table = column.split(separator: ".").first ?? ""
            return localized("this row of \(table) is there already: `zona list \(table)` shows it")
        }
        if let what = rest(after: "cannot store ") { return localized("the value has the wrong type: \(what)") }
        return message
    }
}
