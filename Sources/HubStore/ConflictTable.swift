import GRDB
import SQLiteAccess
import SyncCore
import SyncWire

/// Lists conflicts, closes them, and publishes each as a row of the synced table `zona_conflict`.
struct ConflictTable {
    /// The catalog's number of `zona_conflict`.
    static let number = 901
    /// That of `zona_decision`.
    static let decisions = 902

    let catalog: Catalog
    let authors: AuthorTable
    private let readListed: RawStatement
    let readSpecial: RawStatement
    private let readState: RawStatement
    let upsert: RawStatement
    private let setState: RawStatement
    private let setDormant: LazyStatement
    let readHistory: RawStatement
    let readComune: RawStatement
    let readLife: LazyStatement
    private let readRow: RawStatement
    let openState: LazyStatement
    private let readListing: LazyStatement
    private let readRecord: LazyStatement
    private let moveRecord: LazyStatement
    private let reopenState: LazyStatement
    private let decisions: DecisionTable

    init(_ database: Database, catalog: Catalog, authors: AuthorTable, decisions: DecisionTable) throws {
        self.catalog = catalog
        self.authors = authors
        self.decisions = decisions
        openState = LazyStatement(
            database,
            """
            INSERT INTO conflict(id, table_no, record_id, group_no, loser_number, loser_counter, state, kind)
            VALUES (?1, ?2, ?3, ?4, 0, 0, 'open', ?5)
            ON CONFLICT(id) DO UPDATE SET state = 'open', record_id = excluded.record_id, kind = excluded.kind
            """)
        readListing = LazyStatement(
            database,
            "SELECT listed_number, listed_counter FROM conflict WHERE id = ?1 AND listed_number IS NOT NULL")
        readRecord = LazyStatement(database, "SELECT table_no, record_id, group_no FROM conflict WHERE id = ?1")
        moveRecord = LazyStatement(database, "UPDATE conflict SET record_id = ?2 WHERE id = ?1")
        reopenState = LazyStatement(
            database,
            "UPDATE conflict SET state = 'open', listed_number = NULL, listed_counter = NULL WHERE id = ?1")
        readLife = LazyStatement(
            database,
            """
            SELECT h.incarnation, h.number, r.incarnation FROM hub h LEFT JOIN replica r ON r.number = ?1
            WHERE EXISTS(SELECT 1 FROM hub_incarnation)
            """)
        readListed = try RawStatement(
            database,
            """
            SELECT group_no, loser_number, loser_counter, listed_number, listed_counter, state, shown_number,
                shown_counter
            FROM conflict WHERE table_no = ?1 AND record_id = ?2 AND kind = 'merge'
                AND (state = 'open' OR state = 'closed' AND shown_number IS NOT NULL)
            ORDER BY id
            """)
        readSpecial = try RawStatement(
            database,
            """
            SELECT kind, loser_number, loser_counter, id FROM conflict
            WHERE table_no = ?1 AND record_id = ?2 AND state = 'open' AND kind IN ('gone', 'held') ORDER BY id
            """)
        readState = try RawStatement(database, "SELECT state FROM conflict WHERE id = ?1")
        upsert = try RawStatement(
            database,
            """
            INSERT INTO conflict(id, table_no, record_id, group_no, loser_number, loser_counter, listed_number,
                listed_counter, state, kind)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, 'open', ?9)
            ON CONFLICT(id) DO UPDATE SET state = 'open', kind = excluded.kind,
                listed_number = iif(excluded.listed_number IS NULL, NULL,
                    coalesce(listed_number, excluded.listed_number)),
                listed_counter = iif(excluded.listed_number IS NULL, NULL,
                    iif(listed_number IS NULL, excluded.listed_counter, listed_counter))
            """)
        setState = try RawStatement(
            database, "UPDATE conflict SET state = ?2, shown_number = NULL, shown_counter = NULL WHERE id = ?1")
        setDormant = LazyStatement(
            database, "UPDATE conflict SET shown_number = ?2, shown_counter = ?3 WHERE id = ?1")
        readHistory = try RawStatement(
            database,
            """
            SELECT number, counter, "values" FROM history WHERE table_no = ?1 AND id = ?2 AND group_no = ?3
            ORDER BY time DESC, number DESC, counter DESC
            """)
        readComune = try RawStatement(database, "SELECT comune FROM replica WHERE number = ?1")
        readRow = try RawStatement(database, "SELECT row FROM record WHERE table_no = \(Self.number) AND id = ?1")
    }

    /// The name of a conflict: made of what it is about, so that it is the same however it comes about.
    static func id(_ key: RecordKey, group: Int, loser: Dot) -> RecordID {
        var bytes = Array("zona_conflict".utf8)
        bytes.appendVarint(UInt64(key.table))
        bytes.appendID(key.id)
        bytes.appendVarint(UInt64(group))
        bytes.appendDot(loser)
        return RecordID(version8: Hash.of(bytes))
    }

    /// The record's open conflicts, and those that closed because their loser came to show.
    func listed(_ key: RecordKey) throws -> (open: [OpenConflict], dormant: [DormantConflict]) {
        readListed.bind(1, key.table)
        readListed.bind(2, idBytes: key.id)
        defer { readListed.reset() }
        func dot(_ column: Int) -> Dot? {
            readListed.isNull(column) ? nil : self.dot(readListed.integer(column), readListed.integer(column + 1))
        }
        var open: [OpenConflict] = []
        var dormant: [DormantConflict] = []
        while try readListed.step() {
            guard let loser = dot(1) else { continue }
            let group = Int(readListed.integer(0))
            if readListed.text(5) == "open" {
                open.append(OpenConflict(group: group, loser: loser, listedUnder: dot(3)))
            } else if let listing = dot(3), let shown = dot(6) {
                dormant.append(DormantConflict(group: group, loser: loser, listedUnder: listing, shownUnder: shown))
            }
        }
        return (open, dormant)
    }

    func open(_ key: RecordKey) throws -> [OpenConflict] {
        try listed(key).open
    }

    func dot(_ number: Int64, _ counter: Int64) -> Dot {
        Dot(number: ReplicaNumber(rawValue: UInt64(bitPattern: number)), counter: UInt64(bitPattern: counter))
    }

    typealias Writing = (RecordKey, SyncCore.Row, Scope) throws -> Void

    /// Carries out what a merge says about conflicts. What was decided is not listed again.
    func settle(
        _ outcome: MergeOutcome, of change: Change, in table: TableDescription, scope: Scope, listedUnder dot: Dot,
        stillOpen open: [OpenConflict], now: Int64, decidedWith context: Context? = nil, writing write: Writing
    ) throws {
        let about = About(key: change.key, table: table, scope: scope, state: outcome.state, now: now)
        for loss in outcome.listed { try list(loss, about, listedUnder: dot, isForGood: false, write) }
        for loss in outcome.listedForGood { try list(loss, about, listedUnder: dot, isForGood: true, write) }
        let decided = Set(change.decides.map(\.conflict))
        for conflict in outcome.closed {
            let id = Self.id(change.key, group: conflict.group, loser: conflict.loser)
            guard !decided.contains(id) else { continue }
            try close(id, "closed", by: change.author, now, about, with: [conflict.loser, change.dot], write)
            guard outcome.dormant.contains(conflict) else { continue }
            let sleep = try setDormant()
            sleep.bind(1, idBytes: id)
            sleep.bind(2, Int64(bitPattern: dot.number.rawValue))
            sleep.bind(3, Int64(bitPattern: dot.counter))
            try sleep.run()
        }
        for (conflict, isOpenAgain) in outcome.woken {
            let id = Self.id(change.key, group: conflict.group, loser: conflict.loser)
            guard try state(of: id) == "closed" else { continue }
            try set(id, isOpenAgain ? "open" : "closed")
            if isOpenAgain { try publishOpen(id, about, write) }
        }
        for named in change.decides { try remember(named, about: change.key) }
        for id in decided.sorted() { try decide(id, change, context, about, write) }
        for conflict in open where !outcome.closed.contains(conflict) {
            let id = Self.id(change.key, group: conflict.group, loser: conflict.loser)
            if !decided.contains(id) { try refresh(id, conflict.group, about, write) }
        }
    }

    /// The record that conflicts are about, as it is after the merge.
    struct About {
        let key: RecordKey
        let table: TableDescription
        let scope: Scope
        let state: RecordState
        let now: Int64
    }

    /// A loser that came to show and loses again keeps the dot under which it was listed first: who had seen that
    /// listing had the loser in his list, not in his row.
    func list(
        _ loss: MergeOutcome.Loss, _ about: About, listedUnder: Dot, isForGood: Bool, kind: String = "merge",
        _ write: Writing
    ) throws {
        let loser = loss.sibling.stamp.dot
        let id = Self.id(about.key, group: loss.group, loser: loser)
        guard try state(of: id) != "decided" || Mutant.isOn(.decidedStay) else { return }
        upsert.bind(1, idBytes: id)
        upsert.bind(2, about.key.table)
        upsert.bind(3, idBytes: about.key.id)
        upsert.bind(4, loss.group)
        upsert.bind(5, Int64(loser.number.rawValue))
        upsert.bind(6, Int64(loser.counter))
        if try isForGood || isOfFormerLife(loser) {
            upsert.bindNull(7)
            upsert.bindNull(8)
        } else {
            let first = try listing(of: loss, beside: about.key) ?? listedUnder
            upsert.bind(7, Int64(first.number.rawValue))
            upsert.bind(8, Int64(first.counter))
        }
        upsert.bind(9, text: kind)
        try upsert.run()
        var row = try row(for: loss, about, isForGood: isForGood)
        if kind != "merge" { row = try marked(row, as: kind) }
        try write(RecordKey(table: Self.number, id: id), row, about.scope)
    }

    /// Whether this life of the hub listed it: then it knows what closed it.
    func isListedHere(_ id: RecordID) throws -> Bool {
        let read = try readListing()
        read.bind(1, idBytes: id)
        defer { read.reset() }
        return try read.step()
    }

    /// Under which dot the loser was listed at a record that is merged into this one now.
    private func listing(of loss: MergeOutcome.Loss, beside key: RecordKey) throws -> Dot? {
        guard let record = loss.sibling.stamp.record, record != key.id else { return nil }
        let read = try readListing()
        let there = RecordKey(table: key.table, id: record)
        read.bind(1, idBytes: Self.id(there, group: loss.group, loser: loss.sibling.stamp.dot))
        defer { read.reset() }
        return try read.step() ? dot(read.integer(0), read.integer(1)) : nil
    }

    /// `open`, `closed` or `decided`; nothing for a conflict that was never listed.
    func state(of id: RecordID) throws -> String? {
        readState.bind(1, idBytes: id)
        defer { readState.reset() }
        return try readState.step() ? readState.text(0) : nil
    }

    func set(_ id: RecordID, _ state: String) throws {
        setState.bind(1, idBytes: id)
        setState.bind(2, text: state)
        try setState.run()
    }

    /// A change names the conflict. It stays open when somebody reopened it whom the change's writer had not seen.
    private func decide(_ id: RecordID, _ change: Change, _ context: Context?, _ about: About, _ write: Writing) throws
    {
        guard try state(of: id) != nil else { return }
        var author = change.author
        if let context {
            let mark = DecisionMark(
                dot: change.dot, time: change.time, author: change.author, context: context, isReopening: false)
            let verdict = try decisions.add(mark, to: id)
            guard !verdict.isOpen else { return }
            author = verdict.author
        }
        try close(id, "decided", by: author, about.now, about, write)
    }

    /// Opens a conflict again, over what stands now. Only a decision closes it.
    func reopen(
        _ id: RecordID, _ key: RecordKey, _ table: TableDescription, _ state: RecordState, scope: Scope,
        writing write: Writing
    ) throws {
        guard try published(id) != nil else { return }
        try listForGood(id)
        try publishOpen(id, About(key: key, table: table, scope: scope, state: state, now: 0), write)
    }

    private func publishOpen(_ id: RecordID, _ about: About, _ write: Writing) throws {
        guard var values = try published(id), case .integer(let group) = values[ConflictColumn.groupNumber.rawValue]
        else { return }
        values[ConflictColumn.scope.rawValue] = scopeValue(about.scope)
        values[ConflictColumn.state.rawValue] = .text("open")
        values[ConflictColumn.closedBy.rawValue] = .null
        values[ConflictColumn.closedAt.rawValue] = .null
        let loser = values[ConflictColumn.dots.rawValue]
        if let shown = shownSibling(Int(group), about) { try fillShown(&values, shown, about) }
        values[ConflictColumn.dots.rawValue] = .blob(try dots(Int(group), about, keeping: loser))
        try write(RecordKey(table: Self.number, id: id), SyncCore.Row(values), about.scope)
    }

    private func listForGood(_ id: RecordID) throws {
        let reopen = try reopenState()
        reopen.bind(1, idBytes: id)
        try reopen.run()
    }

    /// Which record a conflict is about; nothing for one that was never listed.
    func record(of id: RecordID) throws -> RecordKey? {
        let read = try readRecord()
        read.bind(1, idBytes: id)
        defer { read.reset() }
        guard try read.step(), let record = read.id(1) else { return nil }
        return RecordKey(table: Int(read.integer(0)), id: record)
    }

    func group(of id: RecordID) throws -> Int? {
        let read = try readRecord()
        read.bind(1, idBytes: id)
        defer { read.reset() }
        return try read.step() ? Int(read.integer(2)) : nil
    }

    /// The record that a conflict was about goes: it is about this one from now on.
    func move(_ id: RecordID, to key: RecordKey) throws {
        let move = try moveRecord()
        move.bind(1, idBytes: id)
        move.bind(2, idBytes: key.id)
        try move.run()
    }

    /// - Parameter dots: the loser's, and that of the change which closed it: by it a restored hub tells whether it has
    ///   that change.
    func close(
        _ id: RecordID, _ state: String, by author: [UInt8], _ now: Int64, _ about: About, with dots: [Dot]? = nil,
        _ write: Writing
    ) throws {
        guard var values = try published(id) else { return }
        try set(id, state)
        // Who decides an orphan writes to its parent, which more may read than the child.
        let isAbout = values[ConflictColumn.recordID.rawValue] == .text("\(about.key.id)")
        let scope = isAbout ? about.scope : try scope(of: values)
        values[ConflictColumn.scope.rawValue] = scopeValue(scope)
        values[ConflictColumn.state.rawValue] = .text(state)
        values[ConflictColumn.closedBy.rawValue] = .text(author)
        values[ConflictColumn.closedAt.rawValue] = .integer(now)
        if let dots { values[ConflictColumn.dots.rawValue] = .blob(Self.bytes(of: dots)) }
        try write(RecordKey(table: Self.number, id: id), SyncCore.Row(values), scope)
    }

    /// What shows, or what stands beside the loser, has changed: an operator must decide over what is there now. A
    /// record of which a restored hub had some columns only may have got its owner, too.
    private func refresh(_ id: RecordID, _ group: Int, _ about: About, _ write: Writing) throws {
        guard var values = try published(id), let shown = shownSibling(group, about) else { return }
        let before = values
        let loser = values[ConflictColumn.dots.rawValue]
        values[ConflictColumn.scope.rawValue] = scopeValue(about.scope)
        try fillShown(&values, shown, about)
        values[ConflictColumn.dots.rawValue] = .blob(try dots(group, about, keeping: loser))
        if values != before { try write(RecordKey(table: Self.number, id: id), SyncCore.Row(values), about.scope) }
    }

    func published(_ id: RecordID) throws -> [Value]? {
        readRow.bind(1, idBytes: id)
        defer { readRow.reset() }
        guard try readRow.step() else { return nil }
        return try SyncCore.Row(uncheckedBytes: readRow.blob(0)).values()
    }
}
