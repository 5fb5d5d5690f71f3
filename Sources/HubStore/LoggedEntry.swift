import GRDB
import SQLiteAccess
import SyncCore
import SyncWire

/// One entry of the log as it was written.
struct LoggedEntry: Sendable {
    let entry: Int64
    let kind: String
    let seq: UInt64
    let hash: [UInt8]?
    let at: Int64
    let bytes: [UInt8]
    let decided: [UInt8]
    let chain: [UInt8]

    static func after(_ entry: Int64, _ database: Database) throws -> RawStatement {
        let read = try RawStatement(
            database,
            "SELECT entry, kind, seq, hash, at, bytes, decided, chain FROM log WHERE entry > ?1 ORDER BY entry")
        read.bind(1, entry)
        return read
    }

    init(_ read: RawStatement) {
        entry = read.integer(0)
        kind = read.text(1)
        seq = UInt64(bitPattern: read.integer(2))
        hash = read.isNull(3) ? nil : read.blob(3)
        at = read.integer(4)
        bytes = read.blob(5)
        decided = read.blob(6)
        chain = read.blob(7)
    }

    /// What its `chain` must be behind an entry whose chain is `before`.
    func chain(after before: [UInt8]) -> [UInt8] {
        Self.chain(after: before, kind: kind, seq: seq, at: at, hash: hash, bytes: bytes, decided: decided)
    }

    /// A batch is covered by its hash, so that its bytes may go when they are no longer needed.
    static func chain(
        after before: [UInt8], kind: String, seq: UInt64, at: Int64, hash: [UInt8]?, bytes: [UInt8], decided: [UInt8]
    ) -> [UInt8] {
        var covered = before
        covered.appendCounted(Array(kind.utf8))
        covered.appendVarint(seq)
        covered.appendSigned(at)
        covered.append(contentsOf: hash ?? (bytes.isEmpty ? Hash.none : Hash.of(bytes)))
        covered.appendCounted(decided)
        return Hash.of(covered)
    }
}
