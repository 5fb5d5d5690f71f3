import SyncCore

/// A conflict that the hub lists: what `Merge` must be told of it, and the value that lost.
struct ListedConflict: Hashable {
    let conflict: OpenConflict
    let values: [UInt8]
}

/// What the hub's store does around `Merge` for one record: its vector, the record's dot, the list of conflicts. No file.
struct HubWorld {
    static let number = ReplicaNumber(rawValue: 1 << 62)

    let table: TableDescription
    private(set) var state: RecordState?
    private(set) var recordDot: Dot?
    private(set) var vector = VersionVector()
    private(set) var listed: [ListedConflict] = []
    private(set) var decided: Set<RecordID> = []
    /// Under which dot each loser was listed first.
    private var listings: [RecordID: Dot] = [:]
    private(set) var dormant: [DormantConflict] = []
    /// What the list said of each loser last.
    private var said: [RecordID: ListedConflict] = [:]
    private(set) var last: MergeOutcome?

    init(_ table: TableDescription) {
        self.table = table
    }

    /// The id under which a loser is listed: made of its dot and its group.
    static func conflictID(group: Int, loser: Dot) -> RecordID {
        RecordID(high: loser.number.rawValue, low: UInt64(group) << 48 | loser.counter)
    }

    mutating func deliver(
        _ change: Change, stamp: Stamp, unseen: UnseenColumns? = nil, unions: RecordUnions? = nil
    ) throws {
        let isKnown = vector.covers(stamp.context.vector)
        vector.formUnion(change.dot)
        let outcome = try Merge.outcome(
            of: change, stamp: stamp, on: state, recordDot: recordDot, in: table, open: listed.map(\.conflict),
            dormant: dormant, contextIsKnown: isKnown, unseen: unseen, unions: unions)
        state = outcome.state
        if outcome.isPlain && !outcome.hasUnseen {
            recordDot = change.dot
        } else {
            let fresh = Dot(number: Self.number, counter: vector[Self.number] + 1)
            vector.formUnion(fresh)
            recordDot = fresh
        }
        listed.removeAll { outcome.closed.contains($0.conflict) }
        settleDormant(outcome)
        for conflict in change.decides {
            decided.insert(conflict.conflict)
        }
        for loss in outcome.listed { list(loss, under: recordDot) }
        for loss in outcome.listedForGood { list(loss, under: nil) }
        listed.removeAll { decided.contains(Self.conflictID(group: $0.conflict.group, loser: $0.conflict.loser)) }
        last = outcome
    }

    private mutating func list(_ loss: MergeOutcome.Loss, under dot: Dot?) {
        let id = Self.conflictID(group: loss.group, loser: loss.sibling.stamp.dot)
        let first = dot.map { listings[id] ?? $0 }
        listings[id] = first
        let conflict = OpenConflict(group: loss.group, loser: loss.sibling.stamp.dot, listedUnder: first)
        listed.removeAll { $0.conflict.group == conflict.group && $0.conflict.loser == conflict.loser }
        listed.append(ListedConflict(conflict: conflict, values: loss.sibling.values))
        dormant.removeAll { $0.group == conflict.group && $0.loser == conflict.loser }
        said[id] = listed.last
    }

    private mutating func settleDormant(_ outcome: MergeOutcome) {
        for conflict in outcome.dormant {
            guard let first = conflict.listedUnder, let shown = recordDot else { continue }
            dormant.append(
                DormantConflict(group: conflict.group, loser: conflict.loser, listedUnder: first, shownUnder: shown))
        }
        for (conflict, isOpenAgain) in outcome.woken {
            dormant.removeAll { $0 == conflict }
            let id = Self.conflictID(group: conflict.group, loser: conflict.loser)
            if isOpenAgain, !decided.contains(id), let before = said[id] { listed.append(before) }
        }
    }

    var isShown: Bool { state.map { !$0.isDeleted } ?? false }

    /// What people see, and what they are told: comparable between worlds, for the hub's own dots are left out.
    var summary: WorldSummary {
        WorldSummary(
            row: state.map { $0.row.bytes } ?? [], isDeleted: state?.isDeleted ?? true,
            open: Set(
                listed.map { WorldSummary.Loser(group: $0.conflict.group, dot: $0.conflict.loser, values: $0.values) }))
    }
}

/// The row that shows, whether the record is deleted, and the losers that stand open.
struct WorldSummary: Hashable {
    struct Loser: Hashable {
        let group: Int
        let dot: Dot
        let values: [UInt8]
    }

    var row: [UInt8]
    var isDeleted: Bool
    var open: Set<Loser>
}
