import ReplicaStore
import ReplicaSync

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
        let changes = Words.count(waiting.changes + captured.changes, "change")
        let batches = Words.count(waiting.batches + captured.batches, "batch", "batches")
        var lines = [
            "would send     \(changes) in \(batches), \(Words.bytes(Int64(waiting.bytes + captured.bytes)))"
        ]
        if let forecast = hub.forecast {
            let pages = Words.count(forecast.pages, "page")
            lines.append(
                "would receive  \(Words.count(forecast.records, "record")) in \(pages), \(Words.bytes(forecast.bytes))")
        } else if hub.event != nil {
            lines.append("would receive  everything once: this file and the hub have to be compared first")
        } else {
            lines.append("would receive  unknown: the hub's program is older and cannot say")
        }
        if let clock = ClockNote.text(offset: hub.clockOffset) { lines.append("clock          \(clock)") }
        lines.append("nothing was sent or changed; beside this go some 2 kB of greetings")
        return lines.joined(separator: "\n")
    }
}
