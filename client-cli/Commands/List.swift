import ArgumentParser
import Platform
import ReplicaStore
import SyncCore
import Texts

/// `zona list [TABLE]`.
struct List: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: localized("List the tables, or the rows of one."),
        discussion: localized(
            """
            Rows come in the order in which they were made, unless --order says otherwise. The first column holds \
            marks: p not synced yet, b behind (a change of somebody else waits until yours is sent), c in conflict, C \
            contested (a decision is due); (C) stands behind the values that are provisional until then. Where a \
            column points to another record, its name is shown; --json gives the ids, too.

            A condition is col=value, or with one of != < <= > >= in the place of =; col~text for what contains these \
            letters, whatever their case and accents; col:null and col:notnull. Columns are called by name or label, \
            related records by their name. --plain tells record by record, for screen readers and narrow windows.

            EXAMPLES
              zona list
              zona list incontro --order -data --limit 20
              zona list incontro --where comune_id=Narni --where 'data>=01/09/2026'
              zona list soggetto --where 'denominazione~caritas' --where pec:null
              zona list quota_comune --columns comune_id,importo_cent --order -importo_cent
              zona list soggetto --search anziani --page 2
              zona list soggetto --pending --plain
            """))

    @Argument(help: ArgumentHelp(localized("The table. Without it, all tables.")))
    var table: String?

    @OptionGroup var selection: RowSelection

    @Option(help: ArgumentHelp(localized("The columns to show, separated by commas."), valueName: "names"))
    var columns: String?

    @Option(help: ArgumentHelp(localized("At most so many rows.")))
    var limit = 200

    @Option(help: ArgumentHelp(localized("Which page of so many rows, from 1.")))
    var page = 1

    @Flag(help: ArgumentHelp(localized("Only say how many rows there are.")))
    var count = false

    @Flag(help: ArgumentHelp(localized("Record by record, a line a field: for screen readers.")))
    var plain = false

    @OptionGroup var options: GlobalOptions

    func validate() throws {
        guard limit > 0 else { throw ValidationError(localized("--limit must be at least 1")) }
        guard page > 0, !page.multipliedReportingOverflow(by: limit).overflow else {
            throw ValidationError(localized("--page must be at least 1, and not beyond all rows"))
        }
        guard table != nil || !selection.isGiven && columns == nil && !count else {
            throw ValidationError(localized("--where and --columns need a table, as all that chooses rows"))
        }
    }

    func run() throws {
        let work = try Workplace(options)
        guard let name = table else { return try listTables(work) }
        let table = try Names.table(name, in: work.store.catalog)
        var query = try selection.query(table, in: work.store)
        let total = try work.store.count(of: table, query)
        guard !count else {
            return work.answer.give(.object(["table": .text(table.name), "count": .integer(total)])) { "\(total)" }
        }
        let shown = try chosenColumns(of: table)
        query.limit = limit
        query.offset = (page - 1) * limit
        if work.answer.isJSON {
            try giveJSON(query, table, shown, total: total, work)
        } else {
            try giveText(query, table, shown, total: total, work)
        }
    }

    private func giveJSON(
        _ query: RowQuery, _ table: TableDescription, _ columns: [Int], total: Int, _ work: Workplace
    ) throws {
        let isMore = page * limit < total
        var stream = try JSONStream(
            [
                "table": .text(table.name), "more": .bool(isMore), "page": .integer(page), "limit": .integer(limit),
                "next_page": isMore ? .integer(page + 1) : .null, "total": .integer(total),
            ], array: "rows")
        try work.store.forEachRow(of: table, query) { row in
            try stream.append(.object(row.json(table, columns: columns)))
        }
        try stream.end()
    }

    private func giveText(
        _ query: RowQuery, _ table: TableDescription, _ columns: [Int], total: Int, _ work: Workplace
    ) throws {
        guard total > 0 else {
            print(
                query.isNarrow
                    ? localized("no row of \(table.name) has these values") : localized("\(table.name) has no rows"))
            return
        }
        guard query.offset < total else {
            print(localized("page \(page) is beyond the last row: there are \(total) rows"))
            return
        }
        let listing = RowListing(
            table, columns: columns, isPlain: plain, hasWholeIDs: min(limit, total) > 1_000, width: Terminal.lineLength)
        try work.store.forEachRow(of: table, query) { listing.append($0) }
        listing.end()
        let last = min(page * limit, total)
        if last < total {
            print(
                localized(
                    """
                    (rows \(query.offset + 1) to \(last) of \(total): --page \(page + 1) has the next, --where and \
                    --search choose)
                    """))
        } else if page > 1 {
            print(localized("(rows \(query.offset + 1) to \(last) of \(total), the last ones)"))
        }
    }

    private func chosenColumns(of table: TableDescription) throws -> [Int] {
        guard let columns else { return Array(table.columns.indices) }
        // The id stands before them in any case.
        return try FieldNames.list(columns, of: table).compactMap { $0 }
    }

    private func listTables(_ work: Workplace) throws {
        let tables = work.store.catalog.tables.filter { !Names.isOfEngine($0) }
        let counted = try tables.map { (table: $0, rows: try work.store.count(of: $0)) }
        work.answer.give(
            .object([
                "tables": .array(
                    counted.map { table, rows in
                        .object([
                            "name": .text(table.name), "label": .text(table.shownLabel), "rows": .integer(rows),
                            "writable_by": .text(table.writable.rawValue), "rule": .text(table.rule.rawValue),
                            "owner_column": .optional(table.ownerColumn.map { table.columns[$0].name }),
                        ])
                    })
            ])
        ) {
            guard !plain else {
                return counted.map { table, rows in
                    "\(table.name): \(SafeText.line(table.shownLabel)), "
                        + localized(rows, one: "\(rows) row", other: "\(rows) rows")
                }.joined(separator: "\n")
            }
            var text = TextTable([
                .init(localized("table"), isWhole: true), .init(localized("label")),
                .init(localized("rows"), isRight: true), .init(localized("who writes")),
            ])
            for (table, rows) in counted {
                text.append([table.name, SafeText.line(table.shownLabel), String(rows), table.writable.words])
            }
            return text.text(width: Terminal.width)
        }
    }
}
