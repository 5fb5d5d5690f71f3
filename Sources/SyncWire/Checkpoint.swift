package import SyncCore

/// The ambito's word for a copy of its hub's file: what the log up to an entry folds to. What is pruned before it can
/// be done without.
package struct Checkpoint: Sendable, Equatable {
    package var ambito: RecordID
    /// The last entry of the log that the copy holds, and the hash of the log there.
    package var entry: Int64
    package var chain: [UInt8]
    /// SHA-256 of the copy's file.
    package var fileHash: [UInt8]
    /// Unix milliseconds.
    package var madeAt: Int64

    package init(ambito: RecordID, entry: Int64, chain: [UInt8], fileHash: [UInt8], madeAt: Int64) {
        self.ambito = ambito
        self.entry = entry
        self.chain = chain
        self.fileHash = fileHash
        self.madeAt = madeAt
    }

    package func frame(key: SigningKey) -> Frame {
        var bytes: [UInt8] = []
        bytes.appendID(ambito)
        bytes.appendSigned(entry)
        bytes.append(contentsOf: chain)
        bytes.append(contentsOf: fileHash)
        bytes.appendSigned(madeAt)
        return Frame(.checkpoint, header: bytes, key: key)
    }

    package init(reading frame: Frame) throws(WireError) {
        self = try frame.readHeader { reader throws(MalformedBytes) in
            let ambito = try reader.id()
            let entry = try reader.signed()
            let chain = try reader.take(Hash.size)
            let fileHash = try reader.take(Hash.size)
            return Checkpoint(
                ambito: ambito, entry: entry, chain: chain, fileHash: fileHash, madeAt: try reader.signed())
        }
    }
}
