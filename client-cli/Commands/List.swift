import ArgumentParser
import ReplicaStore
import SyncCore

/// `zona list [TABLE]`.
struct List: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "List the tables, or the rows of one.",
        discussion: """
            Rows come in the order in which they were made. The first column holds marks: p not synced yet, b \
            behind (a change of somebody else waits until yours is sent), c in conflict, C contested (a \
            decision is due); (C) stands behind the values that are provisional until then. Where a column points \
            to another record, its name is shown; --json gives the ids.

            EXAMPLES
              zona list
              zona list incontro
              zona list incontro --where comune_id=Narni --where tipo=plenaria
              zona list quota_comune --columns comune_id,importo_cent
              zona list soggetto --where pec:null --limit 20
            """)

    @Argument(help: "The table. Without it, all tables.")
    var table: String?

    @Option(
        name: .customLong("where"),
        help: ArgumentHelp("Only rows whose column has this value; may be repeated.", valueName: "col=value"))
    var conditions: [String] = []

    @Option(help: ArgumentHelp("The columns to show, separated by commas.", valueName: "names"))
    var columns: String?

    @Option(help: "At most so many rows.")
    var limit = 200

    @OptionGroup var options: GlobalOptions

    func validate() throws {
        guard limit > 0 else { throw ValidationError("--limit must be at least 1") }
        guard table != nil || conditions.isEmpty && columns == nil else {
            throw ValidationError("--where and --columns need a table")
        }
    }

    func run() throws {
        let work = try Workplace(options)
        guard let name = table else { return try listTables(work) }
        let table = try Names.table(name, in: work.store.catalog)
        let filter = try TypedValues(store: work.store, table: table).read(conditions)
        let found = try work.store.rows(of: table, where: filter, limit: limit == .max ? limit : limit + 1)
        let isMore = found.count > limit
        let rows = Array(found.prefix(limit))
        let shown = try chosenColumns(of: table)
        try work.answer.give(
            .object([
                "table": .text(table.name), "rows": .array(rows.map { .object($0.json(table, columns: shown)) }),
                "more": .bool(isMore),
            ])
        ) {
            guard !rows.isEmpty else {
                return filter.isEmpty ? "\(table.name) has no rows" : "no row of \(table.name) has these values"
            }
            let text = try Self.text(rows, table, shown, store: work.store)
            return isMore ? text + "\n(there are more: raise --limit, or choose with --where)" : text
        }
    }

    private func chosenColumns(of table: TableDescription) throws -> [Int] {
        guard let columns else { return Array(table.columns.indices) }
        return try columns.split(separator: ",").map { try Names.column(String($0.drop { $0 == " " }), of: table) }
    }

    private static func text(
        _ rows: [StoredRow], _ table: TableDescription, _ columns: [Int], store: ReplicaStore
    ) throws -> String {
        let names = RelatedNames(store)
        let ids = ShortIDs(rows.map(\.id))
        var text = TextTable(
            [.init("", isWhole: true), .init("id", isWhole: true)]
                + columns.map { .init(table.columns[$0].name, isRight: ValueText.isRight(table.columns[$0])) })
        for row in rows {
            let cells = try columns.map {
                SafeText.line(try names.cell(row.values[$0], table.columns[$0])) + row.mark(of: table.columns[$0])
            }
            text.append([row.marks, ids.text(row.id)] + cells)
        }
        return text.text(width: Terminal.width)
    }

    private func listTables(_ work: Workplace) throws {
        let tables = work.store.catalog.tables.filter { !Names.isOfEngine($0) }
        let counted = try tables.map { (table: $0, rows: try work.store.count(of: $0)) }
        work.answer.give(
            .object([
                "tables": .array(
                    counted.map { table, rows in
                        .object([
                            "name": .text(table.name), "label": .text(table.label), "rows": .integer(rows),
                            "writable_by": .text(table.writable.rawValue), "rule": .text(table.rule.rawValue),
                            "owner_column": .optional(table.ownerColumn.map { table.columns[$0].name }),
                        ])
                    })
            ])
        ) {
            var text = TextTable([
                .init("table", isWhole: true), .init("label"), .init("rows", isRight: true), .init("who writes"),
            ])
            for (table, rows) in counted {
                text.append([table.name, SafeText.line(table.label), String(rows), table.writable.words])
            }
            return text.text(width: Terminal.width)
        }
    }
}
