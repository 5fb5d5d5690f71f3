import SyncCore

extension ScriptGenerator {
    /// `VALUES` of a whole row with this id.
    mutating func row(of table: TableDescription, id: String) -> String {
        "VALUES (\(([id] + table.columns.map { value($0, table) }).joined(separator: ", ")))"
    }

    /// An id as a program gives it: mostly one that scripts use, now and then none, or nonsense.
    mutating func id(for table: TableDescription) -> String {
        if random.chance(94) { return "'\(Self.id(table, random.below(Self.poolSize)))'" }
        return random.pick([
            "NULL", "'x'", "''", "42", "x'00'", "upper('\(Self.id(table, 1))')", "'\(Self.id(table, 0)) '",
            "'0190c000-0000-8000-8000-00000000000\(random.below(10))'", "'0190C000-0000-7000-8000-000000000001'",
        ])
    }

    /// A value that mostly fits the column.
    mutating func value(_ column: ColumnDescription, _ table: TableDescription) -> String {
        if random.chance(4) { return strange() }
        if !column.isRequired && random.chance(25) { return "NULL" }
        if let parent = column.parent { return reference(to: parent) }
        if !column.allowed.isEmpty { return literal(random.pick(column.allowed)) }
        if let list = column.codeList { return "'\(Self.codes[list] ?? "nessuno")'" }
        switch column.format {
        case .date:
            return random.chance(4)
                ? "'2022-02-30'" : random.pick(["'2022-03-12'", "'2023-01-01'", "date('2022-12-31', '+1 day')"])
        case .time: return random.pick(["'09:00'", "'10:30'", "'17:00'", "'23:59'", "printf('%02d:%02d', 8, 5)"])
        case .timestamp: return "'2022-02-20T23:15:00Z'"
        case .boolean: return random.pick(["0", "1", "1 = 1", "2 > 3"])
        case .year: return random.pick(["2022", "2023", "2000 + 24"])
        case .cent:
            return random.pick(["100", "250000", "9007199254740993", "1.0", "0", "'500'", "4611686018427387904"])
        case .text, nil: break
        }
        switch (table.name, column.name) {
        case (_, "codice_fiscale"): return "'0000000000\(random.below(5))'"
        case (_, "periodo"): return random.pick(["'2022'", "'2022-S1'", "'2022-T3'", "'2022-09'"])
        case ("comune", "codice_istat"): return "'05502\(random.below(9))'"
        case ("comune", "codice_belfiore"): return "'F84\(random.below(9))'"
        case ("comune", "sigla_provincia"): return "'TR'"
        default: break
        }
        if column.type == .integer { return random.pick(["1", "2", "3", "40", "abs(-7)", "9223372036854775807"]) }
        return text()
    }

    private mutating func reference(to parent: String) -> String {
        if parent == "comune" { return "'\(random.chance(88) ? own : random.pick(comuni))'" }
        guard let table = tables.first(where: { $0.name == parent }) else { return "NULL" }
        if random.chance(15) {
            return "(SELECT id FROM \(parent) ORDER BY id LIMIT 1 OFFSET \(random.below(3)))"
        }
        return "'\(Self.id(table, random.below(random.chance(85) ? 3 : Self.poolSize)))'"
    }

    private mutating func text() -> String {
        random.pick([
            "'Banca del tempo'", "'Perch\u{E9}'", "'Perche\u{301}'", "'L''Aquila'", "''", "' '",
            "'\u{1F469}\u{200D}\u{1F467}'",
            "'a\"b;c'", "'riga\nnuova'", "'0'", "'1e3'", "'007'", "upper('sociale')", "'uno' || 'due'",
            "printf('%d-%s', 12, 'x')", "replace('casa', 's', 'c')", "coalesce(NULL, 'altro')",
            "printf('%.*c', 3000, 'x')",
            "CASE WHEN 1 THEN 'vero' END", "'a' || char(0) || 'b'", "trim('  spazi ')", "char(65533, 8364)",
            "substr('Narni', 2)",
        ])
    }

    private mutating func strange() -> String {
        random.pick([
            "NULL", "3.0", "3.5", "1e300", "x'00ff'", "9223372036854775807", "-9223372036854775808", "'testo'", "''",
            "-1",
            "CAST(x'c328' AS TEXT)", "CAST(x'ff00fe' AS TEXT)", "'2022-02-29'", "'24:00'", "0.1 + 0.2",
            "9223372036854775808",
            "'12'", "' 12 '", "zeroblob(3)", "1/0", "abs(-9223372036854775808)", "date('now', 'x')", "'2022-3-1'",
            "'1e2'",
        ])
    }

    /// A new value for a column, often made of the old one.
    mutating func changedValue(_ column: ColumnDescription, _ table: TableDescription) -> String {
        let isFree = column.parent == nil && column.allowed.isEmpty && column.codeList == nil
        guard isFree, random.chance(40) else { return value(column, table) }
        switch (column.type, column.format) {
        case (.text, .text), (.text, nil):
            return random.pick([
                "\(column.name) || 'x'", "upper(\(column.name))", "coalesce(\(column.name), 'vuoto')", "\(column.name)",
                "nullif(\(column.name), 'Banca del tempo')", "substr(\(column.name), 1, 3)",
            ])
        case (.integer, .cent), (.integer, nil):
            return random.pick([
                "\(column.name) + 1", "\(column.name) * 2", "-\(column.name)", "max(\(column.name), 5)",
            ])
        case (.integer, .boolean): return "1 - \(column.name)"
        default: return value(column, table)
        }
    }

    /// Which rows a program means.
    mutating func place(_ table: TableDescription) -> String {
        let column = random.pick(table.columns)
        switch random.below(10) {
        case 0..<4: return "id = \(id(for: table))"
        case 4: return "id IN (\(id(for: table)), \(id(for: table)), \(id(for: table)))"
        case 5: return "1"
        case 6: return "\(column.name) IS \(value(column, table))"
        case 7: return "length(\(column.name)) > \(random.below(6))"
        case 8: return "id IN (SELECT id FROM \(table.name) ORDER BY id LIMIT 2)"
        default: return "rowid % 2 = \(random.below(2))"
        }
    }

    private func literal(_ encoded: [UInt8]) -> String {
        var reader = ByteReader(encoded)
        switch try? reader.value() {
        case .integer(let number): return String(number)
        case .text(let text): return "'\(String(decoding: text, as: UTF8.self))'"
        default: return "NULL"
        }
    }

    /// One code of each list, which the world's first rows bring.
    static let codes = [
        "fonte": "FNPS", "area_utenza": "ANZ", "tipo_soggetto": "VOL", "area_tematica": "INC", "indicatore": "UTE",
        "livello_welfare": "LEG", "macrolivello_fnps": "ML1", "nomenclatore": "N01",
    ]
}
