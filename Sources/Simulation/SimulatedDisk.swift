import Foundation
import GRDBSQLite
import Synchronization

/// SQLite's way to the machine, as a run has it: `julianday('now')` is the run's clock, `random()` its chance, and the
/// power can go in the middle of a transaction. All of it on the thread of the run alone.
///
/// The files are real: this lies between SQLite and its own layer for them.
enum SimulatedDisk {
    private struct State {
        var runner: pthread_t?
        var now: Int64 = 0
        var chance = Chance(seed: 0)
        /// What begins with this has no power when `writesLeft` are done.
        var place: String?
        var writesLeft = 0
        var wasCut = false
        var paths: [UInt: String] = [:]
    }

    private static let state = Mutex(State())

    /// From now on SQLite asks this for time and chance, on this thread.
    static func begin(seed: UInt64, now: Int64) {
        _ = layer
        state.withLock {
            $0.runner = pthread_self()
            $0.now = now
            $0.chance = Chance(seed: seed)
            $0.place = nil
        }
        // SQLite draws its seed again.
        sqlite3_randomness(0, nil)
    }

    static func end() {
        state.withLock {
            $0.runner = nil
            $0.place = nil
        }
        sqlite3_randomness(0, nil)
    }

    static func setClock(_ now: Int64) {
        state.withLock { $0.now = now }
    }

    // MARK: Power

    /// After `writes` more of them nothing is written any more to the files whose path begins with `place`.
    static func cutPower(_ place: String, after writes: Int) {
        state.withLock {
            $0.place = place
            $0.writesLeft = writes
            $0.wasCut = false
        }
    }

    /// Power is back. Says whether it was gone when something wanted to write.
    @discardableResult
    static func givePower() -> Bool {
        state.withLock {
            $0.place = nil
            return $0.wasCut
        }
    }

    /// Whether a write has already failed.
    static var isCut: Bool {
        state.withLock { $0.place != nil && $0.wasCut }
    }

    private static func mayWrite(_ file: UnsafeMutableRawPointer) -> Bool {
        state.withLock { state in
            guard let place = state.place, state.paths[UInt(bitPattern: file)]?.hasPrefix(place) == true else {
                return true
            }
            guard state.writesLeft > 0 else {
                state.wasCut = true
                return false
            }
            state.writesLeft -= 1
            return true
        }
    }

    // MARK: The layer

    /// SQLITE_IOERR_WRITE, whose macro Swift does not see.
    private static let ioFault = SQLITE_IOERR | 3 << 8

    // Set once, before anything runs.
    nonisolated(unsafe) private static let plain = sqlite3_vfs_find(nil)

    /// Made and registered once, for good.
    private static let layer: Bool = {
        guard let plain else { return false }
        let layer = UnsafeMutablePointer<sqlite3_vfs>.allocate(capacity: 1)
        layer.initialize(to: plain.pointee)
        layer.pointee.zName = UnsafePointer(strdup("zona-simulation"))
        layer.pointee.xOpen = { _, name, file, flags, outFlags in
            guard let plain = SimulatedDisk.plain, let file else { return SQLITE_CANTOPEN }
            let code = plain.pointee.xOpen(plain, name, file, flags, outFlags)
            SimulatedDisk.watch(file, name: name.map { String(cString: $0) } ?? "")
            return code
        }
        layer.pointee.xCurrentTimeInt64 = { _, time in
            guard let plain = SimulatedDisk.plain, let time else { return SQLITE_ERROR }
            let now = SimulatedDisk.state.withLock { $0.runner == pthread_self() ? $0.now : nil }
            guard let now else { return plain.pointee.xCurrentTimeInt64(plain, time) }
            // Milliseconds since noon of the first Julian day.
            time.pointee = now + 210_866_760_000_000
            return SQLITE_OK
        }
        layer.pointee.xRandomness = { _, count, bytes in
            guard let plain = SimulatedDisk.plain, let bytes else { return 0 }
            let drawn = SimulatedDisk.state.withLock { state in
                state.runner == pthread_self() ? state.chance.bytes(Int(count)) : nil
            }
            guard let drawn else { return plain.pointee.xRandomness(plain, count, bytes) }
            for (index, byte) in drawn.enumerated() { bytes[index] = CChar(bitPattern: byte) }
            return count
        }
        sqlite3_vfs_register(layer, 1)
        return true
    }()

    /// The methods of SQLite's own layer, each set with the watched one made of it behind it.
    private static let watched = Mutex<[UInt: UInt]>([:])

    private static func watch(_ file: UnsafeMutablePointer<sqlite3_file>, name: String) {
        guard let methods = file.pointee.pMethods else { return }
        state.withLock { $0.paths[UInt(bitPattern: file)] = name }
        let address = UInt(bitPattern: methods)
        let own = watched.withLock { known in
            if let own = known[address] { return own }
            let size = MemoryLayout<sqlite3_io_methods>.stride
            let place = UnsafeMutableRawPointer.allocate(
                byteCount: size + MemoryLayout<UInt>.size, alignment: MemoryLayout<sqlite3_io_methods>.alignment)
            var copy = methods.pointee
            copy.xWrite = { file, bytes, count, offset in
                guard let file, let plain = SimulatedDisk.plainMethods(of: file) else { return SimulatedDisk.ioFault }
                guard SimulatedDisk.mayWrite(file) else { return SimulatedDisk.ioFault }
                return plain.pointee.xWrite(file, bytes, count, offset)
            }
            copy.xTruncate = { file, size in
                guard let file, let plain = SimulatedDisk.plainMethods(of: file) else { return SimulatedDisk.ioFault }
                guard SimulatedDisk.mayWrite(file) else { return SimulatedDisk.ioFault }
                return plain.pointee.xTruncate(file, size)
            }
            place.initializeMemory(as: sqlite3_io_methods.self, to: copy)
            place.storeBytes(of: address, toByteOffset: size, as: UInt.self)
            known[address] = UInt(bitPattern: place)
            return UInt(bitPattern: place)
        }
        file.pointee.pMethods = UnsafePointer(bitPattern: own)
    }

    /// SQLite's own methods, which stand behind the watched ones.
    private static func plainMethods(
        of file: UnsafeMutablePointer<sqlite3_file>
    ) -> UnsafePointer<sqlite3_io_methods>? {
        guard let own = UnsafeRawPointer(file.pointee.pMethods) else { return nil }
        return UnsafePointer(
            bitPattern: own.load(fromByteOffset: MemoryLayout<sqlite3_io_methods>.stride, as: UInt.self))
    }
}
