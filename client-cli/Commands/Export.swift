import ArgumentParser
import Foundation
import ReplicaStore
import SyncCore
import Texts

/// `zona export TABLE`.
struct Export: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: localized("Write rows into a file: CSV for a spreadsheet, CSV for programs, JSON, or SQLite."),
        discussion: localized(
            """
            What is here, also what is not synced yet. csv is for people: labels above, `;` between cells, amounts as \
            1250,00, days as 26/11/2026, names in the place of ids where they are unique; a text that a spreadsheet \
            would run as a formula gets an apostrophe before it. csv-exact has the columns' names, cents, ISO days and \
            ids; json and jsonl exact values; sqlite is a database file of the tables alone.

            Rows are chosen as in `zona list`. The file appears whole or not at all; one that is there stays unless \
            --force is given. --to - writes to stdout.

            EXAMPLES
              zona export soggetto
              zona export incontro --where comune_id=Narni --to incontri.csv
              zona export quota_comune --format csv-exact --to -
              zona export --all --format sqlite --to piano.sqlite
              zona export --all --to folder
            """))

    @Argument(help: ArgumentHelp(localized("The table.")))
    var table: String?

    @Flag(help: ArgumentHelp(localized("All tables: into a folder as CSV, else into one file.")))
    var all = false

    @Option(help: ArgumentHelp(localized("csv, csv-exact, json, jsonl or sqlite."), valueName: "format"))
    var format = ExportFormat.csv

    @Option(
        help: ArgumentHelp(
            localized("The file, or - for stdout. Default: the table's name in this folder."), valueName: "path"))
    var to: String?

    @Flag(help: ArgumentHelp(localized("Replace a file that is there.")))
    var force = false

    @Option(help: ArgumentHelp(localized("Only these columns, separated by commas."), valueName: "names"))
    var columns: String?

    @OptionGroup var selection: RowSelection

    @OptionGroup var options: GlobalOptions

    func validate() throws {
        guard (table != nil) != all else { throw ValidationError(localized("name one table, or give --all")) }
        guard !all || !selection.isGiven && columns == nil else {
            throw ValidationError(localized("rows and columns are chosen of one table, not with --all"))
        }
        guard format != .sqlite || to != "-" && columns == nil && selection.order == nil else {
            throw ValidationError(
                localized("a SQLite file has all columns and its own order, and is not written to stdout"))
        }
        guard !all || !format.isOneTable || to != "-" else {
            throw ValidationError(localized("several tables as CSV are several files: name a folder with --to"))
        }
    }

    private struct Written {
        let path: String
        let table: String
        let rows: Int
    }

    func run() throws {
        let work = try Workplace(options)
        let catalog = work.store.catalog
        let tables = try table.map { [try Names.table($0, in: catalog)] } ?? catalog.domainTables
        if format.isOneTable && all {
            for table in tables { try ExportFile.refuseOwn(path(of: table), of: work.store.path) }
        } else {
            try ExportFile.refuseOwn(path, of: work.store.path)
        }
        let written: [Written]
        if format == .sqlite {
            written = try writeSQLite(tables, work.store)
        } else if all && format.isOneTable {
            written = try writeFolder(tables, work.store)
        } else {
            written = try writeFile(tables, work.store)
        }
        guard to != "-" else { return }
        work.answer.give(
            .object([
                "format": .text(format.rawValue),
                "files": .array(
                    written.map {
                        .object(["path": .text($0.path), "table": .text($0.table), "rows": .integer($0.rows)])
                    }),
            ])
        ) {
            written.map { one in
                SafeText.line("\(one.path): \(one.table), ")
                    + localized(one.rows, one: "\(one.rows) row", other: "\(one.rows) rows")
            }.joined(separator: "\n")
        }
    }

    /// The path that is meant when none is given.
    private var path: String { to ?? "\(table ?? "zona-export").\(format.suffix)" }

    private var folder: String { to ?? "zona-export" }

    private func path(of table: TableDescription) -> String { "\(folder)/\(table.name).\(format.suffix)" }

    private func writeFile(_ tables: [TableDescription], _ store: ReplicaStore) throws -> [Written] {
        try ExportFile.check(path, isReplacing: force)
        let chosen = try tables.map { ($0, try selection.query($0, in: store), try chosenColumns(of: $0)) }
        let file = try ExportFile(path, isReplacing: force)
        let writer = ExportWriter(format: format, file: file, store: store)
        var written: [Written] = []
        func writeEach() throws {
            for (index, (table, query, columns)) in chosen.enumerated() {
                if all && format == .json { try file.append(index == 0 ? "\n" : ",\n") }
                let rows = try writer.write(table, query, columns: columns)
                written.append(Written(path: path, table: table.name, rows: rows))
            }
        }
        if all { try writer.writeAll(writeEach) } else { try writeEach() }
        if format == .json { try file.append("\n") }
        try file.finish()
        return written
    }

    /// A file a table. Each appears whole; what an error leaves behind are whole files.
    private func writeFolder(_ tables: [TableDescription], _ store: ReplicaStore) throws -> [Written] {
        let paths = tables.map(path(of:))
        for path in paths { try ExportFile.check(path, isReplacing: force) }
        do {
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        } catch {
            throw CommandFailure(
                .file, "folder", localized("the folder \(folder) cannot be made: check the path and its permissions"))
        }
        return try zip(tables, paths).map { table, path in
            let file = try ExportFile(path, isReplacing: force)
            let rows = try ExportWriter(format: format, file: file, store: store).write(
                table, RowQuery(), columns: Array(table.columns.indices))
            try file.finish()
            return Written(path: path, table: table.name, rows: rows)
        }
    }

    private func writeSQLite(_ tables: [TableDescription], _ store: ReplicaStore) throws -> [Written] {
        try ExportFile.check(path, isReplacing: force)
        let chosen = try tables.map { (table: $0, query: try selection.query($0, in: store)) }
        let unfinished = ExportFile.unfinished(path)
        do {
            let counts = try store.export(chosen, into: unfinished)
            try ExportFile.place(path, isReplacing: force)
            return zip(tables, counts).map { Written(path: path, table: $0.name, rows: $1) }
        } catch {
            unlink(unfinished)
            throw error
        }
    }

    private func chosenColumns(of table: TableDescription) throws -> [Int] {
        guard let columns else { return Array(table.columns.indices) }
        return try FieldNames.list(columns, of: table).compactMap { $0 }
    }
}
