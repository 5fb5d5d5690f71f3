/// One of SQLite's five storage classes. Text is bytes: it is never normalised or compared as a Swift `String`.
package enum Value: Hashable, Sendable {
    case null
    case integer(Int64)
    case real(Double)
    case text([UInt8])
    case blob([UInt8])

    package static func text(_ string: String) -> Value {
        .text(Array(string.utf8))
    }
}

/// The bytes of a value, the same in rows, batches, pages and registers (`docs/protocol.md`, *Values*).
///
/// A varint holds kind (3 low bits) and a number x; then bytes as the kind says. Each value has exactly one form,
/// so values are equal when their bytes are.
///
/// | kind | value | x | bytes after |
/// |---|---|---|---|
/// | 0 | NULL | 0 | |
/// | 1 | integer of at most 61 bits | zigzag | |
/// | 2 | real, neither NaN nor -0.0 | 0 | 8, IEEE 754, least significant first |
/// | 3 | text | length | UTF-8 |
/// | 4 | BLOB | length | as they are |
/// | 5 | other integers | 0 | 8, two's complement, least significant first |
/// | 6 | text that is a canonical UUID | 0 | 16 |
package enum ValueCoding {
    package static let null: [UInt8] = [0]

    package static func appendInteger(_ value: Int64, to bytes: inout [UInt8]) {
        let zigzag = UInt64(bitPattern: value << 1 ^ value >> 63)
        if zigzag < 1 << 61 {
            bytes.appendVarint(zigzag << 3 | 1)
        } else {
            bytes.append(5)
            bytes.appendFixed(UInt64(bitPattern: value))
        }
    }

    /// What SQLite does not keep is written as what it makes of it: NaN as NULL, -0.0 as 0.0.
    package static func appendReal(_ value: Double, to bytes: inout [UInt8]) {
        guard !value.isNaN else { return bytes.append(0) }
        bytes.append(2)
        bytes.appendFixed(value == 0 ? 0 : value.bitPattern)
    }

    /// The text's bytes are the caller's for the length of the call: they are copied to the end of `bytes`.
    package static func appendText(_ text: UnsafeBufferPointer<UInt8>, to bytes: inout [UInt8]) {
        if text.count == 36, let id = RecordID(canonical: text) {
            bytes.append(6)
            bytes.appendID(id)
        } else {
            bytes.appendVarint(UInt64(text.count) << 3 | 3)
            bytes.append(contentsOf: text)
        }
    }

    /// The blob's bytes are the caller's for the length of the call: they are copied to the end of `bytes`.
    package static func appendBlob(_ blob: UnsafeBufferPointer<UInt8>, to bytes: inout [UInt8]) {
        bytes.appendVarint(UInt64(blob.count) << 3 | 4)
        bytes.append(contentsOf: blob)
    }

    package static func append(_ value: Value, to bytes: inout [UInt8]) {
        switch value {
        case .null: bytes.append(0)
        case .integer(let integer): appendInteger(integer, to: &bytes)
        case .real(let real): appendReal(real, to: &bytes)
        case .text(let text): text.withUnsafeBufferPointer { appendText($0, to: &bytes) }
        case .blob(let blob): blob.withUnsafeBufferPointer { appendBlob($0, to: &bytes) }
        }
    }

    package static func bytes(of value: Value) -> [UInt8] {
        var bytes: [UInt8] = []
        append(value, to: &bytes)
        return bytes
    }

    /// The bytes of several values, one after the other.
    package static func bytes(of values: [Value]) -> [UInt8] {
        var bytes: [UInt8] = []
        for value in values { append(value, to: &bytes) }
        return bytes
    }
}

/// One value as it lies in a reader's bytes: its class, its number, and where its bytes are. Nothing is copied.
package struct RawValue: Sendable {
    package enum Kind: UInt8, Sendable { case null = 0, integer, real, text, blob, wideInteger, uuid }

    package let kind: Kind
    /// The integer, or the bit pattern of the real.
    package let number: Int64
    /// The bytes of text, BLOB or UUID within the reader's bytes.
    package let range: Range<Int>
}

extension ByteReader {
    /// Reads one value, refusing every form but the one that `ValueCoding` writes.
    package mutating func rawValue() throws(MalformedBytes) -> RawValue {
        let head = try varint()
        let x = head >> 3
        guard let kind = RawValue.Kind(rawValue: UInt8(head & 7)) else {
            throw MalformedBytes("unknown kind of value", at: position)
        }
        switch kind {
        case .null, .real, .wideInteger, .uuid:
            guard x == 0 else { throw MalformedBytes("value not in its one form", at: position) }
        case .integer, .text, .blob:
            break
        }
        switch kind {
        case .null:
            return RawValue(kind: .null, number: 0, range: position..<position)
        case .integer:
            return RawValue(
                kind: .integer, number: Int64(bitPattern: x >> 1) ^ -Int64(bitPattern: x & 1),
                range: position..<position)
        case .real:
            let bits = try fixed()
            guard !Double(bitPattern: bits).isNaN && bits != 1 << 63 else {
                throw MalformedBytes("real that SQLite does not keep", at: position)
            }
            return RawValue(kind: .real, number: Int64(bitPattern: bits), range: position..<position)
        case .wideInteger:
            let number = Int64(bitPattern: try fixed())
            guard UInt64(bitPattern: number << 1 ^ number >> 63) >= 1 << 61 else {
                throw MalformedBytes("integer not in its shortest form", at: position)
            }
            return RawValue(kind: .integer, number: number, range: position..<position)
        case .text, .blob:
            guard x <= UInt64(Limits.changeBytes) else { throw MalformedBytes("value over the limit", at: position) }
            let start = try skip(Int(x))
            if kind == .text && x == 36 && isCanonicalID(at: start) {
                throw MalformedBytes("UUID not in its 16 bytes", at: start)
            }
            return RawValue(kind: kind, number: 0, range: start..<position)
        case .uuid:
            let start = try skip(16)
            return RawValue(kind: .uuid, number: 0, range: start..<position)
        }
    }

    /// Skips one value, checking its form.
    package mutating func skipValue() throws(MalformedBytes) {
        _ = try rawValue()
    }

    package mutating func value() throws(MalformedBytes) -> Value {
        let raw = try rawValue()
        switch raw.kind {
        case .null: return .null
        case .integer, .wideInteger: return .integer(raw.number)
        case .real: return .real(Double(bitPattern: UInt64(bitPattern: raw.number)))
        case .text: return .text(Array(bytes[raw.range]))
        case .blob: return .blob(Array(bytes[raw.range]))
        case .uuid:
            var text: [UInt8] = []
            id(at: raw.range.lowerBound).appendCanonical(to: &text)
            return .text(text)
        }
    }

    /// The id whose 16 bytes begin at `offset`, which `rawValue()` has checked.
    package func id(at offset: Int) -> RecordID {
        var high: UInt64 = 0
        var low: UInt64 = 0
        for index in 0..<8 {
            high = high << 8 | UInt64(bytes[offset + index])
            low = low << 8 | UInt64(bytes[offset + 8 + index])
        }
        return RecordID(high: high, low: low)
    }

    private func isCanonicalID(at start: Int) -> Bool {
        // The rebased view is read within the closure, and the array outlives that.
        bytes.withUnsafeBufferPointer {
            RecordID(canonical: UnsafeBufferPointer(rebasing: $0[start..<start + 36])) != nil
        }
    }
}
