import SyncCore

extension ScriptGenerator {
    /// One or a few statements that write.
    mutating func writing() -> [String] {
        let table = table()
        switch random.below(30) {
        case 0..<7: return [insert(table)]
        case 7..<10: return [upsert(table)]
        case 10..<16: return [update(table)]
        case 16..<18: return [updateFrom(table)]
        case 18..<21: return ["DELETE FROM \(table.name) WHERE \(place(table))" + returning(table)]
        case 21: return undo(table)
        case 22: return shortLived(table)
        case 23: return rewrite(table)
        case 24: return [selfReplace(table)]
        case 25: return ["UPDATE \(clause()) \(table.name) SET id = \(id(for: table)) WHERE \(place(table))"]
        case 26: return [byRowNumber(table)]
        case 27: return throughView()
        case 28: return [insertSelect(table)]
        default: return [update(table), "DELETE FROM \(table.name) WHERE \(place(table))", insert(table)]
        }
    }

    private mutating func returning(_ table: TableDescription) -> String {
        random.chance(25) ? " RETURNING id, \(random.pick(table.columns).name)" : ""
    }

    /// The columns that an insert names: required ones nearly always.
    private mutating func named(_ table: TableDescription) -> [ColumnDescription] {
        table.columns.filter { column in
            let needs = column.isRequired && column.defaultValue == ValueCoding.null
            return random.chance(needs ? 98 : 70)
        }
    }

    private mutating func insert(_ table: TableDescription) -> String {
        let columns = named(table)
        let givesID = givesIDs || random.chance(75)
        let names = ((givesID ? ["id"] : []) + columns.map(\.name)).joined(separator: ", ")
        guard !names.isEmpty else { return "INSERT INTO \(table.name) DEFAULT VALUES" }
        let rows = (0..<random.pick([1, 1, 1, 2, 4])).map { _ in
            let values = (givesID ? [id(for: table)] : []) + columns.map { value($0, table) }
            return "(\(values.joined(separator: ", ")))"
        }
        let verb = random.chance(8) ? "REPLACE" : "INSERT \(clause())"
        return "\(verb) INTO \(table.name)(\(names)) VALUES \(rows.joined(separator: ", "))" + returning(table)
    }

    private mutating func upsert(_ table: TableDescription) -> String {
        let names = (["id"] + table.columns.map(\.name)).joined(separator: ", ")
        let rows = (0..<random.pick([1, 1, 3])).map { _ in
            "(\(([id(for: table)] + table.columns.map { value($0, table) }).joined(separator: ", ")))"
        }
        let excluded = table.columns.filter { _ in random.chance(40) }.map { "\($0.name) = excluded.\($0.name)" }
        let column = random.pick(table.columns)
        let set = excluded.isEmpty ? "\(column.name) = \(value(column, table))" : excluded.joined(separator: ", ")
        let ending = random.pick([
            "ON CONFLICT(id) DO UPDATE SET \(set)", "ON CONFLICT(id) DO UPDATE SET \(set)", "ON CONFLICT DO NOTHING",
            "ON CONFLICT(id) DO NOTHING", "ON CONFLICT DO UPDATE SET \(set)",
            "ON CONFLICT(id) DO UPDATE SET \(set) WHERE \(table.name).\(column.name) IS NOT excluded.\(column.name)",
            "ON CONFLICT(id) DO UPDATE SET \(set) WHERE rowid % 2 = 0 ON CONFLICT DO NOTHING",
        ])
        return "INSERT \(random.chance(20) ? clause() : "") INTO \(table.name)(\(names)) "
            + "VALUES \(rows.joined(separator: ", ")) \(ending)" + returning(table)
    }

    private mutating func sets(_ table: TableDescription) -> String {
        let some = table.columns.filter { _ in random.chance(30) }
        let chosen = some.isEmpty ? [random.pick(table.columns)] : some
        if chosen.count > 1 && random.chance(15) {
            let values = chosen.map { changedValue($0, table) }.joined(separator: ", ")
            return "(\(chosen.map(\.name).joined(separator: ", "))) = (\(values))"
        }
        return chosen.map { "\($0.name) = \(changedValue($0, table))" }.joined(separator: ", ")
    }

    private mutating func update(_ table: TableDescription) -> String {
        "UPDATE \(clause()) \(table.name) SET \(sets(table)) WHERE \(place(table))" + returning(table)
    }

    private mutating func updateFrom(_ table: TableDescription) -> String {
        let column = random.pick(table.columns)
        return "UPDATE \(table.name) SET \(column.name) = da.v FROM "
            + "(SELECT id AS i, \(changedValue(column, table)) AS v FROM \(table.name) WHERE \(place(table))) AS da "
            + "WHERE \(table.name).id = da.i"
    }

    /// A change and what takes it back.
    private mutating func undo(_ table: TableDescription) -> [String] {
        guard let column = table.columns.first(where: { $0.type == .text && $0.parent == nil && $0.allowed.isEmpty }),
            column.codeList == nil, column.format == nil || column.format == .text
        else { return [update(table)] }
        let rows = "id = \(id(for: table))"
        let name = column.name
        return [
            "UPDATE \(table.name) SET \(name) = \(name) || 'z' WHERE \(rows)",
            "UPDATE \(table.name) SET \(name) = substr(\(name), 1, length(\(name)) - 1) WHERE \(rows)",
        ]
    }

    /// A row that goes before anybody could see it, or a row that goes and comes back.
    private mutating func shortLived(_ table: TableDescription) -> [String] {
        let id = "'\(Self.id(table, random.below(Self.poolSize)))'"
        let names = (["id"] + table.columns.map(\.name)).joined(separator: ", ")
        let insert = "INSERT INTO \(table.name)(\(names)) \(row(of: table, id: id))"
        let delete = "DELETE FROM \(table.name) WHERE id = \(id)"
        return random.chance(50) ? [insert, delete] : [delete, insert]
    }

    /// A whole table put aside, emptied and filled again.
    private mutating func rewrite(_ table: TableDescription) -> [String] {
        let saved = name("salva")
        return [
            "CREATE TEMP TABLE \(saved) AS SELECT * FROM \(table.name)",
            "DELETE FROM \(table.name)",
            "INSERT \(clause()) INTO \(table.name) SELECT * FROM \(saved)",
        ]
    }

    private mutating func selfReplace(_ table: TableDescription) -> String {
        let values = table.columns.map { random.chance(20) ? changedValue($0, table) : $0.name }
        return "REPLACE INTO \(table.name) SELECT id, \(values.joined(separator: ", ")) FROM \(table.name) "
            + "WHERE \(place(table))"
    }

    private mutating func insertSelect(_ table: TableDescription) -> String {
        let values = table.columns.map { random.chance(30) ? changedValue($0, table) : $0.name }
        let names = table.columns.map(\.name).joined(separator: ", ")
        guard givesIDs else {
            return "INSERT \(clause()) INTO \(table.name)(\(names)) SELECT \(values.joined(separator: ", ")) "
                + "FROM \(table.name) WHERE \(place(table)) ORDER BY id LIMIT 3"
        }
        return "INSERT \(clause()) INTO \(table.name)(id, \(names)) SELECT \(id(for: table)), "
            + "\(values.joined(separator: ", ")) FROM \(table.name) WHERE \(place(table)) LIMIT 1"
    }

    /// SQLite's own row numbers, which displace a row too.
    private mutating func byRowNumber(_ table: TableDescription) -> String {
        let number = 1 + random.below(6)
        if random.chance(40) { return "UPDATE \(clause()) \(table.name) SET rowid = \(number) WHERE \(place(table))" }
        let names = (["rowid", "id"] + table.columns.map(\.name)).joined(separator: ", ")
        let values = (["\(number)", id(for: table)] + table.columns.map { value($0, table) }).joined(separator: ", ")
        return "INSERT \(clause()) INTO \(table.name)(\(names)) VALUES (\(values))"
    }
}
