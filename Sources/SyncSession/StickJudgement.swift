package import SyncCore
package import SyncWire

/// What a receipt, and the pages behind it, are to a replica's file: judged before anything is taken, by what the file
/// knows. A stick may come late, twice, out of order, or to the wrong place.
package enum StickJudgement: Sendable, Equatable {
    /// Pages that begin where this file is, or before and end beyond: the pull begins at `from`.
    case pull(from: UInt64)
    /// Only what the receipt says: there are no pages, or they are here already.
    case receipt
    case refused(Reason)

    package enum Reason: Sendable, Equatable {
        case otherAmbito
        /// Of a number that was never this file's.
        case otherReplica
        /// Of a number that this file had before.
        case formerNumber
        /// Of a life of the hub that this file has left.
        case formerHub
        /// The hub had less of this file's changes than this file knows it to have.
        case older
        /// The pages begin beyond the cursor of this file.
        case missing(from: UInt64, cursor: UInt64)
    }

    /// - Parameters:
    ///   - cursor: the file's own, whatever an interrupted pull has left in its inbox.
    ///   - pages: where the bundle's pages begin and end; nothing without pages.
    package init(
        _ greeting: HubGreeting, pages: (from: UInt64, to: UInt64)?, local: ClientSession.Local,
        formerNumbers: [ReplicaNumber], cursor: UInt64
    ) {
        let state = greeting.state
        guard state.ambito == local.ambito else {
            self = .refused(.otherAmbito)
            return
        }
        guard state.number == local.number else {
            self = .refused(formerNumbers.contains(state.number) ? .formerNumber : .otherReplica)
            return
        }
        guard state.incarnation == local.incarnation else {
            // Another life: an older one is refused, a newer one is met, for which its greeting is enough.
            self = local.formerIncarnations.contains(state.incarnation) ? .refused(.formerHub) : .receipt
            return
        }
        guard state.storedCounter >= local.chain.first?.counter ?? 0 else {
            self = .refused(.older)
            return
        }
        guard let pages else {
            self = .receipt
            return
        }
        guard pages.from <= cursor else {
            self = .refused(.missing(from: pages.from, cursor: cursor))
            return
        }
        self = pages.from == cursor || pages.to > cursor ? .pull(from: pages.from) : .receipt
    }
}
