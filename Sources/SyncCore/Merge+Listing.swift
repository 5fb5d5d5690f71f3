// What a merge says of the list of conflicts.
extension Merge {
    /// A listed conflict closes by itself only when the change that replaces the loser had it on screen, had not
    /// seen the listing, and names no dot that the hub lacks. Who had seen the listing leaves it to an operator. A
    /// loser that somebody else has replaced meanwhile counts too: which of the two came first must not matter. But of
    /// records that are one now it is not known any more at which it stood: who did not know the merge leaves it open.
    mutating func closeReplaced(
        _ gone: [Sibling], of group: Int, by stamp: Stamp, beside kept: [Sibling]
    ) {
        guard contextIsKnown else { return }
        for conflict in open where conflict.group == group {
            let isReplaced =
                gone.contains { $0.stamp.dot == conflict.loser }
                || !stamp.isCopy && stamp.covers(conflict.loser) && unions?.areKnown(to: stamp) != false
                    && !kept.contains { $0.stamp.dot == conflict.loser }
            let isForGood = outcome.listedForGood.contains {
                $0.group == group && $0.sibling.stamp.dot == conflict.loser
            }
            guard isReplaced, !isForGood, let listing = conflict.listedUnder else { continue }
            if Mutant.isOn(.supersede) || !stamp.context.covers(listing, ownDot: change.dot) {
                outcome.closed.append(conflict)
            }
        }
    }

    /// A loser that had been listed and came to show is replaced. Who knew the listing, and not that it had ended, had
    /// it in his list only: the conflict is open again, as if he had come first. Who knew both says nothing, for one
    /// may come yet who did not.
    mutating func wake(_ group: Int, by stamp: Stamp) {
        for conflict in dormant where conflict.group == group && stamp.covers(conflict.loser) {
            let knewListing = stamp.context.covers(conflict.listedUnder, ownDot: change.dot)
            let knewEnd = stamp.context.covers(conflict.shownUnder, ownDot: change.dot)
            if !(knewListing && knewEnd) { outcome.woken.append((conflict, isOpenAgain: knewListing)) }
        }
    }

    mutating func relist(group: Int) {
        let present = siblings(of: group)
        let shown = winner(of: group, among: present)
        for sibling in present {
            let known = open.first { $0.group == group && $0.loser == sibling.stamp.dot }
            let isListed =
                known != nil && !outcome.closed.contains { $0.group == group && $0.loser == sibling.stamp.dot }
            if sibling.values == shown.values {
                if isListed, let known, known.listedUnder != nil {
                    outcome.closed.append(known)
                    outcome.dormant.append(known)
                }
            } else if !isListed {
                outcome.listed.append(.init(group: group, sibling: sibling))
            }
        }
    }
}
