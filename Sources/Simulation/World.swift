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

    /// What somebody had before him when he decided: values of one group that he settled, and what his list held.
    struct Settled {
        let key: RecordKey
        let group: Int64
        let dots: [Dot]
        let listed: Set<RecordID>
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
    /// Numbers of PCs that are lost.
    var lost: [ReplicaNumber] = []
    /// Conflicts that a decision which the hub took has named, with the change that took it along.
    var decided: [RecordID: Int] = [:]
    /// What decisions that the hub took had settled.
    var settled: [Settled] = []
    /// Records that somebody deleted whose schema did not show him all of their columns, and those of which he decided
    /// so.
    var blind: (deleted: Set<RecordKey>, decided: Set<RecordKey>) = ([], [])
    /// Conflicts that somebody opened again, and those of them that nobody has decided since.
    var reopened: (ever: Set<RecordID>, last: Set<RecordID>) = ([], [])
    /// Records that went into another when an operator merged duplicates, and that one.
    private(set) var merged: [RecordKey: RecordKey] = [:]
    /// Values that a decision wrote once more.
    var again: Set<Int> = []
    /// The number under which a value was written.
    var maker: [Int: UInt64] = [:]
    /// The records that somebody wrote last.
    var lately: [RecordKey] = []
    /// Who owns a record, where its table has owners.
    var owner: [RecordKey: RecordID?] = [:]
    private var lastValue = 1_000
    private var lastDeed = 0

    /// These are one record from now on: that of the smallest id.
    mutating func merge(_ keys: [RecordKey]) {
        let ends = Set(keys.map(survivor(of:))).sorted()
        for key in ends.dropFirst() { merged[key] = ends[0] }
    }

    func survivor(of key: RecordKey) -> RecordKey {
        merged[key].map(survivor(of:)) ?? key
    }

    mutating func newValue(by number: UInt64) -> Int {
        lastValue += 1
        maker[lastValue] = number
        return lastValue
    }

    mutating func newDeed() -> Int {
        lastDeed += 1
        return lastDeed
    }

    mutating func wrote(_ key: RecordKey) {
        lately.removeAll { $0 == key }
        lately = lately.suffix(3) + [key]
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

    /// The followed texts anywhere in bytes of whatever kind: four digits each, whatever byte comes next.
    static func texts(in bytes: [UInt8]) -> Set<Int> {
        var found: Set<Int> = []
        var number = -1
        var digits = 0
        for byte in bytes {
            if number >= 0, byte >= 0x30, byte <= 0x39 {
                number = number * 10 + Int(byte - 0x30)
                digits += 1
                guard digits == 4 else { continue }
                found.insert(number)
            }
            number = byte == 0x76 || byte == 0x78 ? 0 : -1
            digits = 0
        }
        return found
    }

    /// Whether `bytes` hold this sum of money as an encoded value.
    static func holds(_ bytes: [UInt8], money: Int) -> Bool {
        let wanted = ValueCoding.bytes(of: .integer(Int64(money)))
        guard bytes.count >= wanted.count, let first = wanted.first else { return false }
        for start in 0...(bytes.count - wanted.count) where bytes[start] == first {
            if bytes[start..<start + wanted.count].elementsEqual(wanted) { return true }
        }
        return false
    }
}
