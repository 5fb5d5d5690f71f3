import GRDB
import SQLiteAccess
package import SyncCore
package import SyncSession
import SyncWire

/// What a hub can be asked for metrics and for readiness.
package struct HubFigures: Sendable {
    package let seq: UInt64
    package let records: Int
    package let openConflicts: Int
    package let refusals: Int
    package let batches: Int
    package let replicas: Int
}

/// An open conflict, as `zona-server conflicts` lists it.
package struct HubConflict: Sendable {
    package let id: RecordID
    package let table: String
    package let recordID: RecordID
    package let values: [String: Value]
}

extension HubStore {
    package func figures() throws(HubStoreError) -> HubFigures {
        try read { database in
            func number(_ sql: String) throws -> Int {
                let read = try RawStatement(database, sql)
                _ = try read.step()
                return Int(read.integer(0))
            }
            return HubFigures(
                seq: try HubRow(database).seq, records: try number("SELECT count(*) FROM record"),
                openConflicts: try number("SELECT count(*) FROM conflict WHERE state = 'open'"),
                refusals: try number("SELECT count(*) FROM refusal"),
                batches: try number("SELECT count(*) FROM log WHERE kind = 'batch'"),
                replicas: try number("SELECT count(*) FROM replica WHERE revoked_at IS NULL"))
        }
    }

    /// The published rows of the open conflicts, the oldest first.
    package func openConflicts() throws(HubStoreError) -> [HubConflict] {
        guard let table = catalog.table(ConflictTable.number) else { return [] }
        return try read { database in
            let read = try RawStatement(
                database,
                """
                SELECT r.id, r.row FROM conflict c JOIN record r ON r.table_no = \(ConflictTable.number) AND r.id = c.id
                WHERE c.state = 'open' ORDER BY r.seq
                """)
            var found: [HubConflict] = []
            while try read.step() {
                guard let id = read.id(0) else { continue }
                let values = try SyncCore.Row(uncheckedBytes: read.blob(1)).values()
                func text(_ column: ConflictColumn) -> String {
                    if case .text(let bytes) = values[column.rawValue] { return String(decoding: bytes, as: UTF8.self) }
                    return ""
                }
                guard let record = RecordID(text(.recordID)) else { continue }
                found.append(
                    HubConflict(
                        id: id, table: text(.tableName), recordID: record,
                        values: Dictionary(uniqueKeysWithValues: zip(table.columns.map(\.name), values))))
            }
            return found
        }
    }

    /// A reader inside the server with the capofila's scope: the replica that the nightly consolidation keeps.
    package func insider(number: ReplicaNumber, cursor: UInt64, now: Int64) throws(HubStoreError) -> HubSession.Peer {
        let identity = identity
        guard let capofila = try comuni().first(where: \.isCapofila) else {
            throw HubStoreError(.notValid, "the ambito has no capofila now: see ambito_comune")
        }
        let certificate = Certificate(
            ambito: identity.ambito, key: key.publicKey, comune: capofila.id, isCapofila: true, issuedAt: now)
        try write { [self] database in
            try admit(database, number: number, key: key.publicKey, comune: capofila.id, isCapofila: true, now: now)
        }
        return HubSession.Peer(
            certificate: certificate,
            greeting: ClientGreeting(
                nonce: [], certificate: [], number: number, incarnation: incarnation, acknowledgedCounter: 0,
                acknowledgedHash: Hash.none, cursor: cursor, logHash: Hash.none, oldest: cursor,
                schemaVersion: catalog.version))
    }
}
