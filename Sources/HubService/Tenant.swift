import NIOPosix
import SyncCore

/// One ambito as it is served: its store, its unfinished batches, and threads of its own.
///
/// The store and the files wait for the disk. Each ambito has its threads, so that a busy one never makes another wait:
/// one that folds, because a store has one writer; two that read; one for the part files, so that bytes that arrive are
/// kept meanwhile.
final class Tenant: Sendable {
    let hub: any AmbitoHub
    let parts: PartFiles
    private let folding = NIOThreadPool(numberOfThreads: 1)
    private let reading = NIOThreadPool(numberOfThreads: 2)
    private let filing = NIOThreadPool(numberOfThreads: 1)

    init(hub: any AmbitoHub, parts: PartFiles) {
        self.hub = hub
        self.parts = parts
    }

    var ambito: RecordID { hub.ambito }
    var code: String { hub.code }

    func start() {
        for pool in [folding, reading, filing] { pool.start() }
    }

    /// Waits for what runs, and drops what waits.
    func stop() async {
        for pool in [folding, reading, filing] {
            // It fails only for a pool that was stopped before, which is what is wanted.
            try? await pool.shutdownGracefully()
        }
    }

    /// Does what writes to the store, one after the other.
    func fold<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) async throws -> Result {
        try await folding.runIfActive(body)
    }

    /// Does what reads from the store.
    func read<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) async throws -> Result {
        try await reading.runIfActive(body)
    }

    /// Does what touches the part files. A request that is cancelled, because its line was cut, does not take it back:
    /// bytes that have arrived are kept.
    func file<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) async throws -> Result {
        try await withCheckedThrowingContinuation { continuation in
            filing.submit { state in
                switch state {
                case .active: continuation.resume(with: Swift.Result { try body() })
                case .cancelled: continuation.resume(throwing: CancellationError())
                }
            }
        }
    }
}
