import Foundation

/// How much of it: 200 scripts in `make test`, what `SCRIPTS=` says in `make any-program`, one world with `SEED=`.
enum AnyProgramRun {
    static let scriptsPerWorld = 20

    static let isCampaign = number("SCRIPTS") != nil

    /// A seed is a world, whose scripts follow one another.
    static let seeds: [UInt64] = {
        if let one = number("SEED") { return [UInt64(one)] }
        let first = UInt64(number("FROM") ?? 1)
        let worlds = max(1, (number("SCRIPTS") ?? 200) / scriptsPerWorld)
        return Array(first..<first + UInt64(worlds))
    }()

    /// The worlds whose scripts another build runs: one in ten.
    static let seedsOfAnotherBuild = Array(seeds.prefix(max(1, seeds.count / 10)))

    private static func number(_ name: String) -> Int? {
        ProcessInfo.processInfo.environment[name].flatMap(Int.init)
    }
}
