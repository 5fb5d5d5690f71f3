import CurlTransport
package import ReplicaStore

/// How a sync is getting on.
package struct SyncProgress: Sendable, Equatable {
    package enum Phase: String, Sendable { case connecting, sending, receiving, applying }

    package var phase: Phase = .connecting
    package var batchesSent = 0
    package var batchesTotal = 0
    package var bytesSent: Int64 = 0
    package var bytesToSend: Int64 = 0
    package var bytesReceived: Int64 = 0
    /// Changes of the hub's acknowledged batches, of all that waited when the conversation began.
    package var changesSent = 0
    package var changesTotal = 0
    package var recordsReceived = 0
    /// Where the pull began, how far it is, and where the hub is; the last is unknown with an older hub.
    package var seqBegin: UInt64?
    package var seqReached: UInt64 = 0
    package var seqGoal: UInt64?
}

/// A change of who this file is, or of who the hub is, that a sync has dealt with.
package enum IdentityEvent: String, Sendable {
    /// The hub was restored or rebuilt: what it lacked was given back, and both were compared.
    case metHub = "met-hub"
    /// The file was copied or put back from a backup: it goes on under a new number.
    case forked
    /// The file was away for longer than the hub remembers deletions: it started from a fresh pull.
    case startedAfresh = "started-afresh"
}

/// What a sync did.
package struct SyncSummary: Sendable {
    package var captured = CaptureSummary()
    package var batchesSent = 0
    /// Of these, batches of an earlier life of the hub.
    package var batchesGivenBack = 0
    package var bytesSent: Int64 = 0
    package var bytesReceived: Int64 = 0
    package var pages = 0
    package var applied = ApplySummary()
    /// Milliseconds to add to this PC's clock.
    package var clockOffset: Int64 = 0
    package var certificateNote: String?
    package var events: [IdentityEvent] = []
    /// Bytes over the wire, heads of requests and answers included, TLS not.
    package var wireSent: Int64 = 0
    package var wireReceived: Int64 = 0
    /// The limit of a budget at which it stopped, before all was done.
    package var stoppedBy: SyncBudget.Limit?
    /// What the hub has of the batch at which it stopped.
    package var batchBytesHeld: Int64 = 0

    /// Takes in what an earlier conversation of the same sync did.
    mutating func add(_ earlier: SyncSummary) {
        captured.changes += earlier.captured.changes
        captured.batches += earlier.captured.batches
        captured.bytes += earlier.captured.bytes
        batchesSent += earlier.batchesSent
        batchesGivenBack += earlier.batchesGivenBack
        bytesSent += earlier.bytesSent
        bytesReceived += earlier.bytesReceived
        pages += earlier.pages
        wireSent += earlier.wireSent
        wireReceived += earlier.wireReceived
        events = earlier.events + events
        certificateNote = certificateNote ?? earlier.certificateNote
    }
}

extension SyncSummary {
    /// Of a sync in which neither side had anything to say.
    init(quietAt traffic: Traffic, _ clockOffset: Int64) {
        self.init()
        wireSent = traffic.sent
        wireReceived = traffic.received
        self.clockOffset = clockOffset
    }
}
