import ArgumentParser
import ReplicaStore
import SyncCore

/// `zona conflicts show ID`.
struct ConflictsShow: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show both sides of a conflict, what they began from, who wrote them and when.",
        discussion: """
            EXAMPLES
              zona conflicts show 3f2a91c0-77b1
            """)

    @Argument(help: "The conflict's id, or its beginning.")
    var id: String

    @OptionGroup var options: GlobalOptions

    func run() throws {
        let work = try Workplace(options)
        let conflict = try work.store.conflict(startingWith: id.lowercased())
        let table = work.store.catalog.table(named: conflict.table)
        try work.answer.give(ConflictText.json(conflict, table)) {
            try Self.text(conflict, table, store: work.store)
        }
    }

    private static func text(_ conflict: Conflict, _ table: TableDescription?, store: ReplicaStore) throws -> String {
        let names = RelatedNames(store)
        let name = try table.flatMap { try names.name(of: conflict.recordID, in: $0) }
        var lines = [
            "conflict \(conflict.id), \(SafeText.line(state(conflict)))",
            SafeText.line("about \(conflict.table) \(conflict.recordID)\(name.map { ", \($0)" } ?? "")"),
            SafeText.line("kind \(conflict.kind), rule \(conflict.rule), listed \(Moment.inWords(conflict.listedAt))"),
            "",
        ]
        if ["duplicate", "orphan", "invalid"].contains(conflict.kind) {
            lines += try StateConflictText.lines(conflict, table, store: store)
            return lines.joined(separator: "\n")
        }
        lines.append(sides(conflict, table).text(width: Terminal.width))
        if conflict.state == "open" {
            lines += ["", advice(conflict, table)]
        } else {
            let id = conflict.id.description.prefix(ShortIDs.shortest)
            lines += ["", "to decide anew: zona conflicts reopen \(id)"]
        }
        return lines.joined(separator: "\n")
    }

    private static func sides(_ conflict: Conflict, _ table: TableDescription?) -> TextTable {
        let isOpen = conflict.state == "open"
        var text = TextTable(
            [
                .init("field", isWhole: true), .init("began from"), .init(isOpen ? "shown (stands now)" : "shown then"),
                .init(isOpen ? "other (kept aside)" : "other then"),
            ], overflow: .wraps)
        for (index, name) in conflict.columns.enumerated() {
            let column = table.flatMap { table in table.column(named: name).map { table.columns[$0] } }
            let cells = [conflict.base, conflict.shown.values, conflict.other.values].map { values in
                SafeText.lines(ConflictText.value(values, index, column))
            }
            text.append([SafeText.line(name)] + cells)
        }
        if conflict.columns.isEmpty {
            text.append(["the record", "", "as it stands", "deleted"])
        }
        text.append(["", "", "", ""])
        let sides = [conflict.shown, conflict.other]
        text.append(["by", ""] + sides.map { SafeText.line(ConflictText.writer($0)) })
        text.append(["at", ""] + sides.map { Moment.local($0.time) })
        text.append(["", ""] + sides.map { Moment.distance($0.time, Moment.now()) })
        return text
    }

    private static func state(_ conflict: Conflict) -> String {
        guard conflict.state == "open" else {
            if conflict.reopenedHere { return "\(conflict.state), reopened here; `zona sync` tells the others" }
            let who = conflict.closedBy.map { " by \($0)" } ?? ""
            return conflict.state + who + (conflict.closedAt.map { ", \(Moment.inWords($0))" } ?? "")
        }
        if conflict.decidedHere { return "decided here; `zona sync` tells the others" }
        return conflict.isContested ? "open and contested: somebody must decide" : "open"
    }

    private static func advice(_ conflict: Conflict, _ table: TableDescription?) -> String {
        let command = "zona conflicts resolve \(conflict.id.description.prefix(ShortIDs.shortest))"
        guard let first = conflict.columns.first else {
            return """
                to decide:
                  \(command) --take shown   the record stays as it stands
                  \(command) --take other   the record is deleted
                """
        }
        return """
            to decide:
              \(command) --take shown
                  what stands now stays: \(ConflictText.values(conflict.shown, conflict, table))
              \(command) --take other
                  the other value takes its place: \(ConflictText.values(conflict.other, conflict, table))
              \(command) \(SafeText.line(first))=…
                  a new value takes its place
            """
    }
}
