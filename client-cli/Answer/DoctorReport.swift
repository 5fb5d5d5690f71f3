import Foundation
import ReplicaStore
import ReplicaSync
import SyncCore
import Texts

/// What `zona doctor` found and did, for people and as JSON.
struct DoctorReport {
    let store: ReplicaStore
    let health: FileHealth
    let key: KeyCondition
    let status: ReplicaStatus
    let pending: [PendingRecord]
    let former: [ReplicaStore.FormerNumber]
    /// The proxy that was given.
    let proxy: String?
    let now: Int64
    /// Bytes that are free on the disk of the file.
    var disk: Int64?
    /// What came of asking the hub, when it was asked.
    var contact: Result<HubCheck.Answer, SyncFault>?
    /// The records, when the hub said.
    var comparison: RecordComparison?
    /// The whole file against the hub's digest of the last pull, when it did not.
    var scan: DigestComparison.Result?
    var adopted: EscapedSummary?
    var undone: EscapedSummary?
    var repaired = false

    init(store: ReplicaStore, proxy: String?, now: Int64) throws {
        self.store = store
        self.proxy = proxy
        self.now = now
        health = try store.health()
        key = KeyCondition(of: store)
        status = try store.status()
        pending = try store.pendingRecords()
        former = try store.formerIdentities()
    }

    private var differencesLeft: Int {
        let found = comparison?.differences.count ?? 0
        return max(0, found - (adopted?.done ?? 0) - (undone?.done ?? 0))
    }

    /// In the order in which they are worth reading.
    private var checks: [DoctorCheck] {
        var unwritable: String?
        var network = DoctorChecks.network(contact, hub: status.state.hubURL)
        if case .failure(let fault) = contact, fault.code == .file || fault.code == .noKey {
            // It failed before it came to the network.
            if fault.code == .file { unwritable = fault.context }
            network = DoctorCheck("network", .ok, localized("not looked at: mend what is said above first"))
        }
        var offset: Int64?
        var coming: IdentityEvent?
        if case .success(let answer) = contact { coming = answer.event }
        if case .success(let answer) = contact { offset = answer.clockOffset }
        return [
            DoctorChecks.file(store.path, health), DoctorChecks.place(store.path),
            DoctorChecks.identity(status.state.number, former, coming: coming, now: now),
            DoctorChecks.leftovers(store.path), DoctorChecks.triggers(health, repaired: repaired),
            DoctorChecks.key(store.path, key), DoctorChecks.disk(disk, unwritable: unwritable),
            DoctorChecks.clock(status.state, measured: offset),
            DoctorChecks.timeZone(Date(timeIntervalSince1970: Double(now / 1000))), DoctorChecks.proxy(proxy), network,
            DoctorChecks.service(store.path), DoctorChecks.backup(store.path, pending, now: now), records,
        ].compactMap { $0 }
    }

    private var records: DoctorCheck {
        let lines = comparisonLines.joined(separator: "\n")
        if differencesLeft > 0 {
            return DoctorCheck(
                "records", .fault, lines,
                remedy: localized(
                    """
                    `zona doctor --adopt` sends them as changes of whoever runs it, `zona doctor --undo` puts the \
                    hub's rows back
                    """))
        }
        if let row = comparison?.unnamed.first {
            return DoctorCheck(
                "records", .fault, lines,
                remedy: localized(
                    """
                    the row \(SafeText.line(row.id)) of \(row.table) has an id that is none: insert it anew without \
                    an id, and delete this one
                    """))
        }
        if scan == .differs {
            return DoctorCheck(
                "records", .fault, lines, remedy: localized("`zona doctor` with network says where they differ"))
        }
        return DoctorCheck("records", .ok, lines)
    }

    private var firstFault: DoctorCheck? { checks.first { $0.state == .fault } }
    var isWell: Bool { firstFault == nil }

    /// The one thing to do.
    var remedy: String {
        firstFault.map { $0.remedy ?? $0.says } ?? ""
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
            "key": .optional(key.fault), "disk_free_bytes": disk.map { .integer($0) } ?? .null,
            "identity": identity, "compared": .text(verdict), "unreachable": .optional(unreachable),
            "checks": .array(checks.map(\.json)),
            "left_out": .integer(comparison?.leftOutCount ?? 0),
            "differences": .array((comparison?.differences ?? []).map { Self.json($0) }),
            "unnamed_rows": .array(
                (comparison?.unnamed ?? []).map { .object(["table": .text($0.table), "id": .text($0.id)]) }),
            "adopted": .integer(adopted?.done ?? 0), "undone": .integer(undone?.done ?? 0),
            "changed_meanwhile": .integer((adopted?.left ?? 0) + (undone?.left ?? 0)),
        ])
    }

    private var unreachable: String? {
        guard comparison == nil, case .failure(let fault) = contact else { return nil }
        return fault.context
    }

    private var verdict: String {
        if let comparison { return comparison.differences.isEmpty && comparison.unnamed.isEmpty ? "equal" : "differs" }
        return scan?.rawValue ?? "unknown"
    }

    /// Who this file is and was.
    private var identity: JSONValue {
        let state = status.state
        return .object([
            "number": .text(state.number.description), "incarnation": .text(state.incarnation.description),
            "cursor": .text(state.cursor.description), "schema_version": .integer(state.schemaVersion),
            "clock_offset_ms": .integer(state.clockOffset),
            "former": .array(
                former.map { number in
                    .object([
                        "number": .text(number.number.description),
                        "left_at": number.leftAt.map { .text(Moment.iso($0)) } ?? .null,
                        "cause": .optional(number.cause?.rawValue),
                    ])
                }),
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
        let state = status.state
        let who = localized(
            """
            \(SafeText.line(state.comuneName)), number \(state.number) in the hub's life \(state.incarnation)
            """)
        return ([who] + checks.flatMap(\.lines)).joined(separator: "\n")
    }

    private var comparisonLines: [String] {
        var lines: [String] = []
        if let comparison {
            let open = comparison.leftOutCount
            let count = comparison.differences.count
            lines.append(
                count == 0
                    ? localized("equal to the hub's")
                    : adopted == nil && undone == nil
                        ? localized(count, one: "\(count) differs", other: "\(count) differ")
                        : localized(count, one: "\(count) differed", other: "\(count) differed"))
            if open > 0 {
                lines.append(
                    localized(open, one: "apart from \(open) on the way", other: "apart from \(open) on the way"))
            }
            for difference in comparison.differences.prefix(50) {
                let columns = difference.hub == nil || difference.here == nil ? [] : difference.columns
                let names = columns.isEmpty ? "" : ": \(columns.joined(separator: ", "))"
                lines.append("\(difference.table) \(difference.key.id) \(Self.words(difference))\(names)")
            }
            if count > 50 { lines.append(localized("… and \(count - 50) more: --json names them all")) }
            for row in comparison.unnamed.prefix(20) {
                lines.append(localized("\(row.table) \(SafeText.line(row.id)) has an id that no record can have"))
            }
        } else if let scan {
            lines.append(Self.words(scan))
        }
        if let adopted {
            lines.append(
                localized(
                    adopted.done, one: "adopted \(adopted.done) record: `zona sync` sends it",
                    other: "adopted \(adopted.done) records: `zona sync` sends them"))
        }
        if let undone {
            lines.append(
                localized(
                    undone.done, one: "put back \(undone.done) record: `zona refused list` has yours",
                    other: "put back \(undone.done) records: `zona refused list` has yours"))
        }
        let left = (adopted?.left ?? 0) + (undone?.left ?? 0)
        if left > 0 {
            lines.append(
                localized(
                    left, one: "\(left) record changed meanwhile: run it again",
                    other: "\(left) records changed meanwhile: run it again"))
        }
        return lines
    }

    private static func words(_ difference: DifferingRecord) -> String {
        switch kind(difference) {
        case "missing-here": localized("is missing here", context: "doctor")
        case "only-here": localized("is only here", context: "doctor")
        default: localized("differs", context: "doctor")
        }
    }

    private static func words(_ scan: DigestComparison.Result) -> String {
        switch scan {
        case .equal: localized("equal to what the hub had at the last sync")
        case .differs: localized("NOT what the hub had at the last sync")
        case .waits: localized("not compared: some are on their way; sync first")
        case .unknown: localized("not compared yet: sync first")
        }
    }
}
