import Foundation
import GRDBSQLite
import Synchronization

/// SQLite's way to the machine, as a run has it: `julianday('now')` is the run's clock, `random()` its chance, and the
/// power can go in the middle of a transaction. All of it on the thread of the run alone.
///
/// The files are real: this lies between SQLite and its own layer for them.
enum SimulatedDisk {
    /// Of one run, which has one thread.
    private struct State {
        var now: Int64
        var chance: Chance
        /// What begins with this has no power when `writesLeft` are done.
        var place: String?
        var writesLeft = 0
        var wasCut = false
    }

    private static let states = Mutex<[pthread_t: State]>([:])
    /// The paths of open files, by where SQLite keeps them.
    private static let paths = Mutex<[UInt: String]>([:])

    /// From now on SQLite asks this for time and chance, on this thread.
    static func begin(seed: UInt64, now: Int64) {
        _ = layer
        states.withLock { $0[pthread_self()] = State(now: now, chance: Chance(seed: ~seed)) }
    }

    static func end() {
        states.withLock { $0[pthread_self()] = nil }
    }

    static func setClock(_ now: Int64) {
        change { $0.now = now }
    }

    /// Nothing on a thread that plays no run.
    @discardableResult
    private static func change<Result: Sendable>(_ body: (inout State) -> Result) -> Result? {
        states.withLock { states in
            guard var state = states[pthread_self()] else { return nil }
            defer { states[pthread_self()] = state }
            return body(&state)
        }
    }

    // MARK: Power

    /// After `writes` more of them nothing is written any more to the files whose path begins with `place`.
    static func cutPower(_ place: String, after writes: Int) {
        change {
            $0.place = place
            $0.writesLeft = writes
            $0.wasCut = false
        }
    }

    /// Power is back.
    static func givePower() {
        change { $0.place = nil }
    }

    /// Whether a write has already failed.
    static var isCut: Bool {
        change { $0.place != nil && $0.wasCut } ?? false
    }

    // SQLite's file: its address is only compared.
    private static func mayWrite(_ file: UnsafeMutableRawPointer) -> Bool {
        change { state in
            guard let place = state.place, paths.withLock({ $0[UInt(bitPattern: file)]?.hasPrefix(place) }) == true
            else { return true }
            guard state.writesLeft > 0 else {
                state.wasCut = true
                return false
            }
            state.writesLeft -= 1
            return true
        } ?? true
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
            guard let now = SimulatedDisk.change({ $0.now }) else {
                return plain.pointee.xCurrentTimeInt64(plain, time)
            }
            // Milliseconds since noon of the first Julian day.
            time.pointee = now + 210_866_760_000_000
            return SQLITE_OK
        }
        sqlite3_vfs_register(layer, 1)
        typealias Entry = @convention(c) () -> Void
        let entry: @convention(c) (OpaquePointer?, UnsafeRawPointer?, UnsafeRawPointer?) -> Int32 = {
            connection, _, _ in
            sqlite3_create_function(
                connection, "random", 0, SQLITE_UTF8 | SQLITE_INNOCUOUS, nil,
                { context, _, _ in
                    let drawn = SimulatedDisk.change { $0.chance.next() } ?? UInt64.random(in: 0...UInt64.max)
                    sqlite3_result_int64(context, Int64(bitPattern: drawn))
                }, nil, nil)
        }
        // SQLite declares the entry without its arguments, and calls it with them.
        sqlite3_auto_extension(unsafeBitCast(entry, to: Entry.self))
        return true
    }()

    /// The methods of SQLite's own layer, each set with the watched one made of it behind it.
    private static let watched = Mutex<[UInt: UInt]>([:])

    // SQLite keeps the file and its methods while it calls; the watched methods stay for good.
    private static func watch(_ file: UnsafeMutablePointer<sqlite3_file>, name: String) {
        guard let methods = file.pointee.pMethods else { return }
        paths.withLock { $0[UInt(bitPattern: file)] = name }
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

    /// SQLite's own methods, which stand behind the watched ones: both stay for good.
    // As long as SQLite has the file open, its methods are those that `watch` has put there.
    private static func plainMethods(
        of file: UnsafeMutablePointer<sqlite3_file>
    ) -> UnsafePointer<sqlite3_io_methods>? {
        guard let own = UnsafeRawPointer(file.pointee.pMethods) else { return nil }
        return UnsafePointer(
            bitPattern: own.load(fromByteOffset: MemoryLayout<sqlite3_io_methods>.stride, as: UInt.self))
    }
}
