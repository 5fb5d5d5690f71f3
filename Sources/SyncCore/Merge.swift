/// The one place where a winner is chosen. Pure: the same state and change give the same outcome, and concurrent
/// changes give the same rows and open conflicts in every order (`docs/merge-rules.md` names the laws and their tests).
package struct Merge: Sendable {
    private let table: TableDescription
    let change: Change
    private let stamp: Stamp
    let open: [OpenConflict]
    let dormant: [DormantConflict]
    private let recordDot: Dot?
    let contextIsKnown: Bool
    private let unseen: UnseenColumns?
    let unions: RecordUnions?
    private let oldSlices: [ArraySlice<UInt8>]
    private let carriedSlices: [(column: Int, value: ArraySlice<UInt8>)]
    var outcome: MergeOutcome

    /// - Parameters:
    ///   - change: authorised and validated: its values are well formed and belong to `table`.
    ///   - stamp: the change's stamp as accepted.
    ///   - state: the record as it is, or nothing if the hub has none.
    ///   - recordDot: the dot that the record has now.
    ///   - open: the record's open conflicts.
    ///   - dormant: those that closed because their loser came to show.
    ///   - contextIsKnown: whether the hub has every dot that the change's context covers.
    ///   - unseen: columns that the change's writer had not seen, whatever his context covers.
    ///   - unions: which other records were merged into this one.
    package static func outcome(
        of change: Change, stamp: Stamp, on state: RecordState?, recordDot: Dot?, in table: TableDescription,
        open: [OpenConflict], dormant: [DormantConflict] = [], contextIsKnown: Bool, unseen: UnseenColumns? = nil,
        unions: RecordUnions? = nil
    ) throws(MalformedBytes) -> MergeOutcome {
        let isWhole = change.operation == .insert && change.carried == .first(change.carried.count)
        let writesUnseen = unseen.map { !$0.columns.intersection(change.carried).isEmpty } ?? false
        if state == nil && isWhole && !writesUnseen && !change.isFilled && !change.isCopy && change.decides.isEmpty {
            return fresh(change, stamp: stamp)
        }
        var merge = try Merge(
            change, stamp: stamp, on: state, recordDot: recordDot, in: table, open: open, dormant: dormant,
            contextIsKnown: contextIsKnown, unseen: unseen, unions: unions)
        try merge.writeAll()
        return merge.outcome
    }

    /// The first insert of a record: nothing to compare, nothing to copy but the bytes.
    private static func fresh(_ change: Change, stamp: Stamp) -> MergeOutcome {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(change.values.count + 2)
        bytes.appendVarint(UInt64(change.carried.count))
        bytes.append(contentsOf: change.values)
        let state = RecordState(base: stamp, registers: [], row: Row(uncheckedBytes: bytes), isDeleted: false)
        return MergeOutcome(state: state, isPlain: true)
    }

    private init(
        _ change: Change, stamp: Stamp, on state: RecordState?, recordDot: Dot?, in table: TableDescription,
        open: [OpenConflict], dormant: [DormantConflict], contextIsKnown: Bool, unseen: UnseenColumns?,
        unions: RecordUnions?
    ) throws(MalformedBytes) {
        self.table = table
        self.change = change
        self.stamp = stamp
        self.open = open
        self.dormant = dormant
        self.recordDot = recordDot
        self.contextIsKnown = contextIsKnown
        self.unseen = unseen
        self.unions = unions
        let state = state ?? RecordState(base: nil, registers: [], row: .empty, isDeleted: false)
        oldSlices = try state.row.slices()
        var reader = ByteReader(change.values)
        var carried: [(column: Int, value: ArraySlice<UInt8>)] = []
        for column in change.carried.columns {
            let start = reader.position
            try reader.skipValue()
            carried.append((column, change.values[start..<reader.position]))
        }
        carriedSlices = carried
        outcome = MergeOutcome(state: state, isPlain: true)
    }

    private mutating func writeAll() throws(MalformedBytes) {
        if let recordDot, !stamp.context.covers(recordDot, ownDot: change.dot) { outcome.isPlain = false }
        if let unseen, !unseen.columns.intersection(.first(oldSlices.count)).isEmpty { outcome.hasUnseen = true }
        if change.operation == .delete {
            write(group: ColumnGroup.existence, values: RecordState.deleted, stamp: stamp)
        } else {
            write(group: ColumnGroup.existence, values: RecordState.present, stamp: stamp)
            for group in table.groups where writes(group) {
                write(group: group.index, values: newValues(of: group.columns), stamp: stamp)
            }
            if change.isFilled { fillAll() }
        }
        show()
        gather()
    }

    /// Whether the change writes this group: an insert writes all it carries; an update the row group, and others
    /// where it changed them.
    private func writes(_ group: ColumnGroup) -> Bool {
        if change.operation == .insert && !change.isFilled || group.index == ColumnGroup.wholeRow {
            return !group.columns.intersection(change.carried).isEmpty
        }
        return !group.columns.intersection(change.changed).isEmpty
    }

    /// What the user did not change but carried along: a copy, where nothing better is known: nothing, copies, or
    /// changes that had given way to it on his screen. An insert carries along what was given back as a copy before its
    /// giver wrote to the record: all the rest is one still, and listed where it loses.
    private mutating func fillAll() {
        var weak = stamp
        weak.isCopy = !Mutant.isOn(.fillWeak)
        for group in table.groups where !writes(group) && !group.columns.intersection(change.carried).isEmpty {
            let values = newValues(of: group.columns)
            weak.context = context(of: group.index) ?? stamp.context
            let isBetter = siblings(of: group.index).allSatisfy {
                $0.stamp.isCopy || $0.values != values && saw(weak, $0.stamp)
            }
            if isBetter || change.operation == .insert { write(group: group.index, values: values, stamp: weak) }
        }
    }

    private mutating func write(group: Int, values: [UInt8], stamp: Stamp) {
        var stamp = stamp
        stamp.context = context(of: group) ?? stamp.context
        stamp.isCopy = (stamp.isCopy || change.isCopy) && !Mutant.isOn(.weak)
        stamp.named = Mutant.isOn(.named) ? [] : change.decides.filter { $0.group == group }.flatMap(\.dots)
        let present = siblings(of: group)
        let written = Sibling(stamp: stamp, values: values)
        if present.contains(where: { $0.stamp.dot == stamp.dot || saw($0, written, of: group) }) {
            outcome.isPlain = false
            if !stamp.isCopy { learn(from: written, of: group, present: present) }
            return
        }
        var gone = present.filter {
            saw(written, $0, of: group) || Mutant.isOn(.laterWins) && $0.stamp.time < stamp.time
        }
        if stamp.isCopy {
            guard writeCopy(group: group, values: values, stamp: stamp, present: present, gone: &gone) else { return }
        } else {
            for sibling in present where sibling.stamp.isCopy && !saw(stamp, sibling.stamp) {
                gone.append(sibling)
                outcome.isPlain = false
                if sibling.values != values, !isSeenElsewhere(sibling, by: stamp, among: present) {
                    outcome.listedForGood.append(.init(group: group, sibling: sibling))
                }
            }
        }
        let goneDots = gone.map(\.stamp.dot)
        let kept = present.filter { !goneDots.contains($0.stamp.dot) }
        if !kept.isEmpty { outcome.isPlain = false }
        closeReplaced(gone, of: group, by: stamp, beside: kept)
        if !stamp.isCopy { wake(group, by: stamp) }
        for sibling in gone where sibling.values != values {
            outcome.replaced.append(.init(group: group, sibling: sibling))
        }
        let later = stamp.after(gone.map(\.stamp))
        let wiser =
            stamp.isCopy
            ? later.standing(for: gone.map(\.stamp), of: group) : later.knowing(gone.map(\.stamp), of: group)
        var all = kept + [Sibling(stamp: wiser, values: values)]
        all.sort { $0.stamp.dot < $1.stamp.dot }
        outcome.state.set(Register(group: group, siblings: all))
        relist(group: group)
    }

    /// Older news for a group. A decision that named it without having seen what it replaced learns of that now, and
    /// what it replaced goes: so it would be, had it come before the decision.
    private mutating func learn(from written: Sibling, of group: Int, present: [Sibling]) {
        let stamp = written.stamp
        let gone = present.filter { saw(written, $0, of: group) && !saw($0, written, of: group) }
        guard !gone.isEmpty || present.contains(where: { $0.stamp.named.contains(stamp.dot) }) else {
            return standFor(stamp, in: group, present: present)
        }
        let goneDots = gone.map(\.stamp.dot)
        let wiser = present.filter { !goneDots.contains($0.stamp.dot) }.map {
            guard $0.stamp.named.contains(stamp.dot), !$0.stamp.isCopy else { return $0 }
            return Sibling(stamp: $0.stamp.knowing([stamp], of: group), values: $0.values)
        }
        closeReplaced(gone, of: group, by: stamp, beside: wiser)
        for sibling in gone { outcome.replaced.append(.init(group: group, sibling: sibling)) }
        outcome.state.set(Register(group: group, siblings: wiser))
        relist(group: group)
    }

    /// A copy stands for the change that it had seen: a copy that had not seen it loses to both.
    private mutating func standFor(_ older: Stamp, in group: Int, present: [Sibling]) {
        guard present.contains(where: \.stamp.isCopy) else { return }
        let wiser = present.map {
            $0.stamp.isCopy ? Sibling(stamp: $0.stamp.standing(for: [older], of: group), values: $0.values) : $0
        }
        outcome.state.set(Register(group: group, siblings: wiser))
    }

    /// What the writer had seen of a group, where that is less than his context says.
    private func context(of group: Int) -> Context? {
        guard let unseen, let columns = table.group(group)?.columns, !columns.intersection(unseen.columns).isEmpty
        else { return nil }
        return unseen.context
    }

    /// Whether somebody else's values stand in columns that the change's writer had not seen. Who decides that a record
    /// goes was told so.
    private var isBlind: Bool {
        guard let unseen, !change.decides.contains(where: { $0.group == ColumnGroup.existence }) else { return false }
        var stamp = stamp
        stamp.context = unseen.context
        return table.groups.contains { group in
            !group.columns.intersection(unseen.columns).isEmpty
                && siblings(of: group.index).contains {
                    !stamp.covers($0.stamp.dot) && $0.values != table.defaults(of: group.index)
                }
        }
    }

    /// Beside a change that says the same. Of two such copies the one that knows more stays.
    private static func adding(_ copy: Sibling, to siblings: [Sibling]) -> [Sibling] {
        func knows(_ one: Sibling, _ other: Sibling) -> Bool {
            one.stamp.isCopy && one.stamp.context.vector.covers(other.stamp.context.vector)
        }
        guard !siblings.contains(where: { knows($0, copy) }) else { return siblings }
        return (siblings.filter { !$0.stamp.isCopy || !knows(copy, $0) } + [copy]).sorted {
            $0.stamp.dot < $1.stamp.dot
        }
    }

    /// A copy replaces only copies that do not know more. One that stands for a change which this one's giver had not
    /// seen does, whatever the rest of their contexts. Returns false when it is not written.
    private mutating func writeCopy(
        group: Int, values: [UInt8], stamp: Stamp, present: [Sibling], gone: inout [Sibling]
    ) -> Bool {
        if present.contains(where: { $0.values == values && !$0.stamp.isCopy }) {
            outcome.isPlain = false
            var kept = present.filter { $0.values == values || !saw(stamp, $0.stamp) }
            let gone = present.filter { $0.values != values && saw(stamp, $0.stamp) }
            // Its giver may have seen a delete that is still to come, which had not seen what he has. And where what
            // says the same had lost, he had seen it win: who had it in his list only must not take its place.
            if !gone.isEmpty || group == ColumnGroup.existence && table.losesRecords {
                let copy = stamp.standing(for: gone.map(\.stamp), of: group)
                kept = Self.adding(Sibling(stamp: copy, values: values), to: kept)
            }
            outcome.state.set(Register(group: group, siblings: kept))
            relist(group: group)
            return false
        }
        let stay = present.filter { !saw(stamp, $0.stamp) }
        let isBeaten = stay.contains {
            !$0.stamp.isCopy || $0.stamp.standsForMore(than: stamp)
                || $0.stamp.context.vector.covers(stamp.context.vector)
        }
        if isBeaten {
            outcome.isPlain = false
            if winner(of: group, among: stay).values != values {
                outcome.listedForGood.append(.init(group: group, sibling: Sibling(stamp: stamp, values: values)))
            }
            return false
        }
        for sibling in stay where sibling.values != values && !isSeenElsewhere(sibling, by: stamp, among: present) {
            outcome.listedForGood.append(.init(group: group, sibling: sibling))
        }
        // One that says the same stays beside it: each of the two givers knew what the other did not.
        gone = present.filter { sibling in
            sibling.values != values || !stay.contains { $0.stamp.dot == sibling.stamp.dot }
                || stamp.context.vector.covers(sibling.stamp.context.vector)
        }
        return true
    }

    /// Whether the writer had the same value on screen, from another copy.
    private func isSeenElsewhere(_ copy: Sibling, by stamp: Stamp, among present: [Sibling]) -> Bool {
        present.contains { $0.stamp.isCopy && $0.values == copy.values && saw(stamp, $0.stamp) }
    }

    /// Whether the writer of one value had seen the other.
    private func saw(_ stamp: Stamp, _ other: Stamp) -> Bool {
        let (mine, its) = (stamp.record ?? change.key.id, other.record ?? change.key.id)
        guard mine != its, let unions, !stamp.named.contains(other.dot) else { return stamp.covers(other.dot) }
        return unions.saw(stamp, at: mine, other.dot, at: its)
    }

    /// The same of two values of one group. Who decides that a record stays had the delete in his list; what others
    /// wrote to the record meanwhile was not there, so that their word for its existence stands beside his. And who
    /// deletes a record had not seen it whole where others wrote to columns that he lacks.
    private func saw(_ one: Sibling, _ other: Sibling, of group: Int) -> Bool {
        guard group == ColumnGroup.existence, other.values == RecordState.present else {
            return saw(one.stamp, other.stamp)
        }
        if one.values == RecordState.deleted, one.stamp.dot == change.dot, isBlind { return false }
        guard one.values == RecordState.present, !one.stamp.named.isEmpty else { return saw(one.stamp, other.stamp) }
        var stamp = one.stamp
        stamp.named = []
        return saw(stamp, other.stamp)
    }

    func siblings(of group: Int) -> [Sibling] {
        if let register = outcome.state.register(group) { return register.siblings }
        guard let base = outcome.state.base else { return [] }
        if group == ColumnGroup.existence { return [Sibling(stamp: base, values: RecordState.present)] }
        guard let columns = table.group(group)?.columns, columns.columns.first ?? -1 < oldSlices.count else {
            return []
        }
        return [Sibling(stamp: base, values: oldValues(of: columns))]
    }

    /// Gives what the base wrote its own registers, before the row grows by columns that the base's schema lacked:
    /// the row's length was what told them apart.
    private mutating func spreadBase() {
        guard outcome.state.base != nil else { return }
        for group in [ColumnGroup.existence] + table.groups.map(\.index) where outcome.state.register(group) == nil {
            let present = siblings(of: group)
            if !present.isEmpty { outcome.state.set(Register(group: group, siblings: present)) }
        }
        outcome.state.base = nil
    }

    private func oldValues(of columns: ColumnSet) -> [UInt8] {
        columns.columns.reduce(into: []) { $0.append(contentsOf: oldValue($1)) }
    }

    private func oldValue(_ column: Int) -> ArraySlice<UInt8> {
        column < oldSlices.count ? oldSlices[column] : table.columns[column].defaultValue[...]
    }

    private func newValues(of columns: ColumnSet) -> [UInt8] {
        columns.columns.reduce(into: []) { bytes, column in
            bytes.append(contentsOf: carriedSlices.first { $0.column == column }?.value ?? oldValue(column))
        }
    }

    func winner(of group: Int, among siblings: [Sibling]) -> Sibling {
        Self.winner(of: group, among: siblings, in: table)
    }

    /// Writes the winners into the row.
    private mutating func show() {
        var slices = oldSlices
        if slices.count < table.columns.count {
            let last = outcome.state.registers.compactMap { table.group($0.group)?.columns.columns.last }.max()
            if let last, last >= slices.count { spreadBase() }
        }
        for register in outcome.state.registers {
            let shown = winner(of: register.group, among: register.siblings)
            guard register.group != ColumnGroup.existence else {
                outcome.state.isDeleted = shown.values == RecordState.deleted
                continue
            }
            guard let columns = table.group(register.group)?.columns.columns, let last = columns.last else { continue }
            while slices.count <= last { slices.append(table.columns[slices.count].defaultValue[...]) }
            var reader = ByteReader(shown.values)
            for column in columns {
                let start = reader.position
                guard (try? reader.skipValue()) != nil else { break }
                slices[column] = shown.values[start..<reader.position]
            }
        }
        outcome.state.row = Row(encodedValues: slices)
    }

    /// When one change wrote everything that shows, its stamp becomes the base and the registers go.
    private mutating func gather() {
        let registers = outcome.state.registers
        guard registers.count == table.groups.count + 1 else { return }
        guard
            registers.allSatisfy({
                $0.siblings.count == 1 && $0.siblings[0].stamp.dot == change.dot && !$0.siblings[0].stamp.isCopy
                    && $0.siblings[0].stamp.named.isEmpty && $0.siblings[0].stamp.time == stamp.time
            })
        else { return }
        guard change.decides.isEmpty && !outcome.state.isDeleted else { return }
        // One stamp for all groups says that the writer had seen as much of each.
        guard unseen?.columns.isEmpty ?? true else { return }
        outcome.state.base = stamp
        outcome.state.registers = []
    }
}
