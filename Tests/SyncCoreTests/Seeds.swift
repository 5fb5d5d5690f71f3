import Foundation

/// The seeds of a run: 200, or the one that `SEED=17 swift test` names.
enum Seeds {
    static let all = ProcessInfo.processInfo.environment["SEED"].flatMap(UInt64.init).map { [$0] } ?? Array(1...200)
}
