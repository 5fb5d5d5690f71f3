import CSVFiles
import Foundation
package import ReplicaStore
import SyncCore
import SyncWire
import Texts

/// The ambito's picture: a replica with capofila scope, frozen and published as a dated folder.
///
/// In the folder: the domain as one SQLite file, one CSV a table, the summary for people and for programs, and the
/// SHA-256 of each file. Database and CSV depend on the rows alone: equal rows, equal bytes. Instant, date and contacts
/// stand in the summary only.
package enum Consolidation {
    /// Publishes what `store` holds, which the caller has just brought up to date. Rows that are not synced are left
    /// out and named.
    ///
    /// The folder appears whole, by one rename, or not at all; a published one is never changed. A second publication
    /// of a date gets the date and `.2`. After an error nothing was published, and what was written is gone; after a
    /// crash the next publication removes it.
    package static func publish(
        _ store: ReplicaStore, _ request: PublishRequest
    ) throws(ConsolidationError) -> Publication {
        let state: ReplicaState
        do { state = try store.state() } catch { throw ConsolidationError(error) }
        guard state.isCapofila else {
            throw ConsolidationError(
                .notCapofila,
                localized(
                    """
                    this replica sees one comune only: consolidate on a replica of the capofila, or at the hub
                    """))
        }
        guard state.lastPull != nil else {
            throw ConsolidationError(
                .neverPulled,
                localized("this replica has never been brought up to date: sync it first, then consolidate"))
        }
        let folder = try PublishedFolder(in: request.folder, token: request.token)
        do {
            let summary = try write(store, request, into: folder.path)
            let path = try folder.publish(on: summary.date)
            return publication(of: summary, at: path)
        } catch {
            folder.abandon()
            throw ConsolidationError(error)
        }
    }

    /// The latest date of which a folder is published in `folder`; nothing when there is none. It serves a schedule
    /// that has no other memory; a publication by hand then counts as that date's.
    package static func lastPublished(in folder: String) throws(ConsolidationError) -> RomeDate? {
        guard FileManager.default.fileExists(atPath: folder) else { return nil }
        return try PublishedFolder.names(in: folder).compactMap { name in
            RomeDate(name.prefix(10)).flatMap { PublishedFolder.number(of: name, on: $0) == nil ? nil : $0 }
        }.max()
    }

    private static func write(
        _ store: ReplicaStore, _ request: PublishRequest, into path: String
    ) throws -> Summary {
        let database = "\(path)/\(FileName.database)"
        let picture = try store.freeze(into: database)
        let frozen = try FrozenFile(path: database, catalog: store.catalog)
        var registry = Registry(on: RomeDate(at: request.time))
        var amounts = Amounts()
        var counts: [Summary.Count] = []
        var duplicates: [FrozenFile.Duplicate] = []
        for table in frozen.tables {
            var rows = 0
            let file = try NewFile("\(path)/\(table.name).csv")
            try file.append { bytes in
                bytes.append(contentsOf: CSVText.byteOrderMark)
                CSVText.appendLine([.text("id")] + table.columns.map { .text($0.name) }, to: &bytes)
            }
            try frozen.forEachRow(of: table) { row in
                try file.append { CSVText.appendLine(row, to: &$0) }
                registry.add(row, of: table)
                amounts.add(row, of: table)
                rows += 1
            }
            try file.finish()
            counts.append(Summary.Count(table: table.name, label: table.label, rows: rows))
            duplicates += try frozen.duplicates(of: table)
        }
        try frozen.close()
        let summary = Summary(
            request: request, picture: picture, counts: counts, registry: registry, amounts: amounts,
            duplicates: duplicates)
        try NewFile.write(summary.json.rendered, to: "\(path)/\(FileName.summaryJSON)")
        try NewFile.write(summary.text, to: "\(path)/\(FileName.summaryText)")
        try NewFile.write(try fingerprints(in: path), to: "\(path)/\(FileName.fingerprints)")
        return summary
    }

    /// A line a file, in the order of names, as `sha256sum --check` reads them.
    private static func fingerprints(in path: String) throws -> String {
        try PublishedFolder.names(in: path).map { name in
            let bytes = try Data(contentsOf: URL(fileURLWithPath: "\(path)/\(name)"), options: .mappedIfSafe)
            return "\(Hash.text(Hash.of(bytes)))  \(name)\n"
        }.joined()
    }

    private static func publication(of summary: Summary, at path: String) -> Publication {
        Publication(
            folder: path, date: summary.date, cursor: summary.picture.cursor, rows: summary.rows,
            unsynced: summary.picture.unsynced, openConflicts: summary.picture.openConflicts,
            duplicates: summary.duplicates,
            missingComuni: summary.comuni.filter { $0.freshness.isPresent != true }.map(\.name),
            comuni: summary.comuni.count,
            text: summary.text)
    }
}
