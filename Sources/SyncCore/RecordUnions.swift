/// Which records were merged into one, and by which changes: for one record that stands for several.
///
/// What was written to two records before they were one is of two records still. It was on screen for a writer only
/// where he wrote to it, or knew the merges that made the two one.
package struct RecordUnions: Sendable {
    package struct Union: Sendable {
        package let gone: RecordID
        package let stays: RecordID
        /// The merge.
        package let dot: Dot

        package init(gone: RecordID, stays: RecordID, dot: Dot) {
            self.gone = gone
            self.stays = stays
            self.dot = dot
        }
    }

    private let unions: [Union]

    package init(_ unions: [Union]) {
        self.unions = unions
    }

    /// Whether the writer had seen every merge: then he had on screen what stood at either record.
    package func areKnown(to stamp: Stamp) -> Bool {
        unions.allSatisfy { $0.dot == stamp.dot || stamp.context.vector.covers($0.dot) }
    }

    /// Whether the writer of `stamp`, who wrote to the record `mine`, had seen what another change wrote to `other`.
    package func saw(_ stamp: Stamp, at mine: RecordID, _ dot: Dot, at other: RecordID) -> Bool {
        // His own that waits there is not on his screen here, unless it is he who makes the two one.
        let isHis = unions.contains { $0.dot == stamp.dot }
        guard isHis ? stamp.context.covers(dot, ownDot: stamp.dot) : stamp.context.vector.covers(dot) else {
            return false
        }
        let known = unions.filter { $0.dot == stamp.dot || stamp.context.vector.covers($0.dot) }
        var one: Set = [mine]
        var count = 0
        while count != one.count {
            count = one.count
            for union in known where one.contains(union.gone) || one.contains(union.stays) {
                one.formUnion([union.gone, union.stays])
            }
        }
        return one.contains(other)
    }
}
