import Foundation
import GRDB
import SQLiteAccess
package import SyncCore
import SyncWire

/// What a copy of a hub's file holds.
package struct BackupFacts: Sendable, Equatable {
    package let code: String
    package let seq: UInt64
    package let incarnation: Incarnation
    package let schemaVersion: Int
    /// The last counter stored of each number.
    package let counters: [Dot]
}

/// A backup that is kept.
package struct KeptBackup: Sendable, Equatable {
    package let id: String
    /// Unix milliseconds.
    package let madeAt: Int64
    package let seq: UInt64
    package let bytes: Int64
    /// The folder where it was put.
    package let place: String

    package init(id: String, madeAt: Int64, seq: UInt64, bytes: Int64, place: String) {
        self.id = id
        self.madeAt = madeAt
        self.seq = seq
        self.bytes = bytes
        self.place = place
    }
}

extension HubStore {
    /// Writes a consistent copy of the hub's file to `path`, which must not exist, while the hub goes on: the copy is
    /// one read transaction of the write-ahead log, so nobody waits for it.
    package func copy(to path: String) throws(HubStoreError) -> BackupFacts {
        guard !FileManager.default.fileExists(atPath: path) else {
            throw HubStoreError(.exists, "\(path) exists already: a copy is only written anew")
        }
        do {
            try pool.vacuum(into: path)
            return try Self.facts(ofCopy: path)
        } catch {
            try? FileManager.default.removeItem(atPath: path)
            throw HubStoreError(error)
        }
    }

    /// Looks at a copy without changing a byte of it.
    package static func facts(ofCopy path: String) throws(HubStoreError) -> BackupFacts {
        var configuration = Configuration()
        configuration.readonly = true
        do {
            let queue = try DatabaseQueue(path: path, configuration: configuration)
            let facts = try queue.read { database in
                let id = try RawStatement(database, "PRAGMA application_id")
                guard try id.step(), id.integer(0) == applicationID else {
                    throw HubStoreError(.notAHub, "\(path) is not a copy of a hub")
                }
                let hub = try RawStatement(database, "SELECT code, seq, incarnation, schema_version FROM hub")
                guard try hub.step() else { throw HubStoreError(.notAHub, "\(path) is not a copy of a hub") }
                let read = try RawStatement(database, "SELECT number, stored_counter FROM replica ORDER BY number")
                var counters: [Dot] = []
                while try read.step() {
                    counters.append(
                        Dot(
                            number: ReplicaNumber(rawValue: UInt64(bitPattern: read.integer(0))),
                            counter: UInt64(read.integer(1))))
                }
                return BackupFacts(
                    code: hub.text(0), seq: UInt64(hub.integer(1)),
                    incarnation: Incarnation(rawValue: UInt64(bitPattern: hub.integer(2))),
                    schemaVersion: Int(hub.integer(3)), counters: counters)
            }
            try queue.close()
            return facts
        } catch {
            throw HubStoreError(error)
        }
    }

    /// Counts a backup among those kept, once it lies safely on its disk. What every kept backup holds, replicas may
    /// let go of.
    package func keep(_ backup: KeptBackup, holding counters: [Dot]) throws(HubStoreError) {
        try write { database in
            let insert = try RawStatement(
                database, "INSERT INTO backup(id, made_at, seq, bytes, place) VALUES (?1, ?2, ?3, ?4, ?5)")
            insert.bind(1, text: backup.id)
            insert.bind(2, backup.madeAt)
            insert.bind(3, Int64(backup.seq))
            insert.bind(4, backup.bytes)
            insert.bind(5, text: backup.place)
            try insert.run()
            let count = try RawStatement(
                database, "INSERT INTO backup_counter(backup, number, counter) VALUES (?1, ?2, ?3)")
            for dot in counters {
                count.bind(1, text: backup.id)
                count.bind(2, Int64(bitPattern: dot.number.rawValue))
                count.bind(3, Int64(dot.counter))
                try count.run()
            }
            try Self.settleDurable(database)
        }
    }

    /// A backup is kept no longer.
    package func forgetBackup(_ id: String) throws(HubStoreError) {
        try write { database in
            for sql in ["DELETE FROM backup_counter WHERE backup = ?1", "DELETE FROM backup WHERE id = ?1"] {
                let delete = try RawStatement(database, sql)
                delete.bind(1, text: id)
                try delete.run()
            }
            guard database.changesCount > 0 else {
                throw HubStoreError(.notFound, "no backup \(id): `zona-server backups` lists them")
            }
            try Self.settleDurable(database)
        }
    }

    /// The kept backups, the oldest first.
    package func backups() throws(HubStoreError) -> [KeptBackup] {
        try read { database in
            let read = try RawStatement(
                database, "SELECT id, made_at, seq, bytes, place FROM backup ORDER BY made_at, id")
            var found: [KeptBackup] = []
            while try read.step() {
                found.append(
                    KeptBackup(
                        id: read.text(0), madeAt: read.integer(1), seq: UInt64(read.integer(2)),
                        bytes: read.integer(3), place: read.text(4)))
            }
            return found
        }
    }

    /// Of each number what every kept backup holds; nothing while there is none.
    private static func settleDurable(_ database: Database) throws {
        try RawStatement(
            database,
            """
            UPDATE replica SET durable_counter = coalesce((SELECT min(coalesce((SELECT c.counter FROM backup_counter c
                WHERE c.backup = b.id AND c.number = replica.number), 0)) FROM backup b), 0)
            """
        ).run()
    }
}
