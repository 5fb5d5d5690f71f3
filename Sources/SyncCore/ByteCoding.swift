/// Bytes that are not what the format says. Carries where, and what was expected.
package struct MalformedBytes: Error, Equatable, Sendable, CustomStringConvertible {
    package let what: String
    package let offset: Int

    package init(_ what: String, at offset: Int) {
        self.what = what
        self.offset = offset
    }

    package var description: String {
        "malformed bytes at \(offset): \(what)"
    }
}

extension [UInt8] {
    /// Appends an unsigned LEB128 integer: 7 bits a byte, least significant first, in the shortest form.
    package mutating func appendVarint(_ value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        append(UInt8(truncatingIfNeeded: rest))
    }

    /// Appends a signed integer, zigzag coded so that small magnitudes are short.
    package mutating func appendSigned(_ value: Int64) {
        appendVarint(UInt64(bitPattern: value << 1 ^ value >> 63))
    }

    /// Appends a count and the bytes.
    package mutating func appendCounted(_ bytes: [UInt8]) {
        appendVarint(UInt64(bytes.count))
        append(contentsOf: bytes)
    }

    /// Appends 8 bytes, least significant first.
    package mutating func appendFixed(_ value: UInt64) {
        for shift in stride(from: UInt64(0), to: 64, by: 8) { append(UInt8(truncatingIfNeeded: value >> shift)) }
    }

    /// Appends the 16 bytes of an id, most significant first.
    package mutating func appendID(_ id: RecordID) {
        for shift in stride(from: UInt64(56), through: 0, by: -8) {
            append(UInt8(truncatingIfNeeded: id.high >> shift))
        }
        for shift in stride(from: UInt64(56), through: 0, by: -8) { append(UInt8(truncatingIfNeeded: id.low >> shift)) }
    }

    package mutating func appendDot(_ dot: Dot) {
        appendFixed(dot.number.rawValue)
        appendVarint(dot.counter)
    }

    /// Appends a vector: count, then each number (8 bytes) and counter (varint), sorted by number.
    package mutating func appendVector(_ vector: VersionVector) {
        appendVarint(UInt64(vector.entries.count))
        for entry in vector.entries { appendDot(Dot(number: entry.number, counter: entry.counter)) }
    }
}

/// Reads what the appends above wrote; bounds-checked, never traps.
package struct ByteReader: Sendable {
    package let bytes: [UInt8]
    package private(set) var position: Int
    package let end: Int

    package init(_ bytes: [UInt8]) {
        self.init(bytes, from: 0, to: bytes.count)
    }

    /// Reads only the part `from..<to`, which must lie within the bytes (it is brought inside).
    package init(_ bytes: [UInt8], from start: Int, to end: Int) {
        self.bytes = bytes
        self.end = Swift.min(Swift.max(end, 0), bytes.count)
        position = Swift.min(Swift.max(start, 0), self.end)
    }

    package var isAtEnd: Bool { position == end }
    package var remaining: Int { end - position }

    package mutating func byte() throws(MalformedBytes) -> UInt8 {
        guard position < end else { throw MalformedBytes("ends too early", at: position) }
        defer { position += 1 }
        return bytes[position]
    }

    package mutating func varint() throws(MalformedBytes) -> UInt64 {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while true {
            let next = try byte()
            if shift == 63 && next > 1 { throw MalformedBytes("integer over 64 bits", at: position) }
            value |= UInt64(next & 0x7F) << shift
            if next < 0x80 {
                if next == 0 && shift > 0 { throw MalformedBytes("integer not in its shortest form", at: position) }
                return value
            }
            shift += 7
            if shift > 63 { throw MalformedBytes("integer over 64 bits", at: position) }
        }
    }

    package mutating func signed() throws(MalformedBytes) -> Int64 {
        let raw = try varint()
        return Int64(bitPattern: raw >> 1) ^ -Int64(bitPattern: raw & 1)
    }

    /// A count that cannot be more than `limit`, nor more than the bytes that are left.
    package mutating func count(limit: Int, of what: String) throws(MalformedBytes) -> Int {
        let value = try varint()
        guard value <= UInt64(limit) else {
            throw MalformedBytes("\(value) \(what), over the limit of \(limit)", at: position)
        }
        return Int(value)
    }

    /// Skips `count` bytes and returns where they begin.
    package mutating func skip(_ count: Int) throws(MalformedBytes) -> Int {
        guard count >= 0 && count <= end - position else { throw MalformedBytes("ends too early", at: position) }
        defer { position += count }
        return position
    }

    package mutating func take(_ count: Int) throws(MalformedBytes) -> [UInt8] {
        let start = try skip(count)
        return Array(bytes[start..<start + count])
    }

    package mutating func counted(limit: Int, of what: String) throws(MalformedBytes) -> [UInt8] {
        try take(try count(limit: limit, of: what))
    }

    package mutating func fixed() throws(MalformedBytes) -> UInt64 {
        let start = try skip(8)
        var value: UInt64 = 0
        for index in 0..<8 { value |= UInt64(bytes[start + index]) << UInt64(8 * index) }
        return value
    }

    package mutating func id() throws(MalformedBytes) -> RecordID {
        let start = try skip(16)
        var high: UInt64 = 0
        var low: UInt64 = 0
        for index in 0..<8 {
            high = high << 8 | UInt64(bytes[start + index])
            low = low << 8 | UInt64(bytes[start + 8 + index])
        }
        return RecordID(high: high, low: low)
    }

    package mutating func dot() throws(MalformedBytes) -> Dot {
        let number = ReplicaNumber(rawValue: try fixed())
        return Dot(number: number, counter: try varint())
    }

    package mutating func vector() throws(MalformedBytes) -> VersionVector {
        let count = try count(limit: Limits.vectorEntries, of: "entries of a vector")
        var vector = VersionVector()
        var last: ReplicaNumber?
        for _ in 0..<count {
            let dot = try dot()
            if let last, dot.number <= last { throw MalformedBytes("vector not sorted", at: position) }
            guard dot.counter > 0 else { throw MalformedBytes("vector with a zero counter", at: position) }
            vector.formUnion(dot)
            last = dot.number
        }
        return vector
    }
}
