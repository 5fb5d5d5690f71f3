import GRDB
import SQLiteAccess
package import SyncCore

/// What a desk that takes data in asks of the file and writes into it, inside one transaction: what was checked is what
/// is written upon. Used only within the body of `ReplicaStore.desk`.
package final class DeskSession {
    /// What becomes of the writes.
    package enum Ending: Sendable { case keeps, takesBack }

    /// A code of a list, as it stands.
    package struct Code: Sendable, Equatable {
        package let code: [UInt8]
        package let label: [UInt8]
        package let validFrom: [UInt8]?
        package let validTo: [UInt8]?

        package init(code: [UInt8], label: [UInt8], validFrom: [UInt8]? = nil, validTo: [UInt8]? = nil) {
            self.code = code
            self.label = label
            self.validFrom = validFrom
            self.validTo = validTo
        }
    }

    /// One step of a comune's reporting for a year.
    package struct Passage: Sendable, Equatable {
        package let id: RecordID
        package let previous: RecordID?
        package let from: String
        package let to: String
    }

    private let database: Database
    package let catalog: Catalog
    package let comune: RecordID
    package let isCapofila: Bool

    init(_ database: Database, catalog: Catalog) throws {
        self.database = database
        self.catalog = catalog
        let state = try RawStatement(database, "SELECT comune, is_capofila FROM zona_state")
        guard try state.step(), let comune = state.id(0) else {
            throw ReplicaStoreError(.notAReplica, "the file has no state of a replica")
        }
        self.comune = comune
        isCapofila = state.integer(1) == 1
    }

    // MARK: Reading

    /// The codes of a list, closed ones too, by code.
    package func codes(of list: String) throws -> [Code] {
        let read = try RawStatement(
            database,
            "SELECT codice, denominazione, valido_dal, valido_al FROM vocabolario WHERE tipo = ?1 ORDER BY codice, id")
        read.bind(1, text: list)
        var codes: [Code] = []
        while try read.step() {
            codes.append(
                Code(
                    code: read.blob(0), label: read.blob(1), validFrom: read.isNull(2) ? nil : read.blob(2),
                    validTo: read.isNull(3) ? nil : read.blob(3)))
        }
        return codes
    }

    /// Every row of a table with what people call it and the values of some columns, in the order of the ids.
    package func each(
        of table: TableDescription, _ columns: [Int], _ body: (RecordID, String?, [Value]) throws -> Void
    ) throws {
        let name = RecordNaming(catalog: catalog).expression(table, row: "t") ?? "NULL"
        let names = columns.map { ", t.\(TriggerSQL.quoted(table.columns[$0].name))" }.joined()
        let read = try RawStatement(
            database, "SELECT t.id, \(name)\(names) FROM \(TriggerSQL.quoted(table.name)) t ORDER BY t.id")
        while try read.step() {
            guard let id = read.id(0) else { continue }
            try body(id, read.isNull(1) ? nil : read.text(1), columns.indices.map { read.value($0 + 2) })
        }
    }

    /// Every row of a table with the values of some columns, in the order of the ids.
    package func eachValues(
        of table: TableDescription, _ columns: [Int], _ body: (RecordID, [Value]) throws -> Void
    ) throws {
        let names = ["id"] + columns.map { TriggerSQL.quoted(table.columns[$0].name) }
        let read = try RawStatement(
            database, "SELECT \(names.joined(separator: ", ")) FROM \(TriggerSQL.quoted(table.name)) ORDER BY id")
        while try read.step() {
            guard let id = read.id(0) else { continue }
            try body(id, columns.indices.map { read.value($0 + 1) })
        }
    }

    /// All values of a row, in the catalog's order.
    package func values(of id: RecordID, in table: TableDescription) throws -> [Value]? {
        try Self.values(of: id, in: table, database)
    }

    static func values(of id: RecordID, in table: TableDescription, _ database: Database) throws -> [Value]? {
        let names = table.columns.map { TriggerSQL.quoted($0.name) }
        let read = try RawStatement(
            database,
            "SELECT \((["id"] + names).joined(separator: ", ")) FROM \(TriggerSQL.quoted(table.name)) WHERE id = ?1")
        read.bind(1, idText: id)
        guard try read.step() else { return nil }
        return table.columns.indices.map { read.value($0 + 1) }
    }

    /// Up to two ids of rows that hold these values.
    ///
    /// - Parameter nullsAreEqual: whether NULL is found; else a row that holds one is like no other.
    package func ids(
        in table: TableDescription, where columns: [Int], hold values: [Value], nullsAreEqual: Bool
    ) throws -> [RecordID] {
        let conditions = columns.enumerated().map {
            "\(TriggerSQL.quoted(table.columns[$1].name)) \(nullsAreEqual ? "IS" : "=") ?\($0 + 1)"
        }
        let read = try RawStatement(
            database,
            "SELECT id FROM \(TriggerSQL.quoted(table.name)) WHERE \(conditions.joined(separator: " AND ")) LIMIT 2")
        for (index, value) in values.enumerated() { read.bind(index + 1, value) }
        var found: [RecordID] = []
        while try read.step() { if let id = read.id(0) { found.append(id) } }
        return found
    }

    /// Up to two ids of a table that begin with `prefix`.
    package func ids(startingWith prefix: String, in table: TableDescription) throws -> [RecordID] {
        try ReplicaStore.ids(database, startingWith: prefix, in: table)
    }

    package func exists(_ id: RecordID, in table: TableDescription) throws -> Bool {
        let read = try RawStatement(database, "SELECT 1 FROM \(TriggerSQL.quoted(table.name)) WHERE id = ?1")
        read.bind(1, idText: id)
        return try read.step()
    }

    /// Whether a row with these values, in the catalog's order, holds against a check.
    package func isFine(_ values: [Value], under check: CheckDescription, of table: TableDescription) throws -> Bool {
        let columns = check.columns.columns
        let named = columns.enumerated().map { "?\($0 + 1) AS \(TriggerSQL.quoted(table.columns[$1].name))" }
        let read = try RawStatement(
            database,
            "SELECT coalesce((SELECT (\(check.expression)) FROM (SELECT \(named.joined(separator: ", ")))), 1)")
        for (index, column) in columns.enumerated() { read.bind(index + 1, values[column]) }
        return try read.step() && read.integer(0) != 0
    }

    /// The years of plans with this number.
    package func annualita(of year: Int64) throws -> [RecordID] {
        let read = try RawStatement(database, "SELECT id FROM annualita WHERE anno = ?1 ORDER BY id")
        read.bind(1, year)
        var found: [RecordID] = []
        while try read.step() { if let id = read.id(0) { found.append(id) } }
        return found
    }

    /// The passages of each reporting of a comune for a year, oldest first; one list an instalment.
    package func passages(of comune: RecordID, annualita: RecordID) throws -> [[Passage]] {
        let read = try RawStatement(
            database,
            """
            SELECT r.id, p.id, p.precedente_id, p.da, p.a FROM rendicontazione_comune r
            JOIN rendicontazione_passaggio p ON p.rendicontazione_id = r.id
            WHERE r.annualita_id = ?1 AND r.comune_id = ?2 ORDER BY r.tranche, r.id, p.avvenuto, p.id
            """)
        read.bind(1, idText: annualita)
        read.bind(2, idText: comune)
        var all: [[Passage]] = []
        var last: RecordID?
        while try read.step() {
            guard let reporting = read.id(0), let id = read.id(1) else { continue }
            if reporting != last { all.append([]) }
            last = reporting
            all[all.count - 1].append(Passage(id: id, previous: read.id(2), from: read.text(3), to: read.text(4)))
        }
        return all
    }

    // MARK: What hangs on a record

    /// The rows that point to a record by one column of one table.
    package struct Dependents: Sendable {
        package let table: TableDescription
        package let column: Int
        package let count: Int
        /// The first of them.
        package let some: [RecordID]
    }

    package func dependents(of id: RecordID, in table: TableDescription, naming: Int) throws -> [Dependents] {
        var all: [Dependents] = []
        for child in ReplicaStore.children(of: table, in: catalog) {
            guard let described = catalog.table(named: child.table), let column = described.column(named: child.column)
            else { continue }
            let from = "FROM \(TriggerSQL.quoted(child.table)) WHERE \(TriggerSQL.quoted(child.column)) = ?1"
            let count = try RawStatement(database, "SELECT count(*) \(from)")
            count.bind(1, idText: id)
            guard try count.step(), count.integer(0) > 0 else { continue }
            let read = try RawStatement(database, "SELECT id \(from) ORDER BY id LIMIT ?2")
            read.bind(1, idText: id)
            read.bind(2, naming)
            var some: [RecordID] = []
            while try read.step() { if let id = read.id(0) { some.append(id) } }
            all.append(Dependents(table: described, column: column, count: Int(count.integer(0)), some: some))
        }
        return all
    }

    // MARK: Writing

    /// Adds a row and returns its id: the given one, or as `ReplicaStore.insert` makes it.
    package func insert(
        into table: TableDescription, _ values: [(column: Int, value: Value)], id: RecordID? = nil
    ) throws -> RecordID {
        try ReplicaStore.insert(database, into: table, values, id: id)
    }

    /// Changes columns of a row. Returns false when every value is there already.
    package func update(
        _ id: RecordID, of table: TableDescription, _ values: [(column: Int, value: Value)]
    ) throws -> Bool {
        try ReplicaStore.update(database, id, of: table, values)
    }

    /// Deletes a row.
    package func delete(_ id: RecordID, of table: TableDescription) throws {
        try ReplicaStore.delete(database, id, of: table)
    }
}

extension ReplicaStore {
    /// Runs `body` over one state of the file, without writing.
    package func deskReading<Result>(_ body: (DeskSession) throws -> Result) throws -> Result {
        try translating {
            try queue.inDatabase { database in
                try database.inOneTransaction(.deferred) { try body(DeskSession(database, catalog: catalog)) }
            }
        }
    }

    /// Runs `body` in one write transaction, with the triggers awake: all of it stays, or nothing. What is not kept was
    /// written all the same, so that every check has had its say.
    ///
    /// - Parameters:
    ///   - isOneAction: whether the hub takes or refuses the changes as one.
    ///   - isLong: whether many rows are written: their pages stay in memory, up to 128 MB, and so does what SQLite
    ///     keeps to undo each statement, which would else go through a file of its own.
    package func desk<Result>(
        by author: Operator, isOneAction: Bool = true, isLong: Bool = false,
        _ body: (DeskSession) throws -> (Result, DeskSession.Ending)
    ) throws -> Result {
        let version = catalog.version
        var made: Result?
        do {
            return try translating {
                try queue.inDatabase { database in
                    if isLong {
                        try RawStatement(database, "PRAGMA temp_store = MEMORY").run()
                        try RawStatement(database, "PRAGMA cache_size = -131072").run()
                    }
                    return try database.inOneTransaction(.immediate) {
                        try Upgrade.refuseUpgradedMeanwhile(database, version: version)
                        let (result, ending) = try database.acting(as: author, isOneAction: isOneAction) {
                            try body(DeskSession(database, catalog: catalog))
                        }
                        guard ending == .keeps else {
                            made = result
                            throw TakenBack()
                        }
                        return result
                    }
                }
            }
        } catch is TakenBack {
            guard let made else { throw ReplicaStoreError(.database, "what was taken back left no result") }
            return made
        }
    }

    private struct TakenBack: Error {}

    /// Gives the database's own errors this module's type, and lets those of the caller pass.
    private func translating<Result>(_ body: () throws -> Result) throws -> Result {
        do { return try body() } catch let fault as StatementFault { throw ReplicaStoreError(fault) } catch let fault
            as DatabaseError
        { throw ReplicaStoreError(fault) }
    }
}
