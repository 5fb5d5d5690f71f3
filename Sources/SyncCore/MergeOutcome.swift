/// What a merge did to one record: the new state, and what the hub must list, close and remember.
package struct MergeOutcome: Sendable {
    /// A value that was replaced, or that lost: which group, and the sibling.
    package struct Loss: Sendable {
        package let group: Int
        package let sibling: Sibling

        package init(group: Int, sibling: Sibling) {
            self.group = group
            self.sibling = sibling
        }
    }

    package internal(set) var state: RecordState
    /// Whether the record may take the change's own dot: it replaced all it wrote to, and its writer had seen the
    /// record as it was.
    package internal(set) var isPlain: Bool
    /// Whether the record holds columns that the change's writer has not seen: it must come back to him whole.
    package internal(set) var hasUnseen = false
    /// Losers that must be listed now and were not.
    package internal(set) var listed: [Loss] = []
    /// Losers to be listed that never close by themselves (copies met a change).
    package internal(set) var listedForGood: [Loss] = []
    /// Open conflicts that close by themselves.
    package internal(set) var closed: [OpenConflict] = []
    /// Those of them whose loser came to show.
    package internal(set) var dormant: [OpenConflict] = []
    /// Dormant conflicts that are over, because somebody replaced the loser: for good, or open again.
    package internal(set) var woken: [(conflict: DormantConflict, isOpenAgain: Bool)] = []
    /// Values that somebody replaced with them on screen, for the history.
    package internal(set) var replaced: [Loss] = []

    /// Whether the list stays as it was.
    package var changesNothingListed: Bool {
        listed.isEmpty && listedForGood.isEmpty && closed.isEmpty && woken.isEmpty
    }

    /// Whether the record looks as it did, in its row and in the list.
    package func showsWhat(_ before: RecordState?) -> Bool {
        guard let before, changesNothingListed else { return false }
        return state.isDeleted == before.isDeleted && state.row.bytes == before.row.bytes
    }
}
