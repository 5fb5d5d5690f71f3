import ArgumentParser
import ReplicaStore
import SyncCore
import Texts

/// `zona search TEXT`.
struct Search: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: localized("Find records by words in any of their texts."),
        discussion: localized(
            """
            A record is found whose texts hold words that begin with each of those given, whatever case and accents. \
            The words that were found stand in brackets. `zona list --where 'column~text'` finds letters within words.

            EXAMPLES
              zona search anziani
              zona search citta viva
              zona search sport --table progetto_rete --limit 5
            """))

    @Argument(help: ArgumentHelp(localized("The words, or how they begin."), valueName: "text"))
    var text: [String]

    @Option(help: ArgumentHelp(localized("Only this table."), valueName: "name"))
    var table: String?

    @Option(help: ArgumentHelp(localized("Name at most so many records, the best ones.")))
    var limit = 50

    @OptionGroup var options: GlobalOptions

    func validate() throws {
        guard limit > 0 else { throw ValidationError(localized("--limit must be at least 1")) }
    }

    func run() throws {
        let work = try Workplace(options)
        let words = ReplicaStore.searchWords(text.joined(separator: " "))
        guard !words.isEmpty else {
            throw CommandFailure(.usage, "usage", localized("give a word to search for: letters or digits"))
        }
        let table = try table.map { try Names.table($0, in: work.store.catalog) }
        let (hits, total) = try work.store.search(words, in: table, limit: limit)
        work.answer.give(
            .object([
                "hits": .array(hits.map { Self.json($0, words) }), "total": .integer(total),
                "more": .bool(total > hits.count),
            ])
        ) {
            guard !hits.isEmpty else { return localized("nothing has these words") }
            var lines: [String] = []
            // By table in the catalog's order; within one the best first.
            for table in work.store.catalog.tables {
                let own = hits.filter { $0.table.number == table.number }
                guard !own.isEmpty else { continue }
                if !lines.isEmpty { lines.append("") }
                lines.append("\(SafeText.line(table.shownLabel)) (\(table.name))")
                for hit in own { lines += Self.lines(hit, words) }
            }
            if total > hits.count {
                lines += ["", localized("(\(hits.count) of \(total), the best: --limit shows more, --table chooses)")]
            }
            return lines.joined(separator: "\n")
        }
    }

    private static func matches(_ hit: SearchHit, _ words: [String]) -> [(column: String, text: String)] {
        hit.texts.compactMap { column, text in
            MatchText.marked(text, words).map { (hit.table.columns[column].name, $0) }
        }
    }

    private static func lines(_ hit: SearchHit, _ words: [String]) -> [String] {
        let name = hit.name.map { SafeText.cut(SafeText.line($0), to: 80) } ?? ""
        return ["  \(hit.id.description.prefix(ShortIDs.shortest))  \(name)".trimmedEnd]
            + matches(hit, words).map { "    \($0.column): \($0.text)" }
    }

    private static func json(_ hit: SearchHit, _ words: [String]) -> JSONValue {
        .object([
            "table": .text(hit.table.name), "id": .text(hit.id.description), "name": .optional(hit.name),
            "matches": .array(
                matches(hit, words).map { .object(["column": .text($0.column), "text": .text($0.text)]) }),
        ])
    }
}
