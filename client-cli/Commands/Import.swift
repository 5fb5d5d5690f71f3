import ArgumentParser
import DataDesk
import Platform
import ReplicaStore
import SyncCore
import Texts

/// `zona import TABLE FILE`.
struct Import: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: localized("Take a CSV file of a spreadsheet into a table: all of its rows, or none."),
        discussion: Help.discussion(
            localized(
                """
                Without --yes it only says what would become of the file: how many rows are new, changed, there \
                already, and each fault with its line, column and remedy. The first line holds the titles: the \
                columns' labels or names. Between cells stands ; or a comma or a tab; the file is UTF-8, UTF-16 or \
                Windows-1252. Money under a label is euro, 1.250,00 or 1250; under a column's name that ends in \
                _cent a number without a comma is cents. Dates are 29/11/2026, codes and related records go by code, \
                label or name.

                A row is found again by its id, else by its key, else by all its values: to import a file twice \
                changes nothing. A column that the file lacks stays as it is; an empty cell takes the value away. \
                Rows are never deleted.
                """),
            examples: """
                  zona import soggetto soggetti.csv
                  zona import soggetto soggetti.csv --report da-correggere.csv
                  zona import quota_comune quote.csv --set assegnazione_id=0190f3c2 --yes
                """))

    @Argument(help: ArgumentHelp(localized("The table.")))
    var table: String

    @Argument(help: ArgumentHelp(localized("The CSV file; - is stdin."), valueName: "file"))
    var path: String

    @Flag(help: ArgumentHelp(localized("Do it.")))
    var yes = false

    @Flag(name: .customLong("dry-run"), help: ArgumentHelp(localized("Check everything, show it, write nothing.")))
    var dryRun = false

    @Option(
        name: .customLong("set"),
        help: ArgumentHelp(localized("Give a column one value in all rows."), valueName: "col=value"))
    var fixed: [String] = []

    @Option(
        help: ArgumentHelp(
            localized("If there are faults, write the file's rows here with a column that tells them."),
            valueName: "path"))
    var report: String?

    @Flag(help: ArgumentHelp(localized("Replace a report that is there.")))
    var force = false

    @OptionGroup var options: GlobalOptions

    func validate() throws {
        guard !yes || !dryRun else { throw ValidationError(localized("give --yes or --dry-run, not both")) }
        guard report != "-" else { throw ValidationError(localized("a report is a file: name one")) }
    }

    func run() async throws {
        let work = try Workplace(options)
        let table = try Names.writableTable(table, in: work.store.catalog)
        let fields = try EntryDesk.fields(fixed, of: table)
        var (report, obstacle) = (report, nil as CommandFailure?)
        if let path = report {
            try ImportReport.refuse(path, beside: self.path, of: work.store.path)
            // A report that is there stays, and the faults are told all the same.
            do { try ExportFile.check(path, isReplacing: force) } catch let failure as CommandFailure {
                (report, obstacle) = (nil, failure)
            }
        }
        let file = Array(
            try InputFile.bytes(
                path, limit: Self.bytesMaximum, tooLarge: localized("\(path) is over 300 MB: import it in parts")))
        let outcome = try await take(file, into: table, fields, report, work)
        guard outcome.faultCount == 0 else { throw obstacle ?? ImportText.failure(outcome) }
    }

    /// Beyond this it is no spreadsheet: a million rows of 300 bytes.
    private static let bytesMaximum = 300 << 20

    /// Reads the file, and answers. What is written is made ready and told, whatever key is pressed meanwhile.
    private func take(
        _ file: [UInt8], into table: TableDescription, _ fields: [(column: Int, input: FieldInput)],
        _ report: String?, _ work: Workplace
    ) async throws -> ImportOutcome {
        let desk = DataDesk.Import(into: table, fixed: fields, today: Day.today())
        let (path, isQuiet, isReplacing, isWriting) = (path, options.json, force, yes)
        return try await Interruption.isHeard { isInterrupted in
            let progress = RowProgressLine(isQuiet: isQuiet)
            defer { progress.end() }
            let writer = try report.map { try ImportReport($0, isReplacing: isReplacing) }
            var listener = DataDesk.Import.Listener()
            listener.onTitles = { try writer?.begin($0) }
            listener.onRow = { cells, faults in
                guard !isInterrupted() else { throw CancellationError() }
                progress.count()
                try writer?.add(cells, faults)
            }
            let outcome =
                isWriting
                ? try desk.write(file, to: work.store, by: work.author, listener)
                : try desk.look(file, in: work.store, listener)
            let isCaptured = outcome.isWritten && work.captureOwnWrite()
            let hasReport = try writer?.finish() ?? false
            progress.end()
            let text = ImportText(table: table, store: work.store, path: path, report: hasReport ? report : nil)
            try work.answer.give(text.json(outcome, isCaptured: isCaptured)) {
                try text.lines(outcome, isWriting: isWriting)
            }
            return outcome
        }
    }
}
