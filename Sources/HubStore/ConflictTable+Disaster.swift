import GRDB
import SQLiteAccess
import SyncCore
import SyncWire

// Conflicts that only a disaster or a forgotten delete makes, and conflicts that replicas give back.
extension ConflictTable {
    /// An edit that made a record anew which was gone here; or a copy of a record that its giver may not write.
    enum Special: String { case gone, held }

    /// The open conflicts of a record that the merge knows nothing of.
    func openSpecial(_ key: RecordKey) throws -> [(kind: Special, loser: Dot, id: RecordID)] {
        readSpecial.bind(1, key.table)
        readSpecial.bind(2, idBytes: key.id)
        defer { readSpecial.reset() }
        var found: [(kind: Special, loser: Dot, id: RecordID)] = []
        while try readSpecial.step() {
            guard let kind = Special(rawValue: readSpecial.text(0)), let id = readSpecial.id(3) else { continue }
            found.append((kind, dot(readSpecial.integer(1), readSpecial.integer(2)), id))
        }
        return found
    }

    /// How a special conflict looks to people.
    func marked(_ row: SyncCore.Row, as kind: String) throws -> SyncCore.Row {
        var values = try row.values()
        if kind == Special.held.rawValue {
            values[ConflictColumn.kind.rawValue] = .text("restored")
            values[ConflictColumn.contested.rawValue] = .integer(1)
        } else {
            values[ConflictColumn.kind.rawValue] = .text("edit-delete")
        }
        return SyncCore.Row(values)
    }

    /// What is given back of a record loses to a delete that had not seen it, and then it shows nowhere: the whole row
    /// stands in the list, so that it can be put back.
    func keepRow(_ about: About, in values: inout [Value]) throws {
        let names = about.table.columns.map(\.name).joined(separator: ",")
        values[ConflictColumn.columns.rawValue] = .text(names)
        values[ConflictColumn.otherValues.rawValue] = .blob(try bytes(of: Array(about.table.columns.indices), about))
        values[ConflictColumn.baseValues.rawValue] = .null
    }

    /// Of a conflict about the existence of a record.
    func isRowKept(_ values: [Value]) -> Bool {
        values[ConflictColumn.columns.rawValue] != .text("")
    }

    /// These columns as the row stands, also while the record is deleted.
    func bytes(of columns: [Int], _ about: About) throws -> [UInt8] {
        let slices = try about.state.row.slices()
        return columns.reduce(into: []) { bytes, column in
            bytes += column < slices.count ? slices[column] : about.table.columns[column].defaultValue[...]
        }
    }

    /// Takes in a conflict that a replica gives back: open until an operator decides it when it is open, remembered
    /// as decided or closed when it was. One that had closed by itself is open again where the record lacks what closed
    /// it: perhaps nobody else has the loser. What this hub lists itself stays as it is here.
    ///
    /// - Returns: whether it was taken.
    func giveBack(
        _ id: RecordID, _ row: SyncCore.Row, about key: RecordKey, in table: TableDescription,
        as state: RecordState?, scope: Scope, _ write: Writing
    ) throws -> Bool {
        let values = try row.values()
        func integer(_ column: ConflictColumn) -> Int64 {
            if case .integer(let number) = values[column.rawValue] { return number }
            return 0
        }
        func text(_ column: ConflictColumn) -> String {
            if case .text(let bytes) = values[column.rawValue] { return String(decoding: bytes, as: UTF8.self) }
            return ""
        }
        let loser = dot(integer(.otherNumber), integer(.otherCounter))
        let group = Int(clamping: integer(.groupNumber))
        guard values.count == ConflictColumn.allCases.count, Self.id(key, group: group, loser: loser) == id else {
            throw Refusal(.wrongID)
        }
        guard ["update", "edit-delete", "restored"].contains(text(.kind)) else { return false }
        let now = text(.state)
        if let known = try self.state(of: id) {
            switch (known, now) {
            case ("decided", _):
                guard try published(id) == nil else { return false }
                var row = values
                row[ConflictColumn.state.rawValue] = .text("decided")
                try write(RecordKey(table: Self.number, id: id), SyncCore.Row(row), scope)
            case ("closed", "open"):
                // Two knew it, and one of them that it had closed: what closed it may be gone.
                guard try !isListedHere(id), let state, !state.holds(loser, of: group, countsCopies: false)
                else { return false }
                try reopen(id, key, table, state, scope: scope, writing: write)
            default: return false
            }
            return true
        }
        upsert.bind(1, idBytes: id)
        upsert.bind(2, key.table)
        upsert.bind(3, idBytes: key.id)
        upsert.bind(4, group)
        upsert.bind(5, Int64(bitPattern: loser.number.rawValue))
        upsert.bind(6, Int64(bitPattern: loser.counter))
        // No listing of this life tells who knew of it: only an operator closes it.
        upsert.bindNull(7)
        upsert.bindNull(8)
        upsert.bind(9, text: "merge")
        try upsert.run()
        if now != "open" { try set(id, now == "decided" ? "decided" : "closed") }
        try write(RecordKey(table: Self.number, id: id), row, scope)
        // Who replaced the loser may have had it in his list only: the change that closed the conflict must be here.
        let closers = try Self.dots(in: values[ConflictColumn.dots.rawValue]).dropFirst()
        if now == "closed", let state, !state.stands(loser, in: group),
            !state.holds(loser, of: group) || !closers.allSatisfy({ state.holds($0, of: group) })
        {
            try reopen(id, key, table, state, scope: scope, writing: write)
        }
        return true
    }

    /// Whether somebody may have known a conflict over this loser in a former life of the hub. Whoever did covers the
    /// loser in this life too, and not the dot under which it is listed now. A loser of a number that was drawn for
    /// this life was never listed before it.
    func isOfFormerLife(_ loser: Dot) throws -> Bool {
        let read = try readLife()
        read.bind(1, Int64(bitPattern: loser.number.rawValue))
        defer { read.reset() }
        guard try read.step(), read.integer(1) != Int64(bitPattern: loser.number.rawValue) else { return false }
        return read.blob(2) != Incarnation(rawValue: UInt64(bitPattern: read.integer(0))).bytes
    }

    /// Remembers what a change decides though it is not listed here: a restored hub must not list it again.
    func remember(_ named: NamedConflict, about key: RecordKey) throws {
        guard let loser = named.dots.first, try state(of: named.conflict) == nil else { return }
        upsert.bind(1, idBytes: named.conflict)
        upsert.bind(2, key.table)
        upsert.bind(3, idBytes: key.id)
        upsert.bind(4, named.group)
        upsert.bind(5, Int64(bitPattern: loser.number.rawValue))
        upsert.bind(6, Int64(bitPattern: loser.counter))
        upsert.bindNull(7)
        upsert.bindNull(8)
        upsert.bind(9, text: "merge")
        try upsert.run()
        try set(named.conflict, "decided")
    }

    /// A decision that comes back without the change that carried it: what it decided is not open.
    func markDecided(_ conflict: RecordID, by author: [UInt8], now: Int64, _ write: Writing) throws {
        guard try state(of: conflict) == "open", var values = try published(conflict) else { return }
        try set(conflict, "decided")
        values[ConflictColumn.state.rawValue] = .text("decided")
        values[ConflictColumn.closedBy.rawValue] = .text(author)
        values[ConflictColumn.closedAt.rawValue] = .integer(now)
        let scope = try scope(of: values)
        try write(RecordKey(table: Self.number, id: conflict), SyncCore.Row(values), scope)
    }

    func scope(of values: [Value]) throws -> Scope {
        guard let table = catalog.table(Self.number) else { return .capofilaOnly }
        return table.scope(of: try SyncCore.Row(values).slices())
    }
}
