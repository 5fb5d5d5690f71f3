/// Chance of one run: everything random is drawn from here, so that a seed is a run (SplitMix64, Steele et al. 2014).
struct Chance: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        // Mixed first: plain seeds that follow each other would give one sequence, begun one draw later each time.
        state = seed
        state = next() ^ next() << 1
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }

    mutating func below(_ limit: Int) -> Int {
        Int(next() % UInt64(limit))
    }

    /// A number in [0, 1).
    mutating func part() -> Double {
        Double(next() >> 11) / Double(1 << 53)
    }

    mutating func happens(_ probability: Double) -> Bool {
        part() < probability
    }

    /// One of `choices`, which is not empty.
    mutating func pick<Element>(_ choices: [Element]) -> Element {
        choices[below(choices.count)]
    }

    /// 63 random bits, never 0.
    mutating func name() -> UInt64 {
        next() >> 1 | 1
    }

    mutating func bytes(_ count: Int) -> [UInt8] {
        (0..<count).map { _ in UInt8(truncatingIfNeeded: next()) }
    }
}
