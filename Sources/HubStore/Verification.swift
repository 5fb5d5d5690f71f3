import Foundation
import GRDB
import SQLiteAccess
import Schema
import SyncCore
import SyncWire

/// What folding a hub's log again, and comparing, came to.
package struct HubVerification: Sendable {
    /// Something that is not as the log makes it.
    package struct Difference: Sendable, Equatable {
        package enum Kind: String, Sendable {
            case changed
            /// The log makes it, and the hub does not have it.
            case missing
            /// The hub has it, and the log does not make it.
            case extra
        }

        /// The hub's table: `record`, `conflict`, `digest`, …
        package let table: String
        /// For a record its table and id.
        package let name: String
        package let kind: Kind
        package let columns: [String]
    }

    package var entries = 0
    package var batches = 0
    package var records = 0
    /// What is wrong with the log itself: chain, hashes, signatures, entries that cannot be folded.
    package var faults: [String] = []
    /// The first of them; `differenceCount` has all.
    package var differences: [Difference] = []
    package var differenceCount = 0

    package var isEqual: Bool { faults.isEmpty && differenceCount == 0 }

    static let differencesNamed = 1_000

    mutating func note(_ difference: Difference) {
        differenceCount += 1
        if differences.count < Self.differencesNamed { differences.append(difference) }
    }
}

extension HubStore {
    /// Folds the log again into a new file at `path` and compares what comes out with what is here. Reads one moment of
    /// the hub, which may be serving meanwhile. The file stays, for who wants to look at it.
    ///
    /// - Parameter checkpoint: where `prune` left its checkpoint; looked at only if something was pruned.
    package func verify(
        foldingInto path: String, checkpoint: String = ""
    ) throws(HubStoreError) -> HubVerification {
        guard !FileManager.default.fileExists(atPath: path) else {
            throw HubStoreError(.exists, "\(path) exists already: the log is folded into a new file only")
        }
        return try read { [self] source in
            var report = HubVerification()
            try checkChain(source, &report)
            guard let begun = try beginning(source, checkpoint: checkpoint, into: path, files: files, &report)
            else { return report }
            var scratch = begun.scratch
            if try refold(source, after: begun.entry, into: &scratch, at: path, files: files, &report) {
                try scratch.pool.read { try StateComparison(source: source, scratch: $0).run(catalog, &report) }
                try compareDigests(source, &report)
            }
            try scratch.close()
            return report
        }
    }

    /// Every entry follows the one before it, from the first to the last.
    private func checkChain(_ source: Database, _ report: inout HubVerification) throws {
        let read = try LoggedEntry.after(0, source)
        var chain = Hash.none
        while try read.step() {
            let entry = LoggedEntry(read)
            report.entries += 1
            if entry.kind == "batch" { report.batches += 1 }
            if entry.chain != entry.chain(after: chain) {
                report.faults.append(
                    "entry \(entry.entry) (\(entry.kind)) does not follow the one before it: it was altered")
            }
            chain = entry.chain
        }
        if chain != (try HubRow(source)).logHash { report.faults.append("the log does not end where the hub says") }
    }

    /// The scratch hub as it was after the entry that is given back: at the founding, or at the checkpoint when batches
    /// before it were pruned.
    ///
    /// - Parameter files: the schema to fold by.
    func beginning(
        _ source: Database, checkpoint: String, into path: String, files: [Schema.File],
        _ report: inout HubVerification
    ) throws -> (scratch: HubStore, entry: Int64)? {
        let pruned = try RawStatement(
            source, "SELECT max(entry) FROM log WHERE kind = 'batch' AND length(bytes) = 0")
        if try pruned.step(), !pruned.isNull(0) {
            guard let found = try beginning(fromCheckpoint: checkpoint, into: path, files: files, &report)
            else { return nil }
            let link = try RawStatement(source, "SELECT chain FROM log WHERE entry = ?1")
            link.bind(1, found.checkpoint.entry)
            guard try link.step(), link.blob(0) == found.checkpoint.chain,
                pruned.integer(0) <= found.checkpoint.entry
            else {
                report.faults.append("the checkpoint \(checkpoint) is not of this log")
                return nil
            }
            return (found.scratch, found.checkpoint.entry)
        }
        let read = try LoggedEntry.after(0, source)
        guard try read.step() else {
            report.faults.append("the log is empty")
            return nil
        }
        let first = LoggedEntry(read)
        guard first.kind == "seed" else {
            report.faults.append("the log does not begin with what the hub was founded on")
            return nil
        }
        let seed = try Seed(reading: first.bytes)
        let known = files.through(version: seed.schemaVersion)
        return (try HubStore.create(at: path, seed: seed, key: key, now: first.at, files: known), first.entry)
    }

    /// Whether the log could be folded to its end. Each stretch of it is folded by the schema that the hub had then: at
    /// an upgrade the scratch hub is opened again, which upgrades it as the hub was.
    ///
    /// - Parameter isStrict: whether each entry must come to what the log says.
    func refold(
        _ source: Database, after entry: Int64, into scratch: inout HubStore, at path: String, files: [Schema.File],
        isStrict: Bool = true, _ report: inout HubVerification
    ) throws -> Bool {
        let read = try LoggedEntry.after(entry, source)
        var isMore = try read.step()
        while isMore {
            var some: [LoggedEntry] = []
            var size = 0
            var upgrade: LoggedEntry?
            while isMore && upgrade == nil && some.count < 1_000 && size < 16 << 20 {
                let entry = LoggedEntry(read)
                if entry.kind == "upgrade" { upgrade = entry } else { some.append(entry) }
                size += entry.bytes.count
                isMore = try read.step()
            }
            let entries = some
            let replay = Replay(scratch: scratch, isStrict: isStrict)
            try scratch.pool.writeWithoutTransaction { try $0.execute(sql: "PRAGMA synchronous = OFF") }
            let fault: String? = try scratch.pool.write { database in
                for entry in entries {
                    do { try replay.fold(entry, database) } catch {
                        return "entry \(entry.entry) (\(entry.kind)) cannot be folded: \(Self.text(error))"
                    }
                }
                return nil
            }
            if let fault {
                report.faults.append(fault)
                return false
            }
            if let upgrade {
                var decided = ByteReader(upgrade.decided)
                _ = try decided.varint()
                let known = files.through(version: try decided.count(limit: 1 << 20, of: "as schema version"))
                try scratch.close()
                scratch = try HubStore(path: path, key: key, files: known, now: upgrade.at)
            }
        }
        return true
    }

    private static func text(_ error: any Error) -> String {
        if let problem = error as? Problem { return problem.message }
        return HubStoreError(error).context
    }

    /// The digests that the hub kept with each merge against those of its records as they lie there now.
    private func compareDigests(_ source: Database, _ report: inout HubVerification) throws {
        let kept = try HubDigest.kept(source)
        let made = try HubDigest.scan(source, catalog: catalog)
        for place in Set(kept.keys).union(made.keys).sorted() where kept[place] != made[place] {
            let scope = place.scope.count == 16 ? Hash.text(place.scope) : place.scope.isEmpty ? "capofila" : "ambito"
            report.note(
                HubVerification.Difference(
                    table: "digest", name: "\(scope), schema \(place.since)", kind: .changed, columns: ["sum"]))
        }
    }
}
