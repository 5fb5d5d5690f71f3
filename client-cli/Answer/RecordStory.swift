import Foundation
import Platform
import ReplicaStore
import ReplicaSync
import SyncCore
import SyncWire
import Texts

/// What is known of one record: what the hub told, if it could be asked, and what this replica has by itself.
struct RecordStory {
    let table: TableDescription
    let id: RecordID
    let row: StoredRow?
    let pending: WaitingChange?
    let conflicts: [Conflict]
    let decisions: [Decision]
    let hub: HistoryAnswer?
    /// Why the hub was not asked.
    let unasked: String?
    let lastPull: Int64?
    private let names: RelatedNames
    private let comuneTable: TableDescription?

    /// - Parameter key: the record; it need not be here any more.
    static func tell(
        _ table: TableDescription, _ id: RecordID, _ work: Workplace, network: NetworkOptions, isOffline: Bool
    ) async throws -> RecordStory {
        var hub: HistoryAnswer?
        var unasked: String? = isOffline ? localized("the hub was not asked") : nil
        if !isOffline {
            let store = work.store
            let settings = network.settings
            do {
                let key = try ReplicaKey.load(for: store.path)
                let record = RecordKey(table: table.number, id: id)
                hub = try await Interruption.cancels {
                    try await Asking(store: store, key: key, settings: settings).history(of: record)
                }
            } catch let fault as SyncFault where fault.code != .cancelled {
                unasked = localized("the hub could not be asked: \(fault.context)")
            }
        }
        return try RecordStory(table, id, work.store, hub: hub, unasked: unasked)
    }

    private init(
        _ table: TableDescription, _ id: RecordID, _ store: ReplicaStore, hub: HistoryAnswer?, unasked: String?
    ) throws {
        self.table = table
        self.id = id
        self.hub = hub
        self.unasked = unasked
        row = try store.row(id, of: table)
        pending = try store.pendingChange(of: id, in: table)
        let known = try store.conflicts(about: id)
        conflicts = known
        let listed = (hub?.listings ?? []).map(\.conflict).filter { id in !known.contains { $0.id == id } }
        decisions = try store.decisions(about: known.map(\.id) + listed)
        lastPull = try store.state().lastPull
        names = RelatedNames(store)
        comuneTable = store.catalog.table(named: "comune")
        guard row != nil || hub.map({ $0.record != .unknown }) ?? false || !conflicts.isEmpty || pending != nil else {
            let also = unasked ?? localized("the hub has none that this comune may read")
            throw CommandFailure(
                .notFound, "not-found", localized("there is no row \(id) in \(table.name) here, and \(also)"))
        }
    }

    // MARK: Words

    /// Who wrote an entry, not yet made safe for a terminal.
    func writer(_ entry: HistoryAnswer.Entry, anonymous: String = Words.anotherProgram) throws -> String {
        let author = String(decoding: entry.author, as: UTF8.self)
        let who = author == "-" ? anonymous : author
        guard let comune = entry.comune, let comuneTable else { return who }
        return "\(who), \(try names.name(of: comune, in: comuneTable) ?? comune.description)"
    }

    func name() throws -> String? { try names.name(of: id, in: table) }

    /// One value as people read it, not yet made safe for a terminal.
    func text(_ value: Value, _ column: Int) throws -> String {
        SafeText.cut(try names.cell(value, table.columns[column]), to: 200)
    }

    /// The columns of a group; nothing for existence.
    func columns(of group: Int) -> [Int] { table.group(group)?.columns.columns ?? [] }

    /// The group that a column is merged in.
    func group(of column: Int) -> ColumnGroup? { table.groups.first { $0.columns.contains(column) } }

    /// The values of a version, by column.
    func values(_ version: HistoryAnswer.Version) -> [Int: Value] {
        var reader = ByteReader(version.values)
        var values: [Int: Value] = [:]
        for column in columns(of: version.group) {
            guard !reader.isAtEnd, let value = try? reader.value() else { break }
            values[column] = value
        }
        return values
    }

    /// What was known when, in one line.
    var basis: String {
        if let hub { return localized("as the hub has it, asked \(Moment.inWords(hub.at))") }
        let since =
            lastPull.map { localized("as of its last sync, \(Moment.inWords($0))") }
            ?? localized("which has never synchronised")
        return (unasked ?? localized("the hub was not asked")) + "\n"
            + localized("what this replica knows, \(since):")
    }

    /// The notes that qualify a hub's answer.
    var gaps: [String] {
        guard let hub else { return [] }
        var gaps: [String] = []
        if hub.isCut { gaps.append(localized("there is more than these: the newest are shown")) }
        if let before = hub.prunedBefore {
            gaps.append(
                localized("what was replaced before \(Moment.local(before)) is gone: the hub let go of it (`prune`)"))
        }
        return gaps
    }

    /// A change here that the hub does not have yet: the columns in which it differs from what the hub confirmed.
    func pendingColumns() -> [(column: Int, before: Value?)] {
        guard let pending, let row else { return [] }
        return row.values.indices.compactMap { column in
            guard let before = pending.before else { return row.values[column] == .null ? nil : (column, nil) }
            return before[column] == row.values[column] ? nil : (column, before[column])
        }
    }

    /// The decision that an entry carries about a conflict: the last before the entry's successor is not known, so the
    /// one nearest to the entry's time.
    func decision(_ conflict: RecordID, near time: HybridTime) -> Decision? {
        decisions.filter { $0.conflict == conflict && $0.choice != "reopen" }
            .min { abs($0.decidedAt - time.milliseconds) < abs($1.decidedAt - time.milliseconds) }
    }

    /// That an entry decided a conflict, and how.
    func decided(_ conflict: RecordID, near time: HybridTime) -> String {
        let short = conflict.description.prefix(ShortIDs.shortest)
        let deciding = localized("deciding conflict \(short)")
        guard let decision = decision(conflict, near: time) else { return deciding }
        let note = decision.note.isEmpty ? "" : ": “\(decision.note)”"
        return "\(deciding), \(ConflictText.choice(decision.choice))\(note)"
    }

    /// Whether neither writer had seen what the other wrote; nothing when nobody knows any more.
    func areApart(_ left: Int, _ right: Int) -> Bool {
        guard let entries = hub?.entries, let seenLeft = entries[left].seen, let seenRight = entries[right].seen else {
            return false
        }
        return !seenLeft.contains(right) && !seenRight.contains(left)
    }
}

extension MergeRule {
    /// What the rule does with changes made apart, in words.
    var words: String {
        switch self {
        case .lastWriterWins, .fields: localized("the later change shows")
        case .manual: localized("the later change shows, provisionally: somebody must decide")
        case .capofila: localized("the capofila's change shows, whatever the clock says")
        case .owner: localized("the owning comune's change shows, whatever the clock says")
        case .appendOnly: localized("rows are added and never changed")
        case .set: localized("rows are added and deleted, never changed")
        case .ordered: localized("the value that is later in the declared order shows")
        }
    }
}

extension RecordStory {
    /// What is told of the record, under its name and whose word it is, with what is missing at the end; each line
    /// within the width, its indent kept.
    func page(_ lines: [String], width: Int) throws -> String {
        let heading = "\(table.name) \(id)\(try name().map { ", \($0)" } ?? "")"
        let whole =
            [heading] + basis.split(separator: "\n").map(String.init) + lines + (gaps.isEmpty ? [] : [""] + gaps)
        return whole.flatMap { line in
            let indent = String(line.prefix { $0 == " " })
            return TextTable.wrap(SafeText.line(String(line.dropFirst(indent.count))), width: width - indent.count)
                .map { indent + $0 }
        }.joined(separator: "\n")
    }
}
