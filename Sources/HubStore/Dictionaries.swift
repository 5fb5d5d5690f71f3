import GRDB
import SQLiteAccess
import SyncCore

/// Contexts by number: thousands of records share one.
final class ContextTable {
    private let read: RawStatement
    private let find: RawStatement
    private let insert: RawStatement
    private var known: [Int64: Context] = [:]

    init(_ database: Database) throws {
        read = try RawStatement(database, "SELECT vector FROM context WHERE no = ?1")
        find = try RawStatement(database, "SELECT no FROM context WHERE vector = ?1")
        insert = try RawStatement(database, "INSERT INTO context(vector) VALUES (?1) RETURNING no")
    }

    func context(_ number: Int64) throws -> Context {
        if let context = known[number] { return context }
        read.bind(1, number)
        defer { read.reset() }
        guard try read.step() else { throw HubStoreError(.database, "context \(number) is gone") }
        var reader = ByteReader(read.blob(0))
        let context = Context(reference: number, vector: try reader.vector())
        known[number] = context
        return context
    }

    func context(of vector: VersionVector) throws -> Context {
        var bytes: [UInt8] = []
        bytes.appendVector(vector)
        find.bind(1, blob: bytes)
        defer { find.reset() }
        let number: Int64
        if try find.step() {
            number = find.integer(0)
        } else {
            insert.bind(1, blob: bytes)
            _ = try insert.step()
            number = insert.integer(0)
            insert.reset()
        }
        let context = Context(reference: number, vector: vector)
        known[number] = context
        return context
    }
}

/// Authors' names by number.
final class AuthorTable {
    private let read: RawStatement
    private let find: RawStatement
    private let insert: RawStatement
    private var known: [[UInt8]: Int64] = [:]

    init(_ database: Database) throws {
        read = try RawStatement(database, "SELECT name FROM author WHERE no = ?1")
        find = try RawStatement(database, "SELECT no FROM author WHERE name = ?1")
        insert = try RawStatement(database, "INSERT INTO author(name) VALUES (?1) RETURNING no")
    }

    func number(of name: [UInt8]) throws -> Int64 {
        if let number = known[name] { return number }
        find.bind(1, blob: name)
        defer { find.reset() }
        let number: Int64
        if try find.step() {
            number = find.integer(0)
        } else {
            insert.bind(1, blob: name)
            _ = try insert.step()
            number = insert.integer(0)
            insert.reset()
        }
        known[name] = number
        return number
    }

    func name(_ number: Int64) throws -> String {
        read.bind(1, number)
        defer { read.reset() }
        return try read.step() ? read.text(0) : "-"
    }
}
