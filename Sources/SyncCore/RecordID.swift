/// The id of a record: a UUID, 16 bytes, whose only text form is the canonical lower-case one.
///
/// Version 7 where nobody gives one; version 8, derived from the key, in join tables (`sync.md`, *record*).
package struct RecordID: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// Bytes 0-7, big endian.
    package let high: UInt64
    /// Bytes 8-15, big endian.
    package let low: UInt64

    package init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// Reads the canonical text form (36 bytes, lower case), or nothing if it is anything else.
    package init?(canonical text: UnsafeBufferPointer<UInt8>) {
        guard text.count == 36 else { return nil }
        var high: UInt64 = 0
        var low: UInt64 = 0
        var digits = 0
        for index in 0..<36 {
            let byte = text[index]
            if index == 8 || index == 13 || index == 18 || index == 23 {
                guard byte == 0x2D else { return nil }
                continue
            }
            let digit: UInt64
            switch byte {
            case 0x30...0x39: digit = UInt64(byte &- 0x30)
            case 0x61...0x66: digit = UInt64(byte &- 0x57)
            default: return nil
            }
            if digits < 16 { high = high << 4 | digit } else { low = low << 4 | digit }
            digits += 1
        }
        self.init(high: high, low: low)
    }

    /// Reads the canonical text form, or nothing if it is anything else.
    package init?(_ text: some StringProtocol) {
        let read: RecordID?? = text.utf8.withContiguousStorageIfAvailable { RecordID(canonical: $0) }
        let found = read ?? Array(text.utf8).withUnsafeBufferPointer { RecordID(canonical: $0) }
        guard let found else { return nil }
        self = found
    }

    /// Makes a version 8 id of the first 16 bytes of a hash (RFC 9562: version and variant bits replaced).
    package init(version8 hash: some Collection<UInt8>) {
        var high: UInt64 = 0
        var low: UInt64 = 0
        for (index, byte) in hash.prefix(16).enumerated() {
            if index < 8 { high = high << 8 | UInt64(byte) } else { low = low << 8 | UInt64(byte) }
        }
        self.init(
            high: high & 0xFFFF_FFFF_FFFF_0FFF | 0x8000,
            low: low & 0x3FFF_FFFF_FFFF_FFFF | 0x8000_0000_0000_0000)
    }

    package static func < (left: Self, right: Self) -> Bool {
        left.high == right.high ? left.low < right.low : left.high < right.high
    }

    /// Writes the canonical text form into a buffer of 36 bytes.
    package func writeCanonical(to buffer: UnsafeMutableBufferPointer<UInt8>) {
        guard buffer.count >= 36 else { return }
        var place = 0
        for index in 0..<32 {
            if index == 8 || index == 12 || index == 16 || index == 20 {
                buffer[place] = 0x2D
                place += 1
            }
            let word = index < 16 ? high : low
            let digit = UInt8(truncatingIfNeeded: word >> UInt64(60 - 4 * (index & 15)) & 15)
            buffer[place] = digit < 10 ? 0x30 &+ digit : 0x57 &+ digit
            place += 1
        }
    }

    /// Appends the canonical text form, 36 bytes.
    package func appendCanonical(to bytes: inout [UInt8]) {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 36) { buffer in
            writeCanonical(to: buffer)
            bytes.append(contentsOf: buffer)
        }
    }

    /// The 16 bytes, most significant first.
    package var bytes: [UInt8] {
        (0..<16).map { UInt8(truncatingIfNeeded: ($0 < 8 ? high : low) >> UInt64(56 - 8 * ($0 & 7))) }
    }

    package var description: String {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(36)
        appendCanonical(to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }
}
