/// A value that no later writer of its group had seen.
package struct Sibling: Sendable {
    package let stamp: Stamp
    /// The encoded values of the group's columns, in column order; of existence, one integer: 1 present, 0 deleted.
    package let values: [UInt8]

    package init(stamp: Stamp, values: [UInt8]) {
        self.stamp = stamp
        self.values = values
    }
}

/// The siblings of one group, by dot: a dotted version vector set (Almeida et al. 2014). Normally one.
package struct Register: Sendable {
    package let group: Int
    package var siblings: [Sibling]

    package init(group: Int, siblings: [Sibling]) {
        self.group = group
        self.siblings = siblings
    }
}

/// A record as the hub keeps it. Groups without a register of their own were last written by `base`, with the
/// values that `row` shows.
package struct RecordState: Sendable {
    package var base: Stamp?
    /// Sorted by group.
    package var registers: [Register]
    /// What shows. Kept also while the record is deleted.
    package var row: Row
    package var isDeleted: Bool

    package init(base: Stamp?, registers: [Register], row: Row, isDeleted: Bool) {
        self.base = base
        self.registers = registers
        self.row = row
        self.isDeleted = isDeleted
    }

    package static let present = ValueCoding.bytes(of: .integer(1))
    package static let deleted = ValueCoding.bytes(of: .integer(0))

    /// Whether every column has come, or the record is deleted: only after a disaster may an update be here without the
    /// insert that it changed. A column that a later schema version added need not come: its default is there.
    package func isWhole(in table: TableDescription) -> Bool {
        isDeleted || base != nil
            || table.groups.allSatisfy { group in
                register(group.index) != nil
                    || group.columns.columns.allSatisfy { table.columns[$0].since > table.since }
            }
    }

    package func register(_ group: Int) -> Register? {
        registers.first { $0.group == group }
    }

    /// Whether a value of this group is here, or was replaced by one who had it on screen, or with the whole record.
    ///
    /// - Parameter countsCopies: false where a copy does not count for one who replaced: its giver may have had the
    ///   value in his list only.
    package func holds(_ dot: Dot, of group: Int, countsCopies: Bool = true) -> Bool {
        let siblings = register(group)?.siblings.map(\.stamp) ?? base.map { [$0] } ?? []
        return siblings.contains { $0.dot == dot || $0.covers(dot) && (countsCopies || !$0.isCopy) }
            || register(ColumnGroup.existence)?.siblings.contains {
                $0.values == Self.deleted && $0.stamp.covers(dot)
            } == true
    }

    /// Whether a value of this group is here, shown or beside what shows.
    package func stands(_ dot: Dot, in group: Int) -> Bool {
        (register(group)?.siblings.map(\.stamp.dot) ?? base.map { [$0.dot] } ?? []).contains(dot)
    }

    mutating func set(_ register: Register) {
        if let index = registers.firstIndex(where: { $0.group == register.group }) {
            registers[index] = register
        } else {
            registers.insert(register, at: registers.firstIndex { $0.group > register.group } ?? registers.count)
        }
    }
}

/// A loser, open in the list of conflicts: which group of the record, under which dot it was written, and under
/// which the hub listed it.
package struct OpenConflict: Hashable, Sendable {
    package let group: Int
    package let loser: Dot
    /// None for a conflict that only an operator can close.
    package let listedUnder: Dot?

    package init(group: Int, loser: Dot, listedUnder: Dot?) {
        self.group = group
        self.loser = loser
        self.listedUnder = listedUnder
    }
}

/// A listed loser that came to show: its conflict is closed. As long as nobody has replaced the loser it matters who
/// knew what: somebody who had it in his list only, and writes over the record, leaves it for an operator.
package struct DormantConflict: Hashable, Sendable {
    package let group: Int
    package let loser: Dot
    package let listedUnder: Dot
    /// The dot that the record took when the loser came to show.
    package let shownUnder: Dot

    package init(group: Int, loser: Dot, listedUnder: Dot, shownUnder: Dot) {
        self.group = group
        self.loser = loser
        self.listedUnder = listedUnder
        self.shownUnder = shownUnder
    }
}
