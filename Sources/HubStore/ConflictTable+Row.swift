import GRDB
import SQLiteAccess
import SyncCore
import SyncWire

// What the row of `zona_conflict` says of a conflict.
extension ConflictTable {
    func row(for loss: MergeOutcome.Loss, _ about: About, isForGood: Bool) throws -> SyncCore.Row {
        let group = about.table.group(loss.group)
        let names = (group?.columns.columns ?? []).map { about.table.columns[$0].name }
        var values = [Value](repeating: .null, count: ConflictColumn.allCases.count)
        func set(_ column: ConflictColumn, _ value: Value) { values[column.rawValue] = value }
        set(.scope, scopeValue(about.scope))
        set(.tableName, .text(about.table.name))
        set(.recordID, .text("\(about.key.id)"))
        set(.groupNumber, .integer(Int64(loss.group)))
        set(.columns, .text(names.joined(separator: ",")))
        set(.kind, .text(isForGood ? "restored" : loss.group == ColumnGroup.existence ? "edit-delete" : "update"))
        set(.rule, .text((group?.rule ?? about.table.rule).rawValue))
        set(.state, .text("open"))
        set(.contested, .integer(group?.rule == .manual ? 1 : 0))
        let loser = loss.sibling
        set(.otherValues, .blob(loss.group == ColumnGroup.existence ? [] : loser.values))
        set(.otherAuthor, .text(try authors.name(loser.stamp.author)))
        set(.otherComune, try comune(of: loser.stamp.dot.number))
        set(.otherNumber, .integer(Int64(loser.stamp.dot.number.rawValue)))
        set(.otherCounter, .integer(Int64(loser.stamp.dot.counter)))
        set(.otherTime, .integer(loser.stamp.time.milliseconds))
        set(.listedAt, .integer(about.now))
        if let shown = shownSibling(loss.group, about) {
            try fillShown(&values, shown, about)
            set(.baseValues, try base(loss.group, about, loser, shown).map(Value.blob) ?? .null)
        }
        set(.dots, .blob(try dots(loss.group, about, keeping: .blob(Self.bytes(of: [loser.stamp.dot])))))
        if about.state.isDeleted, loss.group == ColumnGroup.existence, loser.values == RecordState.present {
            try keepRow(about, in: &values)
        }
        return SyncCore.Row(values)
    }

    func fillShown(_ values: inout [Value], _ shown: Sibling, _ about: About) throws {
        let isExistence = values[ConflictColumn.groupNumber.rawValue] == .integer(Int64(ColumnGroup.existence))
        let isBack = isExistence && isRowKept(values) && !about.state.isDeleted
        let row = isBack ? try bytes(of: Array(about.table.columns.indices), about) : []
        values[ConflictColumn.shownValues.rawValue] = .blob(isExistence ? row : shown.values)
        values[ConflictColumn.shownAuthor.rawValue] = .text(try authors.name(shown.stamp.author))
        values[ConflictColumn.shownComune.rawValue] = try comune(of: shown.stamp.dot.number)
        values[ConflictColumn.shownNumber.rawValue] = .integer(Int64(shown.stamp.dot.number.rawValue))
        values[ConflictColumn.shownCounter.rawValue] = .integer(Int64(shown.stamp.dot.counter))
        values[ConflictColumn.shownTime.rawValue] = .integer(shown.stamp.time.milliseconds)
    }

    func shownSibling(_ group: Int, _ about: About) -> Sibling? {
        if let siblings = about.state.register(group)?.siblings, !siblings.isEmpty {
            return Merge.winner(of: group, among: siblings, in: about.table)
        }
        guard let base = about.state.base else { return nil }
        if group == ColumnGroup.existence { return Sibling(stamp: base, values: RecordState.present) }
        guard let columns = about.table.group(group)?.columns else { return nil }
        return (try? bytes(of: columns.columns, about)).map { Sibling(stamp: base, values: $0) }
    }

    /// What both sides had before them: the latest replaced value that both writers had seen.
    func base(_ group: Int, _ about: About, _ loser: Sibling, _ shown: Sibling) throws -> [UInt8]? {
        readHistory.bind(1, about.key.table)
        readHistory.bind(2, idBytes: about.key.id)
        readHistory.bind(3, group)
        defer { readHistory.reset() }
        while try readHistory.step() {
            let written = dot(readHistory.integer(0), readHistory.integer(1))
            if loser.stamp.covers(written) && shown.stamp.covers(written) { return readHistory.blob(2) }
        }
        return nil
    }

    func comune(of number: ReplicaNumber) throws -> Value {
        readComune.bind(1, Int64(number.rawValue))
        defer { readComune.reset() }
        guard try readComune.step(), let comune = readComune.id(0) else { return .null }
        return .text("\(comune)")
    }

    func scopeValue(_ scope: Scope) -> Value {
        switch scope {
        case .ambito: .text("*")
        case .capofilaOnly: .text("")
        case .comune(let owner): .text("\(owner)")
        }
    }

    static func bytes(of dots: [Dot]) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.appendVarint(UInt64(min(dots.count, Limits.decisionDots)))
        for dot in dots.prefix(Limits.decisionDots) { bytes.appendDot(dot) }
        return bytes
    }

    static func dots(in value: Value) throws -> [Dot] {
        guard case .blob(let bytes) = value else { return [] }
        var reader = ByteReader(bytes)
        return try (0..<(try reader.count(limit: Limits.decisionDots, of: "dots"))).map { _ in try reader.dot() }
    }

    /// The loser's dot first, then that of what shows, and of equals of it: whoever decides has these values on screen.
    /// A third value has a conflict of its own, and stays beside the decision.
    func dots(_ group: Int, _ about: About, keeping named: Value) throws -> [UInt8] {
        var all = Array(try Self.dots(in: named).prefix(1))
        let shown = shownSibling(group, about)
        for sibling in about.state.register(group)?.siblings ?? (shown.map { [$0] } ?? [])
        where sibling.values == shown?.values && !all.contains(sibling.stamp.dot) {
            all.append(sibling.stamp.dot)
        }
        return Self.bytes(of: all)
    }
}

/// The columns of `zona_conflict` in their order (`schema/replica/R002_conflict.sql`).
enum ConflictColumn: Int, CaseIterable {
    case scope, tableName, recordID, groupNumber, columns, kind, rule, state, contested, otherValues, shownValues,
        baseValues
    case otherAuthor, otherComune, otherNumber, otherCounter, otherTime
    case shownAuthor, shownComune, shownNumber, shownCounter, shownTime, dots, listedAt, closedBy, closedAt
}
