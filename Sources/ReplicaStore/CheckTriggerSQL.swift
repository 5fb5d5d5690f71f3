package import SyncCore

/// The triggers that say no to a local write, with the field and the remedy, as the catalog declares: formats,
/// lists, ranges, checks, parents, natural keys, rights. What a merge brings is not asked: it is listed.
package enum CheckTriggerSQL {
    private struct Fault {
        let condition: String
        let message: String
    }

    /// - Parameter children: the tables and columns that hold this table's ids.
    package static func checks(of table: TableDescription, children: [(table: String, column: String)]) -> String {
        let insert =
            idFaults(of: table) + replaceFaults(of: table) + valueFaults(of: table, isUpdate: false)
            + insertRights(of: table)
            + keyFaults(of: table, isUpdate: false)
        let update =
            updateRights(of: table) + valueFaults(of: table, isUpdate: true) + keyFaults(of: table, isUpdate: true)
        let delete = deleteFaults(of: table, children: children)
        return trigger("insert", "BEFORE INSERT", table, insert) + trigger("update", "BEFORE UPDATE", table, update)
            + trigger("delete", "BEFORE DELETE", table, delete)
    }

    private static func trigger(_ kind: String, _ event: String, _ table: TableDescription, _ faults: [Fault]) -> String
    {
        guard !faults.isEmpty else { return "" }
        let cases = faults.map {
            "WHEN \($0.condition) THEN RAISE(ABORT, \(literal("zona: \(table.name): \($0.message)")))"
        }
        return """
            CREATE TRIGGER zona_check_\(table.name)_\(kind) \(event) ON "\(table.name)"
            WHEN (SELECT applying FROM zona_state) = 0 BEGIN
              SELECT CASE \(cases.joined(separator: "\n    ")) END FROM zona_state;
            END;

            """
    }

    /// A NULL id is refused because OR REPLACE would put the DEFAULT in its place after our triggers ran; a row number
    /// because OR REPLACE displaces by it too, and no trigger hears of that. Not given, it is -1 here.
    private static func idFaults(of table: TableDescription) -> [Fault] {
        [
            Fault(
                condition: isNoID("NEW.id"),
                message: "id: deve essere un UUID in minuscolo; senza nominare la colonna se ne ha uno"),
            Fault(
                condition: """
                    NEW.rowid <> -1
                        AND EXISTS (SELECT 1 FROM "\(table.name)" WHERE rowid = NEW.rowid AND id <> NEW.id)
                    """,
                message: "rowid: è di un'altra riga; lasciarlo a SQLite"),
        ]
    }

    /// Whether `id`, an expression, is no UUID in lower case.
    static func isNoID(_ id: String) -> String {
        """
        \(id) IS NULL OR length(CAST(\(id) AS BLOB)) <> 36 OR replace(\(id), '-', '') GLOB '*[^0-9a-f]*'
            OR length(replace(\(id), '-', '')) <> 32 OR \(id) NOT LIKE '________-____-____-____-____________'
        """
    }

    private static func valueFaults(of table: TableDescription, isUpdate: Bool) -> [Fault] {
        var faults: [Fault] = []
        for column in table.columns {
            let value = "NEW.\"\(column.name)\""
            let name = "\(column.name) (\(column.label))"
            let changed = isUpdate ? "\(value) IS NOT OLD.\"\(column.name)\" AND " : ""
            if !column.allowed.isEmpty {
                let list = column.allowed.map(sqlLiteral).joined(separator: ", ")
                faults.append(
                    Fault(
                        condition: "\(value) NOT IN (\(list))",
                        message: "\(name): valori ammessi: \(list.filter { $0 != "'" })"))
            }
            if let range = range(of: column) {
                faults.append(
                    Fault(
                        condition: "\(value) NOT BETWEEN \(range.0) AND \(range.1)",
                        message: "\(name): fuori dai limiti"))
            }
            switch column.format {
            case .date:
                faults.append(
                    Fault(
                        // The modifier makes SQLite compute the day: without it 30 February comes back as it was.
                        condition: "\(changed)\(value) IS NOT NULL AND date(\(value), '+0 days') IS NOT \(value)",
                        message: "\(name): serve una data che esiste, AAAA-MM-GG"))
            case .time:
                faults.append(
                    Fault(
                        condition: "\(value) NOT GLOB '[0-2][0-9]:[0-5][0-9]' OR \(value) > '23:59'",
                        message: "\(name): serve un'ora, HH:MM"))
            case .timestamp, .cent, .boolean, .year, .text, nil: break
            }
            if let parent = column.parent {
                faults.append(
                    Fault(
                        condition:
                            "\(changed)\(value) IS NOT NULL "
                            + "AND NOT EXISTS (SELECT 1 FROM \"\(parent)\" WHERE id = \(value))",
                        message: "\(name): nessuna riga di \(parent) ha questo id"))
            }
            if let list = column.codeList {
                faults.append(
                    Fault(
                        condition: """
                            \(changed)\(value) IS NOT NULL AND NOT EXISTS (SELECT 1 FROM vocabolario \
                            WHERE tipo = \(literal(list)) AND codice = \(value))
                            """,
                        message: "\(name): codice che non sta nella lista \(list)"))
            }
        }
        if let fault = sizeFault(of: table) { faults.append(fault) }
        return faults
            + table.checks.map { check in
                let columns = check.columns.columns.map {
                    "NEW.\"\(table.columns[$0].name)\" AS \"\(table.columns[$0].name)\""
                }
                return Fault(
                    condition:
                        "NOT coalesce((SELECT (\(check.expression)) "
                        + "FROM (SELECT \(columns.joined(separator: ", ")))), 1)",
                    message: check.message)
            }
    }

    /// A row that no batch could carry is refused where it is written. The limit leaves room for the heads of the
    /// encoded values.
    private static func sizeFault(of table: TableDescription) -> Fault? {
        let sizes = table.columns.filter { $0.type != .integer && $0.type != .real }.map {
            "coalesce(length(CAST(NEW.\"\($0.name)\" AS BLOB)), 0)"
        }
        guard !sizes.isEmpty else { return nil }
        return Fault(
            condition: "\(sizes.joined(separator: " + ")) > \(Limits.changeBytes - Limits.columns * 10)",
            message: "la riga supera 1 MB: accorciare i testi")
    }

    private static func range(of column: ColumnDescription) -> (Int64, Int64)? {
        let low = column.minimum ?? (column.format == .boolean ? 0 : column.format == .year ? 1900 : nil)
        let high = column.maximum ?? (column.format == .boolean ? 1 : column.format == .year ? 2999 : nil)
        guard low != nil || high != nil else { return nil }
        return (low ?? -Int64.max, high ?? .max)
    }

    private static func keyFaults(of table: TableDescription, isUpdate: Bool) -> [Fault] {
        guard !table.naturalKey.isEmpty else { return [] }
        let names = table.naturalKey.map { table.columns[$0].name }
        let same = names.map { "k.\"\($0)\" \(table.nullsAreEqual ? "IS" : "=") NEW.\"\($0)\"" }.joined(
            separator: " AND ")
        let changed = names.map { "NEW.\"\($0)\" IS NOT OLD.\"\($0)\"" }.joined(separator: " OR ")
        return [
            Fault(
                condition: """
                    \(isUpdate ? "(\(changed)) AND " : "")EXISTS (
                        SELECT 1 FROM "\(table.name)" k WHERE \(same) AND k.id <> NEW.id)
                    """,
                message: "c'è già una riga con la stessa chiave (\(names.joined(separator: ", ")))")
        ]
    }

    private static func insertRights(of table: TableDescription) -> [Fault] {
        var faults: [Fault] = []
        if let no = denial(table.writable, table, row: "NEW") {
            faults.append(Fault(condition: no, message: rightsMessage(table.writable)))
        }
        for column in table.columns {
            guard let access = column.writable, let no = denial(access, table, row: "NEW") else { continue }
            faults.append(
                Fault(
                    condition: "(\(no)) AND NEW.\"\(column.name)\" IS NOT \(sqlLiteral(column.defaultValue))",
                    message: "\(column.name) (\(column.label)): \(rightsMessage(access))"))
        }
        return faults
    }

    private static func updateRights(of table: TableDescription) -> [Fault] {
        var faults = [
            Fault(condition: "NEW.id IS NOT OLD.id", message: "id: non si cambia"),
            Fault(condition: "NEW.rowid IS NOT OLD.rowid", message: "rowid: non si cambia"),
        ]
        if table.rule == .appendOnly || table.rule == .set {
            let remedy =
                table.rule == .set ? "eliminare la riga e aggiungerne un'altra" : "correggere con una riga nuova"
            return faults + [Fault(condition: "1", message: "le righe non si modificano: \(remedy)")]
        }
        if let owner = table.ownerColumn.map({ table.columns[$0].name }) {
            faults.append(
                Fault(condition: "NEW.\"\(owner)\" IS NOT OLD.\"\(owner)\"", message: "\(owner): non si cambia"))
        }
        let plain = table.columns.filter { $0.writable == nil }.map { "NEW.\"\($0.name)\" IS NOT OLD.\"\($0.name)\"" }
        if let no = denial(table.writable, table, row: "OLD"), !plain.isEmpty {
            faults.append(
                Fault(
                    condition: "(\(no)) AND (\(plain.joined(separator: " OR ")))",
                    message: rightsMessage(table.writable)))
        }
        for column in table.columns {
            guard let access = column.writable, let no = denial(access, table, row: "OLD") else { continue }
            faults.append(
                Fault(
                    condition: "(\(no)) AND NEW.\"\(column.name)\" IS NOT OLD.\"\(column.name)\"",
                    message: "\(column.name) (\(column.label)): \(rightsMessage(access))"))
        }
        return faults
    }

    private static func deleteFaults(of table: TableDescription, children: [(table: String, column: String)]) -> [Fault]
    {
        var faults: [Fault] = []
        if table.rule == .appendOnly || !table.isDeletable {
            return [Fault(condition: "1", message: "le righe non si eliminano")]
        }
        if let no = denial(table.writable, table, row: "OLD") {
            faults.append(Fault(condition: no, message: rightsMessage(table.writable)))
        }
        for child in children {
            faults.append(
                Fault(
                    condition: "EXISTS (SELECT 1 FROM \"\(child.table)\" WHERE \"\(child.column)\" = OLD.id)",
                    message: "ci sono righe di \(child.table) che dipendono da questa: eliminare prima quelle"))
        }
        return faults
    }

    /// REPLACE displaces a row without firing a delete trigger; where rows are only added, another row under the same
    /// id is refused, and where records have owners, one of another owner: also under the id of one that was deleted
    /// and whose delete the hub has not acknowledged, which stands in the stash.
    private static func replaceFaults(of table: TableDescription) -> [Fault] {
        guard table.rule == .appendOnly || table.rule == .set, !table.columns.isEmpty else {
            guard let owner = table.ownerColumn.map({ table.columns[$0].name }) else { return [] }
            return [
                Fault(
                    condition: """
                        EXISTS (SELECT 1 FROM "\(table.name)" b WHERE b.id = NEW.id \
                        AND b."\(owner)" IS NOT NEW."\(owner)") \
                        OR EXISTS (SELECT 1 FROM \(TriggerSQL.stashName(table)) b WHERE b.id = NEW.id \
                        AND b."\(owner)" IS NOT NEW."\(owner)")
                        """,
                    message: "\(owner): non si cambia")
            ]
        }
        let differs = table.columns.map { "b.\"\($0.name)\" IS NOT NEW.\"\($0.name)\"" }.joined(separator: " OR ")
        return [
            Fault(
                condition: "EXISTS (SELECT 1 FROM \"\(table.name)\" b WHERE b.id = NEW.id AND (\(differs)))",
                message: "le righe non si modificano")
        ]
    }

    /// When the replica may not write under `access`; nothing when everybody may. `FROM zona_state` gives its columns.
    private static func denial(_ access: WriteAccess, _ table: TableDescription, row: String) -> String? {
        let owner = table.ownerColumn.map { "\(row).\"\(table.columns[$0].name)\"" }
        switch access {
        case .all: return nil
        case .hub: return "1"
        case .capofila: return "zona_state.is_capofila = 0"
        case .owner:
            guard let owner else { return nil }
            return "CASE WHEN \(owner) IS NULL THEN zona_state.is_capofila = 0 ELSE \(owner) <> zona_state.comune END"
        case .ownerAndCapofila:
            guard let owner else { return nil }
            return "zona_state.is_capofila = 0 AND \(owner) IS NOT zona_state.comune"
        }
    }

    private static func rightsMessage(_ access: WriteAccess) -> String {
        switch access {
        case .all: ""
        case .hub: "lo scrive solo il sistema"
        case .capofila: "lo scrive solo il capofila"
        case .owner: "lo scrive solo il comune a cui appartiene"
        case .ownerAndCapofila: "lo scrivono solo il comune a cui appartiene e il capofila"
        }
    }

    private static func sqlLiteral(_ encoded: [UInt8]) -> String {
        var reader = ByteReader(encoded)
        switch try? reader.value() {
        case .integer(let number): return String(number)
        case .real(let number): return String(number)
        case .text(let text): return literal(String(decoding: text, as: UTF8.self))
        case .null, .blob, nil: return "NULL"
        }
    }

    private static func literal(_ text: String) -> String {
        "'\(text.replacing("'", with: "''"))'"
    }
}
