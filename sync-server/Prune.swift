import ArgumentParser
import Foundation
import HubService
import HubStore
import SyncCore

struct Prune: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Let go of old history and old batches, leaving a signed checkpoint.",
        discussion: """
            Replaced values older than the date go, but never those of a record that an open conflict is about; \
            and the bytes of batches that old. Everything is verified first, and nothing goes when something \
            differs. What is left for `verify` to start from is DATA/CODE/checkpoint.sqlite, with its signature: \
            keep both with the hub's file.

            Examples:
              zona-server prune --data /srv/zona --keep 730
              zona-server prune --data /srv/zona --ambito UMB-11 --before 2024-01-01
            """)

    @OptionGroup var common: CommonOptions
    @OptionGroup var ambito: AmbitoOptions
    @Option(help: "What is older than so many days goes.")
    var keep: Int?
    @Option(help: "What is older than this date (UTC) goes, YYYY-MM-DD.")
    var before: String?

    func run() throws {
        try answering {
            let now = Answer.now
            let limit = try moment(now: now)
            let folder = DataFolder(try common.folder())
            let code = try ambito.code(in: folder)
            let store = try ambito.open(common)
            let (checkpoint, scratch) = (
                try Verify.checkpoint(of: code, in: folder), try Verify.scratch(of: code, in: folder)
            )
            defer { Verify.remove(scratch) }
            let report = try store.verify(foldingInto: scratch, checkpoint: checkpoint)
            guard report.isEqual else {
                throw Failure(
                    .differs, "differs",
                    "nothing was pruned, for the hub is not what its log says: `zona-server verify`")
            }
            let summary = try store.prune(before: limit, checkpoint: checkpoint, now: now)
            if common.json {
                try Answer.show([
                    "ambito": code, "history_entries": summary.historyEntries, "batches": summary.batches,
                    "batch_bytes": summary.batchBytes, "checkpoint": checkpoint,
                    "checkpoint_entry": summary.checkpointEntry,
                ])
            } else {
                Answer.show(
                    "\(code): \(summary.historyEntries) replaced values and \(summary.batches) batches "
                        + "(\(summary.batchBytes) bytes) let go; the checkpoint is \(checkpoint)")
            }
        }
    }

    private func moment(now: Int64) throws -> Int64 {
        switch (keep, before) {
        case (let days?, nil):
            guard days >= 0, days <= 100_000 else { throw Failure(.badValue, "bad-value", "--keep wants days") }
            return now - Int64(days) * 86_400_000
        case (nil, let date?):
            let formatter = ISO8601DateFormatter()
            formatter.formatOptions = [.withFullDate]
            guard let found = formatter.date(from: date) else {
                throw Failure(.badValue, "bad-value", "--before wants a date: YYYY-MM-DD")
            }
            let limit = Int64(found.timeIntervalSince1970 * 1000)
            guard limit <= now else { throw Failure(.badValue, "bad-value", "--before \(date) lies ahead") }
            return limit
        default:
            throw Failure(.usage, "usage", "what may go? Give --keep DAYS or --before DATE")
        }
    }
}
