import ArgumentParser
import ReplicaStore
import SyncCore
import Texts

/// `zona revert [TABLE] ID …`.
struct Revert: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: localized("Take back what was changed here and is not synced yet."),
        discussion: localized(
            """
            Without --yes it only says what would be taken back. A record is again as the hub last confirmed it; one \
            that was added here goes. What no batch holds is as if it had never been; of what is sealed in a batch the \
            reverse is written, and the next sync sends both. The values that go are kept: `zona refused list` shows \
            them, and `zona refused resubmit` writes them again.

            EXAMPLES
              zona revert 0190f3c2-5a1e
              zona revert soggetto 0190f3c2 0190f3d7 --yes
              zona revert --table soggetto --yes
              zona revert --all
            """))

    @Argument(help: ArgumentHelp(localized("The table, if you like, and the records' ids."), valueName: "words"))
    var words: [String] = []

    @Flag(help: ArgumentHelp(localized("All that is not synced yet.")))
    var all = false

    @Option(help: ArgumentHelp(localized("All of this table."), valueName: "name"))
    var table: String?

    @Flag(help: ArgumentHelp(localized("Do it.")))
    var yes = false

    @OptionGroup var options: GlobalOptions

    func validate() throws {
        guard [all, table != nil, !words.isEmpty].filter({ $0 }).count == 1 else {
            throw ValidationError(localized("name the records, or a table with --table, or --all"))
        }
    }

    func run() throws {
        let work = try Workplace(options)
        let (keys, obstacles) = try chosen(work.store)
        // One that is named must go, or nothing does; of all, those go that can.
        if let first = obstacles.first, !words.isEmpty {
            throw CommandFailure(.badValue, "not-valid", "\(first.table.name) \(first.id): \(first.why)")
        }
        var told = Told(isJSON: options.json, hasFields: !yes)
        let isDone = yes && !keys.isEmpty
        if isDone {
            try work.store.revert(keys, by: work.author, now: Moment.now()) { told.add($0) }
        } else {
            let chosen = Set(keys)
            try work.store.forEachUnsynced(in: tables(work.store)) { change in
                if chosen.contains(RecordKey(table: change.table.number, id: change.id)) { told.add(change) }
            }
        }
        let isCaptured = isDone && work.captureOwnWrite()
        guard options.json else { return print(text(told, obstacles)) }
        var stream = try JSONStream(
            [
                "done": .bool(isDone), "captured": .bool(isCaptured),
                "left": .array(
                    obstacles.map {
                        .object([
                            "table": .text($0.table.name), "id": .text($0.id.description), "why": .text($0.why),
                        ])
                    }),
            ], array: "changes")
        for change in told.lines { try stream.append(change) }
        try stream.end()
    }

    /// What is taken back, as it is told: many rows need not be held whole.
    private struct Told {
        let isJSON: Bool
        let hasFields: Bool
        private(set) var lines: [String] = []
        private(set) var sealed = 0
        private(set) var count = 0

        init(isJSON: Bool, hasFields: Bool) {
            self.isJSON = isJSON
            self.hasFields = hasFields
        }

        mutating func add(_ change: UnsyncedChange) {
            count += 1
            if change.isSealed { sealed += 1 }
            guard !isJSON else { return lines.append(JSONStream.text(of: UnsyncedText.json(change))) }
            let id = change.id.description.prefix(ShortIDs.shortest)
            let name = change.name.map { ": " + SafeText.cut(SafeText.line($0), to: 80) } ?? ""
            lines.append("\(UnsyncedText.operation(change)) \(change.table.name) \(id)\(name)")
            if hasFields { lines += UnsyncedText.fields(change) }
        }
    }

    private typealias Obstacle = (table: TableDescription, id: RecordID, why: String)

    private func chosen(_ store: ReplicaStore) throws -> (keys: [RecordKey], obstacles: [Obstacle]) {
        let tables = try tables(store)
        var free: [RecordKey] = []
        var obstacles: [Obstacle] = []
        func sort(_ change: UnsyncedChange, _ why: String?) {
            if let why { return obstacles.append((change.table, change.id, why)) }
            free.append(RecordKey(table: change.table.number, id: change.id))
        }
        if words.isEmpty {
            try store.forEachUnsynced(in: tables) { change, why in
                if change.kind != .none { sort(change, why) }
            }
        } else {
            let isTableNamed = store.catalog.table(named: words[0]) != nil
            guard !isTableNamed || words.count > 1 else {
                throw CommandFailure(
                    .usage, "usage", localized("to take back all of \(words[0]): zona revert --table \(words[0])"))
            }
            let prefixes = isTableNamed ? Array(words.dropFirst()) : words
            for change in try Self.find(prefixes.map { $0.lowercased() }, in: tables, store) {
                sort(change, try store.obstacle(to: change))
            }
        }
        return (free, obstacles)
    }

    private func tables(_ store: ReplicaStore) throws -> [TableDescription] {
        if let table { return [try Names.table(table, in: store.catalog)] }
        return words.first.flatMap(store.catalog.table(named:)).map { [$0] } ?? store.catalog.tables
    }

    /// Each prefix means one unsynced record; a deleted one, too.
    private static func find(
        _ prefixes: [String], in tables: [TableDescription], _ store: ReplicaStore
    ) throws -> [UnsyncedChange] {
        var found = prefixes.map { _ in [UnsyncedChange]() }
        try store.forEachUnsynced(in: tables) { change in
            let id = change.id.description
            for (index, prefix) in prefixes.enumerated() where id.hasPrefix(prefix) && found[index].count < 6 {
                if change.kind != .none { found[index].append(change) }
            }
        }
        var chosen: [UnsyncedChange] = []
        for (prefix, changes) in zip(prefixes, found) {
            guard let change = changes.first else {
                throw CommandFailure(
                    .notFound, "not-found",
                    localized("no record whose id begins with \(prefix) waits to be synced: `zona diff` shows which do")
                )
            }
            guard changes.count == 1 else {
                let list = changes.map { "  \($0.table.name) \($0.id)  \($0.name ?? "")".trimmedEnd }
                throw CommandFailure(
                    .notFound, "ambiguous",
                    localized(
                        """
                        several rows have ids that begin with \(prefix): give more of it
                        \(list.joined(separator: "\n"))
                        """))
            }
            if !chosen.contains(where: { $0.id == change.id && $0.table.number == change.table.number }) {
                chosen.append(change)
            }
        }
        return chosen
    }

    private func text(_ told: Told, _ obstacles: [Obstacle]) -> String {
        var lines = told.lines
        for obstacle in obstacles {
            let id = obstacle.id.description.prefix(ShortIDs.shortest)
            lines.append(localized("stays: \(obstacle.table.name) \(id): \(obstacle.why)"))
        }
        guard told.count > 0 else {
            return (lines + [localized("nothing can be taken back")]).joined(separator: "\n")
        }
        let sealed = told.sealed
        let unsaid = told.count - sealed
        if !lines.isEmpty { lines.append("") }
        if !yes {
            lines.append(localized("Nothing was changed. To take this back: the same with --yes."))
        } else if unsaid > 0 {
            lines.append(
                localized(
                    unsaid, one: "\(unsaid) change was taken back as if it had never been",
                    other: "\(unsaid) changes were taken back as if they had never been"))
        }
        if sealed > 0 {
            lines.append(
                localized(
                    sealed,
                    one: "\(sealed) is sealed in a batch: its reverse is a new change, and the next sync sends both",
                    other:
                        "\(sealed) are sealed in batches: their reverses are new changes, and the next sync sends all"))
        }
        if yes { lines.append(localized("what was taken back is kept: `zona refused list`")) }
        return lines.joined(separator: "\n")
    }
}
