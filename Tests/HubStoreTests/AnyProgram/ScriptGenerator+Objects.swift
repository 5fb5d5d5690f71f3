import SyncCore

extension ScriptGenerator {
    /// Objects of the program's own: triggers that write, tables, views, and what drops them.
    mutating func object() -> [String] {
        switch random.below(10) {
        case 0: return ["CREATE TABLE IF NOT EXISTS p_log(n INTEGER PRIMARY KEY, testo ANY, quando REAL, grezzo BLOB)"]
        case 1:
            return [
                "CREATE TABLE IF NOT EXISTS p_log(n INTEGER PRIMARY KEY, testo ANY, quando REAL, grezzo BLOB)",
                "INSERT INTO p_log(testo, quando, grezzo) VALUES ('a', 0.1 + 0.2, x'00ff'), (1e300, -0.0, zeroblob(2))",
            ]
        case 2:
            guard let dropped = triggers.popLast() else { return view() }
            return ["DROP TRIGGER \(dropped)"]
        case 3, 4: return view()
        default: return [trigger()]
        }
    }

    private mutating func textColumn(_ table: TableDescription) -> String? {
        let columns = table.columns.filter {
            $0.type == .text && $0.parent == nil && $0.allowed.isEmpty && $0.codeList == nil
                && ($0.format == nil || $0.format == .text) && $0.writable == nil
        }
        return columns.isEmpty ? nil : random.pick(columns).name
    }

    /// A trigger that does what people's triggers do: normalise the row, keep a log, write elsewhere, say no.
    private mutating func trigger() -> String {
        let name = name("t")
        triggers.append(name)
        let table = table()
        let column = random.pick(table.columns)
        let other = textColumn(table) ?? column.name
        let head = "CREATE \(random.chance(15) ? "TEMP " : "")TRIGGER \(name)"
        let grow = "UPDATE \(table.name) SET \(other) = \(other) || '+' WHERE id ="
        let names = (["id"] + table.columns.map(\.name)).joined(separator: ", ")
        let olds = (["OLD.id"] + table.columns.map { "OLD.\($0.name)" }).joined(separator: ", ")
        let no = random.pick(["RAISE(IGNORE)", "RAISE(ABORT, 'no')", "RAISE(FAIL, 'no')", "RAISE(ROLLBACK, 'no')"])
        let event = random.pick(["INSERT", "UPDATE", "DELETE"])
        let image = event == "DELETE" ? "OLD" : "NEW"
        let log = "INSERT INTO p_log(testo) VALUES (\(image).\(column.name))"
        let written = textColumn(table) == nil ? column.name : other
        switch random.below(12) {
        case 0, 1: return "\(head) AFTER INSERT ON \(table.name) BEGIN \(grow) NEW.id; END"
        case 2, 3:
            return "\(head) AFTER UPDATE OF \(column.name) ON \(table.name) WHEN length(NEW.\(written)) < 40 "
                + "BEGIN \(grow) NEW.id; END"
        case 4:
            return "\(head) BEFORE \(random.pick(["UPDATE", "DELETE"])) ON \(table.name) "
                + "WHEN length(OLD.\(written)) < 12 BEGIN \(grow) OLD.id; END"
        case 5:
            return "\(head) AFTER DELETE ON \(table.name) WHEN OLD.rowid % 2 BEGIN "
                + "INSERT INTO \(table.name)(\(names)) VALUES (\(olds)); END"
        case 6:
            return "\(head) \(random.pick(["BEFORE", "AFTER"])) \(event) ON \(table.name) "
                + "WHEN length(\(image).\(column.name)) % 3 = 1 BEGIN SELECT \(no); END"
        case 7:
            return "\(head) AFTER INSERT ON \(table.name) BEGIN "
                + "INSERT INTO progetto_rete(\(givesIDs ? "id, " : "")titolo) "
                + "VALUES (\(givesIDs ? "'\(fixedID())', " : "")NEW.\(column.name)); END"
        case 8:
            return "\(head) AFTER \(event) ON \(table.name) BEGIN "
                + "UPDATE soggetto SET telefono = coalesce(telefono, '') || '1' "
                + "WHERE length(coalesce(telefono, '')) < 9; END"
        case 9: return "\(head) AFTER INSERT ON \(table.name) BEGIN DELETE FROM \(table.name) WHERE id = NEW.id; END"
        case 10:
            return "\(head) AFTER INSERT ON \(table.name) BEGIN "
                + "DELETE FROM risorsa WHERE id = (SELECT min(id) FROM risorsa); END"
        default: return "\(head) \(random.pick(["BEFORE", "AFTER"])) \(event) ON \(table.name) BEGIN \(log); END"
        }
    }

    private mutating func fixedID() -> String {
        guard let table = tables.first(where: { $0.name == "progetto_rete" }) else { return "" }
        return Self.id(table, random.below(Self.poolSize))
    }

    /// A view that can be written through.
    private mutating func view() -> [String] {
        let table = table()
        let name = name("v")
        let column = random.pick(table.columns)
        let trigger = self.name("t")
        triggers.append(trigger)
        views.append((name, table))
        return [
            "CREATE VIEW \(name) AS SELECT id, \(column.name) AS v FROM \(table.name)",
            "CREATE TRIGGER \(trigger) INSTEAD OF UPDATE ON \(name) BEGIN "
                + "UPDATE \(table.name) SET \(column.name) = NEW.v WHERE id = OLD.id; END",
            "CREATE TRIGGER \(trigger)d INSTEAD OF DELETE ON \(name) BEGIN "
                + "DELETE FROM \(table.name) WHERE id = OLD.id; END",
        ]
    }

    mutating func throughView() -> [String] {
        guard let view = views.last else { return view() }
        let column = random.pick(view.table.columns)
        if random.chance(30) { return ["DELETE FROM \(view.name) WHERE \(random.pick(["1", "id > ''", "v IS NULL"]))"] }
        return ["UPDATE \(view.name) SET v = \(random.chance(50) ? "v || 'w'" : value(column, view.table))"]
    }
}
