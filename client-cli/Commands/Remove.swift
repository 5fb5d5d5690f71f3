import ArgumentParser
import DataDesk
import ReplicaStore
import SyncCore
import Texts

/// `zona rm [TABLE] ID`.
struct Remove: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rm",
        abstract: localized("Delete a record."),
        discussion: Help.discussion(
            localized(
                """
                A record on which others stand is not deleted: they are named, and go first. If somebody else edits \
                the record before your delete reaches him, his edit wins and is listed as a conflict.
                """),
            examples: """
                  zona rm 0190f3c2-5a1e
                  zona rm incontro 0190f3c2 --dry-run
                """))

    @Argument(help: ArgumentHelp(localized("The table, if you like, and the record's id."), valueName: "words"))
    var words: [String]

    @Flag(
        name: .customLong("dry-run"), help: ArgumentHelp(localized("Say what would be deleted, and what stands on it."))
    )
    var dryRun = false

    @OptionGroup var options: GlobalOptions

    /// How many of the records that stand on one are named, of each column that points to it.
    private static let named = 3

    func run() throws {
        let work = try Workplace(options)
        let (table, id) = try RecordReference.find(words, in: work.store)
        _ = try Names.writable(table)
        let name = try work.store.name(of: id, in: table).map { ": " + SafeText.cut(SafeText.line($0), to: 80) } ?? ""
        let dependents = try work.store.deskReading { try $0.dependents(of: id, in: table, naming: Self.named) }
        guard dependents.isEmpty else {
            var failure = CommandFailure(
                .badValue, "not-valid", try told(dependents, of: "\(table.name) \(id)\(name)", work.store))
            failure.faults = dependents.map(Self.json)
            throw failure
        }
        var isCaptured = false
        if dryRun {
            try work.store.desk(by: work.author) { (try $0.delete(id, of: table), .takesBack) }
        } else {
            try work.store.delete(id, of: table, by: work.author)
            isCaptured = work.captureOwnWrite(closing: [(id, table)])
        }
        work.answer.give(
            .object([
                "table": .text(table.name), "id": .text(id.description), "deleted": .bool(!dryRun),
                "captured": .bool(isCaptured), "dry_run": .bool(dryRun),
            ])
        ) {
            let what = "\(table.name) \(id)\(name)"
            return dryRun ? localized("would delete \(what)") : localized("deleted \(what)")
        }
    }

    /// What stands on the record, and how to see all of it.
    private func told(_ dependents: [DeskSession.Dependents], of what: String, _ store: ReplicaStore) throws -> String {
        var lines = [localized("\(what) is not deleted: others stand on it, and go first")]
        for one in dependents {
            let column = one.table.columns[one.column].name
            lines.append(
                localized(
                    one.count, one: "  \(one.count) row of \(one.table.name) (\(column)):",
                    other: "  \(one.count) rows of \(one.table.name) (\(column)):"))
            for id in one.some {
                let name = try store.name(of: id, in: one.table).map { "  " + SafeText.line($0) } ?? ""
                lines.append("    " + SafeText.cut("\(id)\(name)", to: 110))
            }
            if one.count > one.some.count {
                let list = "zona list \(one.table.name) --where \(column)=\(words.last ?? "")"
                lines.append("    … " + localized("all of them: `\(list)`"))
            }
        }
        return lines.joined(separator: "\n")
    }

    private static func json(_ dependents: DeskSession.Dependents) -> JSONValue {
        .object([
            "kind": .text("stands-on-it"), "table": .text(dependents.table.name),
            "column": .text(dependents.table.columns[dependents.column].name), "count": .integer(dependents.count),
            "some": .array(dependents.some.map { .text($0.description) }),
        ])
    }
}
