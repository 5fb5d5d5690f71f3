import ReplicaStore
import SyncCore

/// What `zona doctor` found and did, for people and as JSON.
struct DoctorReport {
    let store: ReplicaStore
    let health: FileHealth
    var state: ReplicaStatus?
    /// Why the key cannot be used; nothing when it can.
    var key: String?
    /// Bytes that are free on the disk of the file.
    var disk: Int64?
    /// The records, when the hub was asked.
    var comparison: RecordComparison?
    /// The whole file against the hub's digest of the last pull, when it was not.
    var scan: DigestComparison.Result?
    /// Why the hub was not asked.
    var unreachable: String?
    var adopted: EscapedSummary?
    var undone: EscapedSummary?
    var repaired = false

    /// Below this the next sync may not find room.
    private static let lowDisk: Int64 = 200_000_000

    init(store: ReplicaStore, health: FileHealth) {
        self.store = store
        self.health = health
    }

    private var differencesLeft: Int {
        let found = comparison?.differences.count ?? 0
        return max(0, found - (adopted?.done ?? 0) - (undone?.done ?? 0))
    }

    var isWell: Bool {
        health.damage.isEmpty && (health.isSound || repaired) && key == nil && differencesLeft == 0
            && comparison?.unnamed.isEmpty ?? true && scan != .differs
    }

    /// The one thing to do.
    var remedy: String {
        if !health.damage.isEmpty {
            return "the file is damaged: keep a copy, and enrol this PC anew under another file name; "
                + "what it had sent is at the hub"
        }
        if let key { return key }
        if differencesLeft > 0 {
            return "records differ from the hub's: `zona doctor --adopt` sends them as changes of yours, "
                + "`zona doctor --undo` puts the hub's rows back"
        }
        if let row = comparison?.unnamed.first {
            return "the row \(SafeText.line(row.id)) of \(row.table) has an id that is none: "
                + "insert it anew without an id, and delete this one"
        }
        if scan == .differs {
            return "the file differs from what the hub had at the last sync: `zona doctor` with network says where"
        }
        return "writes of other programs are not noticed: `zona doctor --repair` makes the triggers anew"
    }

    // MARK: JSON

    var json: JSONValue {
        .object([
            "file": .text(store.path), "well": .bool(isWell),
            "damage": .array(health.damage.map { .text($0) }),
            "triggers": .object([
                "missing": .array(health.missingTriggers.map { .text($0) }),
                "altered": .array(health.alteredTriggers.map { .text($0) }),
                "strange": .array(health.strangeTriggers.map { .text($0) }), "silenced": .bool(health.isSilenced),
                "repaired": .bool(repaired),
            ]),
            "key": .optional(key), "disk_free_bytes": disk.map { .integer($0) } ?? .null,
            "identity": identity, "compared": .text(verdict), "unreachable": .optional(unreachable),
            "left_out": .integer(comparison?.leftOutCount ?? 0),
            "differences": .array((comparison?.differences ?? []).map { Self.json($0) }),
            "unnamed_rows": .array(
                (comparison?.unnamed ?? []).map { .object(["table": .text($0.table), "id": .text($0.id)]) }),
            "adopted": .integer(adopted?.done ?? 0), "undone": .integer(undone?.done ?? 0),
            "changed_meanwhile": .integer((adopted?.left ?? 0) + (undone?.left ?? 0)),
        ])
    }

    private var verdict: String {
        if let comparison { return comparison.differences.isEmpty && comparison.unnamed.isEmpty ? "equal" : "differs" }
        return scan?.rawValue ?? "unknown"
    }

    /// Who this file is. The place for all that identity has to say.
    private var identity: JSONValue {
        guard let state = state?.state else { return .null }
        return .object([
            "number": .text(state.number.description), "incarnation": .text(state.incarnation.description),
            "cursor": .text(state.cursor.description), "schema_version": .integer(state.schemaVersion),
            "clock_offset_ms": .integer(state.clockOffset),
        ])
    }

    private static func json(_ difference: DifferingRecord) -> JSONValue {
        .object([
            "table": .text(difference.table), "id": .text(difference.key.id.description),
            "kind": .text(kind(difference)), "columns": .array(difference.columns.map { .text($0) }),
        ])
    }

    private static func kind(_ difference: DifferingRecord) -> String {
        difference.here == nil ? "missing-here" : difference.hub == nil ? "only-here" : "changed"
    }

    // MARK: Text

    var text: String {
        var lines = ["file       \(SafeText.line(store.path))\(health.damage.isEmpty ? ": sound" : ": DAMAGED")"]
        lines += health.damage.prefix(5).map { "           \(SafeText.line($0))" }
        lines.append("triggers   \(triggers)")
        lines +=
            (health.missingTriggers.map { "missing    \($0)" } + health.alteredTriggers.map { "altered    \($0)" }
            + health.strangeTriggers.map { "not Zona's \(SafeText.line($0))" }).prefix(20)
        if let key { lines.append("key        \(SafeText.line(key))") }
        if let state = state?.state {
            lines.append("identity   number \(state.number), hub's life \(state.incarnation)")
            if let clock = ClockNote.text(offset: state.clockOffset) { lines.append("clock      \(clock)") }
        }
        if let disk {
            lines.append(
                "disk       \(Words.bytes(disk)) free\(disk < Self.lowDisk ? ": make room before you sync" : "")")
        }
        lines += comparisonLines
        return lines.joined(separator: "\n")
    }

    private var triggers: String {
        if health.isSound { return "all there, as they should be" }
        let switched = health.isSilenced ? "switched off: no write is noticed" : "not as they should be"
        return repaired ? "\(switched); made anew now" : switched
    }

    private var comparisonLines: [String] {
        var lines: [String] = []
        if let unreachable { lines.append("hub        not asked: \(SafeText.line(unreachable))") }
        if let comparison {
            let open = comparison.leftOutCount
            let except = open == 0 ? "" : ", apart from \(Words.count(open, "record")) on the way"
            let count = comparison.differences.count
            lines.append(count == 0 ? "records    equal to the hub's\(except)" : "records    \(count) differ\(except)")
            for difference in comparison.differences.prefix(50) {
                let columns = difference.hub == nil || difference.here == nil ? [] : difference.columns
                let names = columns.isEmpty ? "" : ": \(columns.joined(separator: ", "))"
                lines.append("           \(difference.table) \(difference.key.id) \(Self.words(difference))\(names)")
            }
            if count > 50 { lines.append("           … and \(count - 50) more: --json names them all") }
            for row in comparison.unnamed.prefix(20) {
                lines.append("           \(row.table) \(SafeText.line(row.id)) has an id that no record can have")
            }
        } else if let scan {
            lines.append("records    \(Self.words(scan))")
        }
        if let adopted { lines.append("adopted    \(Words.count(adopted.done, "record")): `zona sync` sends them") }
        if let undone {
            lines.append("undone     \(Words.count(undone.done, "record")): `zona refused list` has yours")
        }
        let left = (adopted?.left ?? 0) + (undone?.left ?? 0)
        if left > 0 { lines.append("left       \(Words.count(left, "record")) changed meanwhile: run it again") }
        return lines
    }

    private static func words(_ difference: DifferingRecord) -> String {
        switch kind(difference) {
        case "missing-here": "is missing here"
        case "only-here": "is only here"
        default: "differs"
        }
    }

    private static func words(_ scan: DigestComparison.Result) -> String {
        switch scan {
        case .equal: "equal to what the hub had at the last sync"
        case .differs: "NOT what the hub had at the last sync"
        case .waits: "not compared: some are on their way; sync first"
        case .unknown: "not compared yet: sync first"
        }
    }
}
