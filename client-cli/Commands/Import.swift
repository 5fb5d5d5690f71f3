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
        if let report { try ImportReport.check(report, isReplacing: force, beside: path, of: work.store.path) }
        let file = try ImportFile.read(path)
        let desk = DataDesk.Import(into: table, fixed: fields, today: Day.today())
        let (isQuiet, isReplacing, report, isWriting) = (options.json, force, report, yes)
        let (store, author) = (work.store, work.author)
        let (outcome, hasReport, isCaptured) = try await Interruption.isHeard { isInterrupted in
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
                ? try desk.write(file, to: store, by: author, listener) : try desk.look(file, in: store, listener)
            // What is written is made ready, and told, whatever key is pressed meanwhile.
            let isCaptured = outcome.isWritten && work.captureOwnWrite()
            return (outcome, try writer?.finish() ?? false, isCaptured)
        }
        let text = ImportText(table: table, store: work.store, path: path, report: hasReport ? report : nil)
        try work.answer.give(text.json(outcome, isCaptured: isCaptured)) { try text.lines(outcome, isWriting: yes) }
        guard outcome.faultCount == 0 else { throw text.failure(outcome) }
    }
}
