import SyncCore

/// The bytes of `record.state`: the base stamp, then the registers. The winner's values are not written: the row
/// shows them.
struct RecordStateCoding {
    /// So many dots a stamp may name.
    private static let namedLimit = Limits.decisionDots * 10
    /// The flag of a stamp that names the record which its change was written to.
    private static let ofAnother: UInt8 = 128

    let contexts: ContextTable

    func encode(_ state: RecordState) throws -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.append(state.base == nil ? 0 : 1)
        if let base = state.base { try append(base, to: &bytes) }
        bytes.appendVarint(UInt64(state.registers.count))
        for register in state.registers {
            bytes.appendVarint(UInt64(register.group))
            bytes.appendVarint(UInt64(register.siblings.count))
            for sibling in register.siblings {
                try append(sibling.stamp, to: &bytes)
                bytes.appendCounted(sibling.values)
            }
        }
        return bytes
    }

    private func append(_ stamp: Stamp, to bytes: inout [UInt8]) throws {
        bytes.appendDot(stamp.dot)
        bytes.appendFixed(stamp.time.rawValue)
        bytes.appendVarint(UInt64(stamp.author))
        // What a merge joined is not kept yet.
        let context = stamp.context.reference == 0 ? try contexts.context(of: stamp.context.vector) : stamp.context
        bytes.appendVarint(UInt64(context.reference))
        bytes.append(
            stamp.side.rawValue << 2 | (stamp.isCopy ? 1 : 0) | (stamp.named.isEmpty ? 0 : 2)
                | (stamp.record == nil ? 0 : Self.ofAnother))
        if let record = stamp.record { bytes.appendID(record) }
        if !stamp.named.isEmpty {
            let named = stamp.named.suffix(Self.namedLimit)
            bytes.appendVarint(UInt64(named.count))
            for dot in named { bytes.appendDot(dot) }
        }
    }

    func decode(_ bytes: [UInt8], row: SyncCore.Row, isDeleted: Bool) throws -> RecordState {
        var reader = ByteReader(bytes)
        let base = try reader.byte() == 1 ? try stamp(&reader) : nil
        var registers: [Register] = []
        for _ in 0..<(try reader.count(limit: Limits.columns + 2, of: "registers")) {
            let group = try reader.count(limit: Limits.columns + 2, of: "as group")
            var siblings: [Sibling] = []
            for _ in 0..<(try reader.count(limit: 100_000, of: "siblings")) {
                let stamp = try stamp(&reader)
                siblings.append(
                    Sibling(stamp: stamp, values: try reader.counted(limit: Limits.changeBytes * 2, of: "bytes")))
            }
            registers.append(Register(group: group, siblings: siblings))
        }
        return RecordState(base: base, registers: registers, row: row, isDeleted: isDeleted)
    }

    private func stamp(_ reader: inout ByteReader) throws -> Stamp {
        let dot = try reader.dot()
        let time = HybridTime(rawValue: try reader.fixed())
        let author = Int64(try reader.varint())
        let context = try contexts.context(Int64(try reader.varint()))
        let flags = try reader.byte()
        let record = flags & Self.ofAnother == 0 ? nil : try reader.id()
        var named: [Dot] = []
        if flags & 2 == 2 {
            for _ in 0..<(try reader.count(limit: Self.namedLimit, of: "dots")) {
                named.append(try reader.dot())
            }
        }
        return Stamp(
            dot: dot, time: time, author: author, context: context,
            side: WriterSide(rawValue: (flags & ~Self.ofAnother) >> 2),
            isCopy: flags & 1 == 1, named: named, record: record)
    }
}
