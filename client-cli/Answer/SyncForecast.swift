import ReplicaStore
import ReplicaSync
import Texts

/// What a sync would send and bring, for people and as JSON.
struct SyncForecast {
    /// What is not captured yet.
    let captured: CaptureSummary
    let waiting: (batches: Int, changes: Int, bytes: Int)
    let hub: HubCheck.Answer

    var json: JSONValue {
        .object([
            "dry_run": .bool(true),
            "send": .object([
                "batches": .integer(waiting.batches + captured.batches),
                "changes": .integer(waiting.changes + captured.changes),
                "bytes": .integer(waiting.bytes + captured.bytes),
            ]),
            "receive": hub.forecast.map { forecast in
                .object([
                    "pages": .integer(forecast.pages), "records": .integer(forecast.records),
                    "bytes": .integer(forecast.bytes),
                ])
            } ?? .null,
            "event": .optional(hub.event?.rawValue), "clock_offset_ms": .integer(hub.clockOffset),
        ])
    }

    var text: String {
        let changes = Words.changes(waiting.changes + captured.changes)
        let batches = Words.batches(waiting.batches + captured.batches)
        let bytes = Words.bytes(Int64(waiting.bytes + captured.bytes))
        var facts = Facts(least: 15)
        facts.add(localized("would send"), localized("\(changes) in \(batches), \(bytes)"))
        let receive: String
        if let forecast = hub.forecast {
            let (records, pages) = (Words.records(forecast.records), Words.pages(forecast.pages))
            receive = localized("\(records) in \(pages), \(Words.bytes(forecast.bytes))")
        } else if hub.event != nil {
            receive = localized("everything once: this file and the hub have to be compared first")
        } else {
            receive = localized("unknown: the hub's program is older and cannot say")
        }
        facts.add(localized("would receive"), receive)
        if let clock = ClockNote.text(offset: hub.clockOffset) { facts.add(localized("clock"), clock) }
        facts.sentence(localized("nothing was sent or changed; beside this go some 2 kB of greetings"))
        return facts.text
    }
}
