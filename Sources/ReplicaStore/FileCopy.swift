import Foundation
import GRDB
import SQLiteAccess
import Schema
package import SyncCore

/// What a copy of a replica's file says of itself.
package struct CopyFacts: Sendable, Equatable {
    package let ambito: RecordID
    package let ambitoCode: String
    package let comune: RecordID
    package let comuneName: String
    package let number: ReplicaNumber
    package let schemaVersion: Int
    package let pendingRecords: Int
    /// What SQLite's own check found; empty when all is well.
    package let damage: [String]
    /// The schema of this file is one that this program does not know yet.
    package let isNewer: Bool
    /// The first opening by this program brings it up.
    package let isDue: Bool
}

extension ReplicaStore {
    /// Writes a copy of the file, one state of it, to `path`, which must not exist. Other programs may go on writing.
    ///
    /// Page by page, so that the copy is the same file: SQLite's `VACUUM INTO` would number rows anew. The copy is one
    /// file without a log beside it, flushed, and was read back. After an error nothing is at `path`.
    package func copy(to path: String) throws(ReplicaStoreError) -> CopyFacts {
        guard !FileManager.default.fileExists(atPath: path) else {
            throw ReplicaStoreError(.exists, "\(path) exists already: a copy is only written anew")
        }
        do {
            let target = try DatabaseQueue(path: path)
            try queue.backup(to: target)
            try target.writeWithoutTransaction { try $0.execute(sql: "PRAGMA journal_mode = DELETE") }
            try target.close()
            let facts = try Self.facts(ofCopy: path)
            guard facts.damage.isEmpty else {
                throw ReplicaStoreError(
                    .notAReplica, "the copy is damaged as the file is: `zona doctor` says what is wrong with it")
            }
            return facts
        } catch {
            Self.remove(at: path)
            throw ReplicaStoreError(error)
        }
    }

    /// Looks at a replica's file, or a copy of one, without changing a byte of it and without bringing it up to this
    /// program's schema.
    package static func facts(ofCopy path: String) throws(ReplicaStoreError) -> CopyFacts {
        try checkHeader(of: path)
        do {
            let queue = try lookingQueue(path)
            let facts = try queue.read { database in
                var damage: [String] = []
                let check = try RawStatement(database, "PRAGMA quick_check(20)")
                while try check.step() { if check.text(0) != "ok" { damage.append(check.text(0)) } }
                let state = try RawStatement(
                    database,
                    """
                    SELECT ambito, ambito_code, comune, comune_name, number, schema_version,
                        (SELECT count(*) FROM zona_pending) FROM zona_state
                    """)
                guard try state.step(), let ambito = state.id(0), let comune = state.id(2) else {
                    throw ReplicaStoreError(.notAReplica, "\(path) has no state of a replica")
                }
                let own = try Migrations.version(database)
                return CopyFacts(
                    ambito: ambito, ambitoCode: state.text(1), comune: comune, comuneName: state.text(3),
                    number: ReplicaNumber(rawValue: UInt64(bitPattern: state.integer(4))),
                    schemaVersion: Int(state.integer(5)), pendingRecords: Int(state.integer(6)), damage: damage,
                    isNewer: Int(state.integer(5)) > Schema.version || own > Schema.replica.count,
                    isDue: Int(state.integer(5)) < Schema.version || own < Schema.replica.count)
            }
            try queue.close()
            return facts
        } catch {
            throw ReplicaStoreError(error)
        }
    }

    static func lookingQueue(_ path: String) throws -> DatabaseQueue {
        var configuration = Configuration()
        configuration.readonly = true
        configuration.busyMode = .timeout(ReplicaStore.patience)
        return try DatabaseQueue(path: path, configuration: configuration)
    }
}
