import FoundationEssentials
import Glibc
import Synchronization
import SyncWire

/// The unfinished batches of one ambito: what came of each lies in `incoming/<hash>.part`, so that a cut upload goes on
/// at a byte.
///
/// They are a convenience, not the store: nothing is flushed, and a batch is believed only by its hash, once it is
/// whole. All functions wait for the disk.
final class PartFiles: Sendable {
    /// The right to append to one part, until a newer request takes it over.
    struct Lease: Sendable {
        let hash: [UInt8]
        fileprivate let turn: UInt64
    }

    private struct Part {
        var size: Int
        /// Unix milliseconds of the last byte.
        var touchedAt: Int64
        /// Who may append: a connection that is dead without knowing it must not disturb the one that took its place.
        var turn: UInt64
    }

    private struct State {
        var parts: [[UInt8]: Part] = [:]
        var total = 0
        var turn: UInt64 = 0
    }

    private let folder: String
    private let limitBytes: Int
    private let state: Mutex<State>

    /// Looks at what the last run left; what is older than a day goes, and so does what is no part.
    init(
        folder: String, now: Int64, limitBytes: Int = ServiceLimits.partBytes
    ) throws(HubServiceError) {
        try AtomicFile.makeFolder(folder)
        var found = State()
        for name in try DataFolder.names(in: folder) where name.hasSuffix(".part") {
            let path = "\(folder)/\(name)"
            let attributes = try? FileManager.default.attributesOfItem(atPath: path)
            guard let hash = Hash.bytes(name.dropLast(".part".count)), hash.count == Hash.size,
                let size = attributes?[.size] as? Int, let date = attributes?[.modificationDate] as? Date
            else {
                unlink(path)
                continue
            }
            let touchedAt = Int64(date.timeIntervalSince1970 * 1000)
            guard touchedAt > now - ServiceLimits.partMilliseconds else {
                unlink(path)
                continue
            }
            found.parts[hash] = Part(size: size, touchedAt: touchedAt, turn: 0)
            found.total += size
        }
        self.folder = folder
        self.limitBytes = limitBytes
        state = Mutex(found)
    }

    /// How many bytes of a batch are here. Who asks takes it over from whoever was at it: what a dead connection still
    /// brings would otherwise move the end between the question and the upload.
    func size(of hash: [UInt8], now: Int64) -> Int {
        state.withLock { state in
            sweep(&state, now: now)
            state.turn += 1
            state.parts[hash]?.turn = state.turn
            return state.parts[hash]?.size ?? 0
        }
    }

    /// Begins or goes on with a batch, and takes it over from whoever was at it.
    ///
    /// - Throws: `offsetMismatch` when `offset` is not what is here; `size(of:now:)` then says what is.
    func begin(_ hash: [UInt8], offset: Int, total: Int, now: Int64) throws(Problem) -> Lease {
        try state.withLock { state throws(Problem) in
            sweep(&state, now: now)
            if let part = state.parts[hash], part.size > total { drop(hash, &state) }
            let size = state.parts[hash]?.size ?? 0
            guard size == offset else {
                throw Problem(.offsetMismatch, "\(size) bytes of this batch are here, not \(offset): go on at \(size)")
            }
            makeRoom(for: total - size, but: hash, &state)
            guard state.total + total - size <= limitBytes else {
                throw Problem(.hubFault, "too many unfinished batches are waiting at the hub: try again later")
            }
            state.turn += 1
            state.parts[hash] = Part(size: size, touchedAt: now, turn: state.turn)
            return Lease(hash: hash, turn: state.turn)
        }
    }

    /// Keeps the next bytes of a batch.
    ///
    /// - Throws: `offsetMismatch` when a newer request took over; `hubFault` when the disk takes no more, and then what
    ///   came of the batch is given up.
    func append(_ bytes: [UInt8], to lease: Lease, now: Int64) throws(Problem) {
        try state.withLock { state throws(Problem) in
            guard let part = state.parts[lease.hash], part.turn == lease.turn else {
                throw Problem(.offsetMismatch, "a newer request sends this batch: ask how much of it is here")
            }
            guard write(bytes, to: path(lease.hash), isFirst: part.size == 0) else {
                let reason = AtomicFile.reason(errno)
                drop(lease.hash, &state)
                throw Problem(.hubFault, "the hub cannot keep what is sent: \(reason)")
            }
            state.parts[lease.hash] = Part(size: part.size + bytes.count, touchedAt: now, turn: part.turn)
            state.total += bytes.count
        }
    }

    /// What is here of a batch.
    func contents(of lease: Lease) throws(Problem) -> [UInt8] {
        let size = state.withLock { state in
            state.parts[lease.hash].flatMap { $0.turn == lease.turn ? $0.size : nil }
        }
        guard let size else {
            throw Problem(.offsetMismatch, "a newer request sends this batch: ask how much of it is here")
        }
        let bytes: [UInt8]?
        do {
            bytes = size == 0 ? [] : try AtomicFile.read(path(lease.hash), limit: size)
        } catch {
            throw Problem(.hubFault, "the hub cannot read what it kept of the batch")
        }
        return bytes ?? []
    }

    /// Forgets a batch: it is in the store, or was refused.
    func remove(_ lease: Lease) {
        state.withLock { state in
            guard state.parts[lease.hash]?.turn == lease.turn else { return }
            drop(lease.hash, &state)
        }
    }

    private func path(_ hash: [UInt8]) -> String {
        "\(folder)/\(Hash.text(hash)).part"
    }

    private func write(_ bytes: [UInt8], to path: String, isFirst: Bool) -> Bool {
        let flags = O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW | (isFirst ? O_TRUNC : 0)
        let file = open(path, flags, AtomicFile.ownerOnly)
        guard file >= 0 else { return false }
        let isWritten = AtomicFile.writeAll(bytes, to: file)
        let number = errno
        close(file)
        errno = number
        return isWritten
    }

    private func drop(_ hash: [UInt8], _ state: inout State) {
        guard let part = state.parts.removeValue(forKey: hash) else { return }
        state.total -= part.size
        unlink(path(hash))
    }

    private func sweep(_ state: inout State, now: Int64) {
        for (hash, part) in state.parts where part.touchedAt <= now - ServiceLimits.partMilliseconds {
            drop(hash, &state)
        }
    }

    /// The part untouched for longest goes first; one that goes is only sent again.
    private func makeRoom(for bytes: Int, but kept: [UInt8], _ state: inout State) {
        while state.total + bytes > limitBytes {
            let others = state.parts.filter { $0.key != kept && $0.value.size > 0 }
            guard
                let oldest = others.min(by: {
                    ($0.value.touchedAt, $0.value.turn) < ($1.value.touchedAt, $1.value.turn)
                })
            else { return }
            drop(oldest.key, &state)
        }
    }
}
