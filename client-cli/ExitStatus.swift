import Texts

/// The exit codes, one table for all commands. They are explained in `docs/exit-codes.md`.
enum ExitStatus: Int32, CaseIterable {
    case done = 0
    case unexpected = 1
    case usage = 2
    case badValue = 3
    case notFound = 4
    case file = 5
    case network = 6
    case hubRefused = 7
    case syncRunning = 8
    case differs = 9
    case budget = 10
    case interrupted = 130

    /// The table as the help shows it.
    static var table: String {
        allCases.map { status in
            let code = String(status.rawValue)
            return "  \(code)\(String(repeating: " ", count: 5 - code.count))\(status.meaning)"
        }.joined(separator: "\n")
    }

    private var meaning: String {
        switch self {
        case .done: localized("done")
        case .unexpected: localized("unexpected: please report it")
        case .usage: localized("the command was not understood")
        case .badValue: localized("a bad value, or refused by a check or by rights")
        case .notFound: localized("no such table, column or row, or more than one")
        case .file: localized("the file: not there, not a replica, newer, busy, disk full")
        case .network: localized("the network: unreachable, cut, proxy, login page")
        case .hubRefused: localized("the hub refused: code, key, revoked, ambito, copied file")
        case .syncRunning: localized("another sync, or another service, of this file is running")
        case .differs: localized("`zona doctor` found something that is not as it should be")
        case .budget: localized("a sync stopped at its --max-bytes or --max-time: what was done is kept")
        case .interrupted: localized("interrupted by Ctrl-C")
        }
    }
}
