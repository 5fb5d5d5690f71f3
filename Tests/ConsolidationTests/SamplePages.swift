import SyncCore
import SyncWire

/// Pages as a hub gives them to the sample's replica.
enum SamplePages {
    static func page(
        from: UInt64, to: UInt64, isComplete: Bool = true, isCapofila: Bool = true,
        _ fill: (inout PageBuilder) -> Void = { _ in }
    ) -> Frame {
        var builder = PageBuilder()
        fill(&builder)
        let header = PageHeader(
            hub: HubState(
                ambito: SampleAmbito.ambito, incarnation: SampleAmbito.incarnation, number: SampleAmbito.number,
                foldedCounter: 0, storedCounter: 0, storedHash: Hash.none, durableCounter: 0),
            comune: SampleAmbito.alba, isCapofila: isCapofila, schemaVersion: 1, from: from, to: to,
            end: isComplete
                ? PageEnd(vector: VersionVector(), logHash: Hash.none, highestTime: HybridTime(rawValue: 0)) : nil)
        // 32 bytes always make a key.
        return builder.frame(header: header, key: SigningKey(seed: Hash.none)!)
    }
}

extension PageBuilder {
    mutating func append(_ key: RecordKey, _ row: Row) {
        row.bytes.withUnsafeBufferPointer { append(key, .row, row: $0) }
    }
}
