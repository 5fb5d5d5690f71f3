import Foundation

/// How much the laws play: what a debug build can in seconds, or with `LAWS_HISTORIES=100000` (`make laws`) so many sampled histories and
/// all of the small worlds.
enum LawsRun {
    private static let histories = ProcessInfo.processInfo.environment["LAWS_HISTORIES"].flatMap(Int.init)

    static let isLong = histories != nil

    /// The seeds of the sampled histories, each for every table; or the one that `SEED=` names.
    static func seeds(tables: Int) -> [UInt64] {
        if let seed = ProcessInfo.processInfo.environment["SEED"].flatMap(UInt64.init) { return [seed] }
        return Array(1...UInt64(max(1, ((histories ?? 1400) + tables - 1) / tables)))
    }
}
