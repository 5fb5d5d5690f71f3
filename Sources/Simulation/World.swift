import SyncCore

/// What people really did and saw. Never looks at a vector: it follows values, each of which is written once.
struct World {
    /// Where a value was written.
    struct Place: Hashable {
        let key: RecordKey
        let column: Int
    }

    /// A captured change that the hub took: its name in this simulation, and what its writer had really seen.
    struct Deed {
        let name: Int
        let seen: Set<Int>
        let isCopy: Bool
    }

    /// Successors that are no value.
    static let deleted = -1
    static let undone = -2
    static let overruled = -3

    /// Values that the hub took.
    var accepted: [Int: Place] = [:]
    /// For each value what replaced it, written by somebody who had it on screen.
    var over: [Int: Set<Int>] = [:]
    var deletes: [RecordKey: [Deed]] = [:]
    var edits: [RecordKey: [Deed]] = [:]
    var refused: [Int: Place] = [:]
    /// Refused values of which their writer was told.
    var told: Set<Int> = []
    /// Values that died with a lost file before anybody else had them.
    var gone: Set<Int> = []
    /// Numbers whose file is no more, or was put back: nobody is left to tell.
    var untold: Set<UInt64> = []
    /// Conflicts that a decision which the hub took has named.
    var decided: Set<RecordID> = []
    /// The number under which a value was written.
    var maker: [Int: UInt64] = [:]
    /// Who owns a record, where its table has owners.
    var owner: [RecordKey: RecordID?] = [:]
    private var lastValue = 1_000
    private var lastDeed = 0

    mutating func newValue(by number: UInt64) -> Int {
        lastValue += 1
        maker[lastValue] = number
        return lastValue
    }

    mutating func newDeed() -> Int {
        lastDeed += 1
        return lastDeed
    }

    mutating func replaced(_ old: Int?, by new: Int) {
        guard let old, old != new else { return }
        over[old, default: []].insert(new)
    }
}

/// How a value stands in a column: text `v1001` (`x1001` where the hub refuses it), money as the number itself.
enum Written {
    static func text(_ value: Int, isBad: Bool = false) -> Value {
        .text((isBad ? "x" : "v") + String(value))
    }

    /// The value that a column holds, or nothing when it is none of those that are followed.
    static func value(_ value: Value) -> Int? {
        switch value {
        case .integer(let number): return number > 1_000 ? Int(number) : nil
        case .text(let bytes):
            guard bytes.count > 4, bytes[0] == 0x76 || bytes[0] == 0x78 else { return nil }
            return Int(String(decoding: bytes.dropFirst(), as: UTF8.self))
        case .null, .real, .blob: return nil
        }
    }

    /// The values in a row of encoded values that follow each other.
    static func values(in bytes: [UInt8]) -> [Int] {
        var reader = ByteReader(bytes)
        var found: [Int] = []
        while !reader.isAtEnd, let value = try? reader.value() {
            if let known = Self.value(value) { found.append(known) }
        }
        return found
    }
}
