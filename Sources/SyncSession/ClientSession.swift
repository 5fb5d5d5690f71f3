package import SyncCore
package import SyncWire

/// The replica's side of one conversation, as a value: each event gives the one thing to do next.
///
/// Order: nonce, greeting, batches in counter order, pages, one apply. The shell carries out a directive and
/// reports back with the matching `on…` function; anything that fails outside (line, disk) ends the session, and a
/// new one starts from the file.
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
        package var chain: [(counter: UInt64, hash: [UInt8])]

        package init(
            ambito: RecordID, number: ReplicaNumber, incarnation: Incarnation, schemaVersion: Int, cursor: UInt64,
            chain: [(counter: UInt64, hash: [UInt8])]
        ) {
            self.ambito = ambito
            self.number = number
            self.incarnation = incarnation
            self.schemaVersion = schemaVersion
            self.cursor = cursor
            self.chain = chain
        }

        package static func == (left: Local, right: Local) -> Bool {
            left.ambito == right.ambito && left.number == right.number && left.incarnation == right.incarnation
                && left.schemaVersion == right.schemaVersion && left.cursor == right.cursor
                && left.chain.elementsEqual(right.chain) { $0.counter == $1.counter && $0.hash == $1.hash }
        }

        func has(counter: UInt64, hash: [UInt8]) -> Bool {
            chain.contains { $0.counter == counter && $0.hash == hash }
        }
    }

    /// Why a conversation ends without having done its work. The file is as it was.
    package enum Stop: Error, Sendable, Equatable {
        case wrongAmbito
        /// The hub has batches under my number that are none of mine: this file was copied, or put back from a backup.
        case forked
        /// The hub was restored from a backup or rebuilt.
        case incarnationChanged
        case hubTooOld(hub: Int, replica: Int)
        /// The hub's pages do not begin where this file is: another sync was here meanwhile.
        case pageElsewhere
        case unexpected(String)
    }

    package enum Directive: Sendable, Equatable {
        case askNonce
        case greet(Nonce)
        /// Acknowledge up to this folded counter, then report the first batch beyond `stored` with `onOutbox`.
        case acknowledge(folded: UInt64, stored: UInt64)
        case send(counter: UInt64)
        case askPage(after: UInt64, size: Int)
        /// Keep the page in the inbox, then ask for the next.
        case keepAndAsk(after: UInt64, size: Int)
        /// Keep the last page and apply the inbox.
        case keepAndApply
        case finish
        case stop(Stop)
    }

    private enum Phase: Equatable {
        case begun
        case awaitingNonce
        case awaitingGreeting
        case pushing(stored: UInt64)
        case awaitingAcknowledgement(counter: UInt64)
        case pulling(after: UInt64, size: Int)
        case applying
        case ended
    }

    private let local: Local
    private let pulls: Bool
    private var phase: Phase = .begun
    /// Milliseconds to add to the PC's clock to get the hub's, once the nonce has come.
    package private(set) var measuredOffset: Int64?

    /// - Parameter pulls: false for a push alone.
    package init(local: Local, pulls: Bool = true) {
        self.local = local
        self.pulls = pulls
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
        return acknowledge(greeting.state)
    }

    /// What waits beyond what the hub has stored: the counter of the next batch's last change, or nothing.
    package mutating func onOutbox(next counter: UInt64?) -> Directive {
        guard case .pushing = phase else { return end(.unexpected("outbox out of turn")) }
        if let counter {
            phase = .awaitingAcknowledgement(counter: counter)
            return .send(counter: counter)
        }
        guard pulls else { return end(nil) }
        phase = .pulling(after: local.cursor, size: Limits.pageBytesFirst)
        return .askPage(after: local.cursor, size: Limits.pageBytesFirst)
    }

    package mutating func onAcknowledgement(_ acknowledgement: Acknowledgement) -> Directive {
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
        if let stop = fault(in: header.hub) { return end(stop) }
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

    /// A hub that is not the one I know, that knows less than it has acknowledged, or that knows something under my
    /// number that is not mine, is not believed.
    private func fault(in state: HubState) -> Stop? {
        guard state.ambito == local.ambito, state.number == local.number else { return .wrongAmbito }
        guard state.incarnation == local.incarnation else { return .incarnationChanged }
        if let head = local.chain.first, state.storedCounter < head.counter { return .incarnationChanged }
        guard local.has(counter: state.storedCounter, hash: state.storedHash) else { return .forked }
        guard state.foldedCounter <= state.storedCounter else { return .unexpected("more folded than stored") }
        return nil
    }

    private mutating func acknowledge(_ state: HubState) -> Directive {
        if let stop = fault(in: state) { return end(stop) }
        phase = .pushing(stored: state.storedCounter)
        return .acknowledge(folded: state.foldedCounter, stored: state.storedCounter)
    }

    private mutating func end(_ stop: Stop?) -> Directive {
        phase = .ended
        return stop.map(Directive.stop) ?? .finish
    }
}
