package import SyncCore
package import SyncWire

/// The replica's side of one conversation, as a value: each event gives the one thing to do next.
///
/// Order: nonce, greeting, batches to give back to a restored hub, batches in counter order, pages, one apply. The
/// shell carries out a directive and reports back with the matching `on…` function; anything that fails outside (line,
/// disk) ends the session, and a new one starts from the file. So it is after a change of who the file is: a new
/// number, a hub in another life.
package struct ClientSession: Sendable {
    /// What the replica's file says when the conversation begins.
    package struct Local: Sendable, Equatable {
        package var ambito: RecordID
        package var number: ReplicaNumber
        package var incarnation: Incarnation
        package var schemaVersion: Int
        /// Where the pull goes on: the cursor, or the end of the pages that an interrupted pull left in the inbox.
        package var cursor: UInt64
        /// Counter and hash of the last acknowledged batch, then of each batch that waits, in counter order.
        package var chain: [ChainLink]
        /// Lives of the hub that this file has left.
        package var formerIncarnations: [Incarnation]
        /// The `seq` of the oldest context that this file still holds.
        package var oldest: UInt64
        /// Whether this file has met a restored hub and has not compared itself with it yet.
        package var isComparing: Bool
        /// Whether the next pull is its first, or begins anew.
        package var isFresh: Bool
        /// Whether it begins anew because this file was away for too long.
        package var isStale: Bool

        package init(
            ambito: RecordID, number: ReplicaNumber, incarnation: Incarnation, schemaVersion: Int, cursor: UInt64,
            chain: [ChainLink], formerIncarnations: [Incarnation] = [], oldest: UInt64 = 0, isComparing: Bool = false,
            isFresh: Bool = true, isStale: Bool = false
        ) {
            self.ambito = ambito
            self.number = number
            self.incarnation = incarnation
            self.schemaVersion = schemaVersion
            self.cursor = cursor
            self.chain = chain
            self.formerIncarnations = formerIncarnations
            self.oldest = oldest
            self.isComparing = isComparing
            self.isFresh = isFresh
            self.isStale = isStale
        }
    }

    /// A batch of my own: its last counter and its hash.
    package struct ChainLink: Sendable, Equatable {
        package let counter: UInt64
        package let hash: [UInt8]

        package init(counter: UInt64, hash: [UInt8]) {
            self.counter = counter
            self.hash = hash
        }
    }

    /// Why a conversation ends without having done its work. The file is as it was.
    package enum Stop: Error, Sendable, Equatable {
        case wrongAmbito
        /// The hub is one that a restored hub has replaced: this file has met its successor.
        case formerHub
        /// The hub knows less than it has acknowledged, and still calls itself the same.
        case hubKnowsLess
        case hubTooOld(hub: Int, replica: Int)
        /// The hub's pages do not begin where this file is: another sync was here meanwhile.
        case pageElsewhere
        case unexpected(String)
    }

    package enum Directive: Sendable, Equatable {
        case askNonce
        case greet(Nonce)
        /// The hub was restored or rebuilt: prepare to give back and to compare, take a new number, and begin again.
        case meet(HubGreeting)
        /// Ask whether the hub has this batch of mine, by hash; then `onStored`.
        case askStored(ChainLink)
        /// The hub has batches under my number that are none of mine: this file was copied, or put back from a backup.
        /// Acknowledge up to this counter, what the hub has of mine by hash, take a new number, and begin again.
        case fork(known: UInt64)
        /// This file was away for longer than the hub remembers deletions: acknowledge up to this folded counter, take
        /// a new number, and begin again with all that is not acknowledged and a fresh pull.
        case startAfresh(folded: UInt64)
        /// Find the next batch of an earlier life of the hub that it lacks, from what it says of my former numbers;
        /// then `onOwed`.
        case findOwed([NumberState])
        case giveBack(number: ReplicaNumber, counter: UInt64)
        /// Acknowledge up to this folded counter, then report the first batch beyond `stored` with `onOutbox`.
        case acknowledge(folded: UInt64, stored: UInt64)
        case send(counter: UInt64)
        case askPage(after: UInt64, size: Int)
        /// Keep the page in the inbox, then ask for the next.
        case keepAndAsk(after: UInt64, size: Int)
        /// Keep the last page and apply the inbox.
        case keepAndApply
        case finish
        /// The hub answered as somebody who does not know me as I am, or has forgotten what the pages that were kept
        /// would need: drop them, and begin a new conversation.
        case beginAgain
        /// By stick only: the hub lacks batches of an earlier life of it, without which this file cannot compare
        /// itself with it. The next bundle has them.
        case waitForBundle
        case stop(Stop)
    }

    private enum Phase: Equatable {
        case begun
        case awaitingNonce
        case awaitingGreeting
        case findingShared(link: Int)
        case findingOwed(HubState)
        case awaitingOwed(HubState, number: ReplicaNumber, counter: UInt64)
        case pushing(stored: UInt64)
        case awaitingAcknowledgement(counter: UInt64)
        case pulling(after: UInt64, size: Int)
        case applying
        case ended
    }

    /// My batches that this conversation knows of: the last that is acknowledged and those that wait.
    package var chain: [ChainLink] { local.chain }
    private var local: Local
    private let pulls: Bool
    private let pushes: Bool
    private var phase: Phase = .begun
    /// What the hub has of my former numbers, while batches are given back.
    private var formerNumbers: [NumberState] = []
    /// Milliseconds to add to the PC's clock to get the hub's, once the nonce has come.
    package private(set) var measuredOffset: Int64?

    /// - Parameters:
    ///   - pulls: false for a push alone.
    ///   - pushes: false by stick, where what is to be sent waits for the next bundle.
    package init(local: Local, pulls: Bool = true, pushes: Bool = true) {
        self.local = local
        self.pulls = pulls
        self.pushes = pushes
    }

    /// Begins by stick: the hub's greeting lies there, made hours ago, and no clock can be measured.
    package mutating func start(with greeting: HubGreeting) -> Directive {
        guard phase == .begun else { return end(.unexpected("a second start")) }
        phase = .awaitingGreeting
        return onGreeting(greeting)
    }

    package mutating func start() -> Directive {
        guard phase == .begun else { return end(.unexpected("a second start")) }
        phase = .awaitingNonce
        return .askNonce
    }

    /// - Parameters:
    ///   - sentAt: the PC's clock when the request left; `receivedAt`: when the answer was here. Unix milliseconds.
    package mutating func onNonce(_ nonce: Nonce, sentAt: Int64, receivedAt: Int64) -> Directive {
        guard phase == .awaitingNonce else { return end(.unexpected("a nonce out of turn")) }
        guard nonce.ambito == local.ambito else { return end(.wrongAmbito) }
        let middle = sentAt &+ (receivedAt &- sentAt) / 2
        measuredOffset = nonce.hubTime &- middle
        phase = .awaitingGreeting
        return .greet(nonce)
    }

    package mutating func onGreeting(_ greeting: HubGreeting) -> Directive {
        guard phase == .awaitingGreeting else { return end(.unexpected("a greeting out of turn")) }
        guard greeting.schemaVersion >= local.schemaVersion else {
            return end(.hubTooOld(hub: greeting.schemaVersion, replica: local.schemaVersion))
        }
        guard greeting.state.ambito == local.ambito, greeting.state.number == local.number else {
            return end(.wrongAmbito)
        }
        guard greeting.state.incarnation == local.incarnation else {
            guard !local.formerIncarnations.contains(greeting.state.incarnation) else { return end(.formerHub) }
            phase = .ended
            return .meet(greeting)
        }
        switch fault(in: greeting.state) {
        case .stranger: return askShared(link: 1)
        case .less: return end(.hubKnowsLess)
        case .elsewhere: return end(.wrongAmbito)
        case .nonsense: return end(.unexpected("more folded than stored"))
        case nil: break
        }
        // Who has never pulled has nothing that could be stale, but for his own changes that the hub has.
        let hasOwn = greeting.state.storedCounter > 0 || greeting.numbers.contains { $0.storedCounter > 0 }
        let isCurrent = local.isStale || local.isComparing || local.isFresh && !hasOwn
        guard isCurrent || local.oldest >= greeting.horizon else {
            phase = .ended
            return .startAfresh(folded: greeting.state.foldedCounter)
        }
        // A pull from the beginning was cut, and deletes of what its pages hold may have been forgotten since: they are
        // neither there nor in the rest.
        let begins = local.isFresh || local.isComparing
        if begins, local.cursor > 0, local.cursor < greeting.horizon { return beginAgain() }
        guard local.isComparing else { return acknowledge(greeting.state) }
        phase = .findingOwed(greeting.state)
        formerNumbers = greeting.numbers
        return .findOwed(formerNumbers)
    }

    /// Whether the hub has the batch that was asked for. What it has of mine by hash counts as acknowledged; the first
    /// that it lacks, and all after it, are captured again.
    package mutating func onStored(_ isStored: Bool) -> Directive {
        guard case .findingShared(let link) = phase else { return end(.unexpected("an answer out of turn")) }
        guard isStored else { return fork(known: local.chain[link - 1].counter) }
        return askShared(link: link + 1)
    }

    private mutating func askShared(link: Int) -> Directive {
        guard link < local.chain.count else { return fork(known: local.chain.last?.counter ?? 0) }
        phase = .findingShared(link: link)
        return .askStored(local.chain[link])
    }

    private mutating func fork(known: UInt64) -> Directive {
        phase = .ended
        return .fork(known: known)
    }

    /// The next batch that the hub lacks of an earlier life, or nothing when it has all.
    package mutating func onOwed(_ owed: (number: ReplicaNumber, counter: UInt64)?) -> Directive {
        guard case .findingOwed(let state) = phase else { return end(.unexpected("owed out of turn")) }
        guard let owed else { return acknowledge(state) }
        guard pushes else {
            phase = .ended
            return .waitForBundle
        }
        phase = .awaitingOwed(state, number: owed.number, counter: owed.counter)
        return .giveBack(number: owed.number, counter: owed.counter)
    }

    /// What waits beyond what the hub has stored: the counter of the next batch's last change, or nothing.
    package mutating func onOutbox(next counter: UInt64?) -> Directive {
        guard case .pushing = phase else { return end(.unexpected("outbox out of turn")) }
        if let counter, pushes {
            phase = .awaitingAcknowledgement(counter: counter)
            return .send(counter: counter)
        }
        guard pulls else { return end(nil) }
        phase = .pulling(after: local.cursor, size: Limits.pageBytesFirst)
        return .askPage(after: local.cursor, size: Limits.pageBytesFirst)
    }

    package mutating func onAcknowledgement(_ acknowledgement: Acknowledgement) -> Directive {
        if case .awaitingOwed(let mine, let number, let counter) = phase {
            let state = acknowledgement.state
            guard state.incarnation == local.incarnation, state.number == number, state.storedCounter >= counter else {
                return beginAgain()
            }
            phase = .findingOwed(mine)
            formerNumbers = formerNumbers.map { $0.number == number ? NumberState(state) : $0 }
            return .findOwed(formerNumbers)
        }
        guard case .awaitingAcknowledgement(let counter) = phase else {
            return end(.unexpected("an acknowledgement out of turn"))
        }
        guard acknowledgement.state.storedCounter >= counter else {
            return end(.unexpected("the hub did not keep a batch"))
        }
        return acknowledge(acknowledgement.state)
    }

    package mutating func onPage(_ header: PageHeader) -> Directive {
        guard case .pulling(let after, let size) = phase else { return end(.unexpected("a page out of turn")) }
        switch Mutant.isOn(.pageGreeting) ? nil : fault(in: header.hub) {
        case .elsewhere where header.hub.ambito != local.ambito: return end(.wrongAmbito)
        case .nonsense: return end(.unexpected("more folded than stored"))
        case .elsewhere, .stranger, .less: return beginAgain()
        case nil: break
        }
        guard header.from == after, header.to >= after else { return end(.pageElsewhere) }
        guard !header.isComplete else {
            phase = .applying
            return .keepAndApply
        }
        guard header.to > after else { return end(.unexpected("a page that neither goes on nor ends")) }
        let next = min(size * 2, Limits.pageBytes)
        phase = .pulling(after: header.to, size: next)
        return .keepAndAsk(after: header.to, size: next)
    }

    package mutating func onApplied() -> Directive {
        guard phase == .applying else { return end(.unexpected("applied out of turn")) }
        return end(nil)
    }

    /// What is odd about what a hub says of my number.
    private enum Fault {
        /// Another ambito, another number, another life of the hub.
        case elsewhere
        /// It knows less than it has acknowledged.
        case less
        /// It knows something under my number that is not mine.
        case stranger
        case nonsense
    }

    private func fault(in state: HubState) -> Fault? {
        guard state.ambito == local.ambito, state.number == local.number, state.incarnation == local.incarnation else {
            return .elsewhere
        }
        guard state.foldedCounter <= state.storedCounter else { return .nonsense }
        if let head = local.chain.first, state.storedCounter < head.counter { return .less }
        let isMine = local.chain.contains(ChainLink(counter: state.storedCounter, hash: state.storedHash))
        return isMine ? nil : .stranger
    }

    /// An answer whose hash is none of mine acknowledges nothing: the other copy of my file, or another life of the
    /// hub, was faster than this conversation.
    private mutating func acknowledge(_ state: HubState) -> Directive {
        switch Mutant.isOn(.ackHash) ? nil : fault(in: state) {
        case .elsewhere where state.ambito != local.ambito: return end(.wrongAmbito)
        case .nonsense: return end(.unexpected("more folded than stored"))
        case .elsewhere, .less, .stranger: return beginAgain()
        case nil: break
        }
        // What comes now and knows less was said before: a page that is late would take away what is acknowledged.
        local.chain.removeAll { $0.counter < state.storedCounter }
        phase = .pushing(stored: state.storedCounter)
        return .acknowledge(folded: state.foldedCounter, stored: state.storedCounter)
    }

    private mutating func beginAgain() -> Directive {
        phase = .ended
        return .beginAgain
    }

    private mutating func end(_ stop: Stop?) -> Directive {
        phase = .ended
        return stop.map(Directive.stop) ?? .finish
    }
}
