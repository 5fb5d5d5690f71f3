import Foundation
import Platform
import ReplicaStore
import ReplicaSync
import SyncCore
import Texts

/// What `zona doctor` looks at on this PC: each function is one line of its answer. None changes anything.
enum DoctorChecks {
    /// Below the first the next sync may not find room; below the second hardly anything does.
    private static let lowDisk: Int64 = 200_000_000
    private static let noDisk: Int64 = 20_000_000
    private static let largeLog: Int64 = 64_000_000
    private static let longWait: Int64 = 7 * 86_400_000

    static func file(_ path: String, _ health: FileHealth) -> DoctorCheck {
        let name = SafeText.line(path)
        guard health.damage.isEmpty else {
            let found = health.damage.prefix(5).map { SafeText.line($0) }.joined(separator: "\n")
            return DoctorCheck(
                "file", .fault, localized("\(name) is damaged:") + "\n" + found,
                remedy: localized(
                    """
                    keep a copy of it, then `zona restore` a backup, or enrol this PC anew under another file name; \
                    what it had sent is at the hub
                    """))
        }
        var facts = stat()
        guard stat(path, &facts) == 0, facts.st_mode & 0o022 == 0 else {
            return DoctorCheck(
                "file", .attention, localized("\(name) is sound, and others on this PC may write it"),
                remedy: "chmod 600 '\(name)'")
        }
        return DoctorCheck("file", .ok, localized("\(name) is sound, \(Words.bytes(Int64(facts.st_size)))"))
    }

    static func place(_ path: String) -> DoctorCheck {
        let move = localized("move the file and its key to a folder of this PC, while no program has it open")
        switch FilePlace(of: path).trouble {
        case nil: return DoctorCheck("place", .ok, localized("on a disk of this PC"))
        case .network(let type):
            return DoctorCheck(
                "place", .attention,
                localized("on a network drive (\(type)): two PCs that open it, or a cut line, may damage it"),
                remedy: move)
        case .synced(let program):
            return DoctorCheck(
                "place", .attention,
                localized("in a folder that \(program) copies while it is written: the copies may be broken or mixed"),
                remedy: move)
        case .noPermissions(let type):
            return DoctorCheck(
                "place", .attention,
                localized("on a disk without permissions (\(type)): whoever holds it can read the key"), remedy: move)
        case .memory(let type):
            return DoctorCheck(
                "place", .attention, localized("in memory (\(type)): it is gone when this PC is switched off"),
                remedy: move)
        }
    }

    static func leftovers(_ path: String) -> DoctorCheck {
        let left = ["-journal", ".zona-new", ".key.new"].map { path + $0 }.filter {
            FileManager.default.fileExists(atPath: $0)
        }
        guard left.isEmpty else {
            return DoctorCheck(
                "leftovers", .attention,
                localized("left by a program that was cut: \(left.map { SafeText.line($0) }.joined(separator: ", "))"),
                remedy: localized("move them away, when no program has the file open"))
        }
        var log = stat()
        if stat(path + "-wal", &log) == 0, Int64(log.st_size) > largeLog {
            return DoctorCheck(
                "leftovers", .attention,
                localized("the write-ahead log beside the file has grown to \(Words.bytes(Int64(log.st_size)))"),
                remedy: localized("close the programs that have the file open: one of them reads without end"))
        }
        return DoctorCheck("leftovers", .ok, localized("none", context: "doctor"))
    }

    static func triggers(_ health: FileHealth, repaired: Bool) -> DoctorCheck {
        let names =
            (health.missingTriggers.map { localized("missing: \($0)") }
            + health.alteredTriggers.map { localized("altered: \($0)") }
            + health.strangeTriggers.map { localized("not Zona's: \(SafeText.line($0))") }).prefix(20)
        if health.tracksEverything && health.strangeTriggers.isEmpty {
            return DoctorCheck("triggers", .ok, localized("all there, as they should be"))
        }
        let what =
            health.isSilenced
            ? localized("switched off: no write is noticed") : localized("not as they should be")
        let found = ([repaired ? localized("\(what); made anew now") : what] + names).joined(separator: "\n")
        guard !repaired else { return DoctorCheck("triggers", .ok, found) }
        return DoctorCheck(
            "triggers", .fault, found, remedy: localized("`zona doctor --repair` makes the triggers anew"))
    }

    static func key(_ path: String, _ condition: KeyCondition) -> DoctorCheck {
        if let fault = condition.fault {
            return DoctorCheck(
                "key", .fault, localized("cannot be used", context: "doctor"), remedy: SafeText.line(fault))
        }
        let file = SafeText.line(ReplicaKey.path(for: path))
        guard !condition.isOpen else {
            return DoctorCheck(
                "key", .attention, localized("others on this PC may read \(file)"), remedy: "chmod 600 '\(file)'")
        }
        return DoctorCheck("key", .ok, localized("the one that the hub certified; only you may read it"))
    }

    static func disk(_ free: Int64?, unwritable: String?) -> DoctorCheck? {
        let room =
            free.map { localized("\(Words.bytes($0)) free", context: "doctor") } ?? localized("free space not known")
        if let unwritable { return DoctorCheck("disk", .fault, room, remedy: SafeText.line(unwritable)) }
        guard let free else { return nil }
        let state: DoctorCheck.State = free < noDisk ? .fault : free < lowDisk ? .attention : .ok
        return DoctorCheck("disk", state, room, remedy: state == .ok ? nil : localized("make room before you sync"))
    }

    /// - Parameter measured: milliseconds to add to this PC's clock, when the hub was met now.
    static func clock(_ state: ReplicaState, measured: Int64?) -> DoctorCheck {
        let offset = measured ?? state.clockOffset
        if let note = ClockNote.text(offset: offset) {
            return DoctorCheck(
                "clock", .attention, note, remedy: localized("let the PC set it by itself: `timedatectl set-ntp true`"))
        }
        guard measured != nil || state.lastContact != nil else {
            return DoctorCheck("clock", .ok, localized("not compared yet: the hub was never met"))
        }
        let seconds = Words.decimal(tenths: Int64(clamping: offset.magnitude / 100))
        return DoctorCheck(
            "clock", .ok,
            measured == nil
                ? localized("\(seconds) s from the hub's, at the last contact")
                : localized("\(seconds) s from the hub's"))
    }

    static func timeZone(_ now: Date) -> DoctorCheck {
        let here = TimeZone.current
        guard let rome = TimeZone(identifier: "Europe/Rome") else {
            return DoctorCheck("time-zone", .ok, here.identifier)
        }
        guard here.secondsFromGMT(for: now) != rome.secondsFromGMT(for: now) else {
            return DoctorCheck("time-zone", .ok, here.identifier)
        }
        return DoctorCheck(
            "time-zone", .attention,
            localized("this PC is set to \(here.identifier): its times are not those of Italy"),
            remedy: "timedatectl set-timezone Europe/Rome")
    }

    /// - Parameter given: what `--proxy` or `ZONA_PROXY` say.
    static func proxy(_ given: String?) -> DoctorCheck {
        let names = ["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"]
        let system = names.lazy.compactMap { name in Environment.value(name).map { (name, $0) } }.first
        guard let address = given ?? system?.1, !address.isEmpty else {
            return DoctorCheck("proxy", .ok, localized("none: straight to the hub"))
        }
        // Up to the @ stands who may use it.
        let start = address.range(of: "://").map { address[..<$0.upperBound] } ?? ""
        let shown = start + (address.dropFirst(start.count).split(separator: "@").last ?? "")
        let from = given == nil ? system?.0 ?? "" : "--proxy, ZONA_PROXY"
        return DoctorCheck("proxy", .ok, "\(SafeText.line(String(shown))) (\(from))")
    }

    static func service(_ path: String) -> DoctorCheck {
        if let process = ServiceLock.holder(of: path) {
            return DoctorCheck("service", .ok, localized("runs, process \(process)"))
        }
        for isSystem in [false, true] {
            guard let unit = try? ServiceUnits.unit(of: path, isSystem: isSystem, proxy: nil),
                FileManager.default.fileExists(atPath: unit.folder + "/" + unit.name)
            else { continue }
            return DoctorCheck(
                "service", .attention, localized("installed, and does not run"),
                remedy: "systemctl \(isSystem ? "" : "--user ")start '\(SafeText.line(unit.name))'")
        }
        return DoctorCheck("service", .ok, localized("none: whoever works here syncs by hand"))
    }

    static func backup(_ path: String, _ pending: [PendingRecord], now: Int64) -> DoctorCheck {
        let note = BackupNote(of: path)
        let last =
            note.map { localized("last backup \(Moment.distance($0.madeAt, now))") }
            ?? localized("no backup", context: "doctor")
        guard !pending.isEmpty else {
            return DoctorCheck("backup", .ok, localized("\(last); nothing waits to be sent, the hub has everything"))
        }
        let waiting = localized(
            pending.count, one: "\(pending.count) record waits to be sent",
            other: "\(pending.count) records wait to be sent")
        // What is given back to a restored hub is nobody's change, and has no time.
        guard let oldest = pending.map(\.changedAt).filter({ $0 > 0 }).min() else {
            return DoctorCheck("backup", .ok, "\(last); \(waiting)")
        }
        let found = localized("\(last); \(waiting), since \(Moment.distance(oldest, now))")
        guard now - oldest > longWait, now - (note?.madeAt ?? 0) > longWait else {
            return DoctorCheck("backup", .ok, found)
        }
        return DoctorCheck(
            "backup", .attention, found, remedy: localized("`zona sync`, or `zona backup --to FOLDER` on another disk"))
    }

    /// - Parameter reached: what came of asking the hub; nothing when nobody asked.
    static func network(_ reached: Result<HubCheck.Answer, SyncFault>?, hub: String) -> DoctorCheck {
        switch reached {
        case nil: return DoctorCheck("network", .ok, localized("not looked at (--offline)"))
        case .success(let answer):
            guard let note = answer.certificateNote else {
                return DoctorCheck(
                    "network", .ok,
                    localized("\(SafeText.line(hub)): name, connection, TLS with the hub's key, and it knows this PC"))
            }
            return DoctorCheck(
                "network", .attention, localized("the hub answers", context: "doctor"), remedy: SafeText.line(note))
        case .failure(let fault):
            let isHarmless = fault.isRetryable || fault.code == .badAddress && hub.isEmpty
            return DoctorCheck(
                "network", isHarmless ? .attention : .fault, CauseText.words(fault.cause),
                remedy: SafeText.line(fault.context))
        }
    }
}
