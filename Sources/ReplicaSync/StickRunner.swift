import Bundles
package import ReplicaStore
import SyncCore
import SyncSession
import Texts
package import SyncWire

/// What an export wrote.
package struct StickExport: Sendable {
    package var path = ""
    package var bytes: Int64 = 0
    package var batches = 0
    /// Of these, batches of an earlier life of the hub, which it may lack.
    package var givenBack = 0
    package var captured = CaptureSummary()
}

/// A sync whose line is a stick: writes a bundle for the hub, and takes what comes back (`StickRunner+Import`). One at
/// a time with every other sync of the file.
package struct StickRunner: Sendable {
    let store: ReplicaStore
    let key: SigningKey

    package init(store: ReplicaStore, key: SigningKey) {
        self.store = store
        self.key = key
    }

    /// Captures, and writes all that this file does not know the hub to have.
    ///
    /// - Parameters:
    ///   - place: a folder that is there, or the file's name.
    ///   - now: the PC's clock, Unix milliseconds.
    ///   - onProgress: is given the bytes written so far.
    package func export(
        to place: String, now: Int64, onProgress: ((Int64) -> Void)? = nil
    ) throws(SyncFault) -> StickExport {
        let lock = try SyncLock(path: store.path + ".lock")
        defer { lock.release() }
        let hub = try stored { store throws(ReplicaStoreError) in try store.hubSealingKey().key }
        guard let hub else {
            throw SyncFault(
                .noKey,
                localized(
                    """
                    this file does not know the hub's key for bundles yet: run `zona sync` once, or take the \
                    hub's invitation with `zona bundle import` (`zona-server invite --stick` writes one)
                    """))
        }
        var done = StickExport()
        done.captured = try stored { [key] store throws(ReplicaStoreError) in try store.capture(key: key, now: now) }
        let state = try stored { store throws(ReplicaStoreError) in try store.state() }
        let header = BundleHeader(
            content: .changes, ambito: state.ambito, sender: key.publicKey, recipient: hub,
            schemaVersion: state.schemaVersion, madeAt: now, ambitoCode: state.ambitoCode,
            comuneName: state.comuneName, encapsulatedKey: [])
        // Dropped without being finished, it leaves nothing on the stick.
        let writer = try onStick { () throws(StickError) in
            let path = try StickPath.path(in: place, as: StickPath.name("from", of: state.comuneName))
            return try BundleWriter(path, header: header, key: key)
        }
        try frames { frame, isGivenBack throws(SyncFault) in
            try Self.refuseWhenCancelled(localized("stopped: nothing was written. Run the same command again"))
            try onStick { () throws(StickError) in try writer.add(frame) }
            done.givenBack += isGivenBack ? 1 : 0
            onProgress?(writer.bytesWritten)
        }
        // Beside the sender's card and the greeting.
        done.batches = writer.frames - 2
        try onStick { () throws(StickError) in try writer.finish() }
        (done.path, done.bytes) = (writer.path, writer.bytesWritten)
        return done
    }

    /// What a bundle for the hub holds behind the card: the greeting, and what this file does not know the hub to have.
    ///
    /// Until the file has compared itself with a restored hub it does not know what that hub lacks, and gives back all
    /// that it has kept.
    package func frames(
        _ take: (_ frame: [UInt8], _ isGivenBack: Bool) throws(SyncFault) -> Void
    ) throws(SyncFault) {
        let state = try stored { store throws(ReplicaStoreError) in try store.state() }
        try take(try greeting().frame(key: key).bytes, false)
        var place: Int64 = 0
        while state.rescueEpoch != nil {
            let after = place
            let former = try stored { store throws(ReplicaStoreError) in try store.formerBatch(after: after) }
            guard let former else { break }
            place = former.place
            try take(former.bytes, true)
        }
        var counter = state.acknowledgedCounter
        while true {
            let after = counter
            let batch = try stored { store throws(ReplicaStoreError) in try store.batch(after: after) }
            guard let batch else { break }
            counter = batch.lastCounter
            try take(batch.bytes, false)
        }
        let last = counter
        try stored { store throws(ReplicaStoreError) in try store.offer(through: last) }
    }

    private func greeting() throws(SyncFault) -> ClientGreeting {
        try stored { store throws(ReplicaStoreError) in try store.greeting(answering: ClientGreeting.stickNonce) }
    }

    static func refuseWhenCancelled(_ context: String) throws(SyncFault) {
        guard !Task.isCancelled else { throw SyncFault(.cancelled, context) }
    }

    func onStick<Result>(_ body: () throws(StickError) -> Result) throws(SyncFault) -> Result {
        do throws(StickError) { return try body() } catch { throw SyncFault(error) }
    }

    func stored<Result>(_ body: (ReplicaStore) throws(ReplicaStoreError) -> Result) throws(SyncFault) -> Result {
        do throws(ReplicaStoreError) { return try body(store) } catch { throw SyncFault(error) }
    }
}
