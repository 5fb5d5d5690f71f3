import GRDB
import SQLiteAccess
package import SyncCore

/// What a shell may complete from a replica's file. It is opened for reading alone, nobody is waited for, and each
/// question reads a few rows by an index.
package final class CompletionSource: Sendable {
    /// A record, and what people call it.
    package struct Named: Sendable {
        package let id: String
        package let name: String
    }

    package let catalog: Catalog
    private let queue: DatabaseQueue
    /// More are not worth reading on a screen.
    package static let limit = 60

    /// Nothing when there is no replica, or it cannot be read at once.
    package init?(path: String) {
        var configuration = Configuration()
        configuration.readonly = true
        configuration.busyMode = .immediateError
        guard let queue = try? DatabaseQueue(path: path, configuration: configuration),
            let catalog = try? queue.read({ try CatalogLoader.load($0) })
        else { return nil }
        self.queue = queue
        self.catalog = catalog
    }

    /// Records of a table whose id begins so, in the order in which they were made.
    package func records(of table: TableDescription, startingWith prefix: String) -> [Named] {
        let isPlausible = prefix.utf8.allSatisfy { $0 >= 0x30 && $0 <= 0x39 || $0 >= 0x61 && $0 <= 0x66 || $0 == 0x2D }
        guard isPlausible else { return [] }
        let name = table.tellingColumn.map { TriggerSQL.quoted(table.columns[$0].name) } ?? "''"
        return named(
            """
            SELECT id, \(name) FROM \(TriggerSQL.quoted(table.name)) WHERE id >= ?1 AND id < ?1 || 'g'
            ORDER BY id LIMIT \(Self.limit)
            """, prefix)
    }

    /// Codes of a list that are in use, with their meaning.
    package func codes(of list: String) -> [Named] {
        named(
            """
            SELECT codice, denominazione FROM vocabolario WHERE tipo = ?1 AND valido_al IS NULL
            ORDER BY codice LIMIT \(4 * Self.limit)
            """, list)
    }

    /// Open conflicts whose id begins so, with what they are about.
    package func conflicts(startingWith prefix: String) -> [Named] {
        named(
            """
            SELECT id, table_name || ' ' || columns FROM zona_conflict WHERE state = 'open' AND id >= ?1
                AND id < ?1 || 'g' ORDER BY id LIMIT \(Self.limit)
            """, prefix)
    }

    /// Refused changes by their counters, with the record.
    package func refused() -> [Named] {
        named(
            """
            SELECT CAST(counter AS TEXT), id FROM zona_refused WHERE dropped_at IS NULL AND ?1 = ''
            ORDER BY counter LIMIT \(Self.limit)
            """, "")
    }

    private func named(_ sql: String, _ argument: String) -> [Named] {
        let found = try? queue.read { database in
            let read = try RawStatement(database, sql)
            read.bind(1, text: argument)
            var found: [Named] = []
            while try read.step() { found.append(Named(id: read.text(0), name: read.text(1))) }
            return found
        }
        return found ?? []
    }
}
