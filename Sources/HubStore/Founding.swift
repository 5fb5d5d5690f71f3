import Foundation
import GRDB
import SQLiteAccess
package import Schema
package import SyncCore
package import SyncWire

/// A comune as `zona-server init` reads it from a CSV.
package struct FoundingComune: Sendable {
    package let name: String
    package let codiceISTAT: String
    package let codiceBelfiore: String
    package let provincia: String
    package let isCapofila: Bool
    package let popolazione: Int64?

    package init(
        name: String, codiceISTAT: String, codiceBelfiore: String, provincia: String, isCapofila: Bool,
        popolazione: Int64?
    ) {
        self.name = name
        self.codiceISTAT = codiceISTAT
        self.codiceBelfiore = codiceBelfiore
        self.provincia = provincia
        self.isCapofila = isCapofila
        self.popolazione = popolazione
    }

    /// The id of its record: the same in every ambito, because it is derived from the ISTAT code.
    package var id: RecordID {
        DerivedID.of(table: "comune", key: [ValueCoding.bytes(of: .text(codiceISTAT))[...]])
    }
}

/// What a new ambito begins with.
package struct Founding: Sendable {
    package let code: String
    package let name: String
    package let regione: String
    package let formaGestione: String
    package let comuni: [FoundingComune]
    /// Since when the comuni belong to the ambito, ISO date.
    package let since: String
    /// Rows of `vocabolario`: column names and values.
    package let vocabulary: [[String: String]]

    package init(
        code: String, name: String, regione: String, formaGestione: String, comuni: [FoundingComune], since: String,
        vocabulary: [[String: String]]
    ) {
        self.code = code
        self.name = name
        self.regione = regione
        self.formaGestione = formaGestione
        self.comuni = comuni
        self.since = since
        self.vocabulary = vocabulary
    }

    /// The id of the ambito's record, and of the tenant.
    package var ambito: RecordID {
        DerivedID.of(table: "ambito", key: [ValueCoding.bytes(of: .text(code))[...]])
    }
}

extension HubStore {
    /// Makes a hub's file, seeded with the ambito, its comuni and the code lists as changes of the hub.
    ///
    /// - Parameter names: draws 63 random bits, never 0, for the hub's number and incarnation.
    package static func create(
        at path: String, founding: Founding, key: SigningKey, now: Int64, files: [Schema.File] = Schema.synced,
        names: () -> UInt64 = HubStore.randomName
    ) throws(HubStoreError) -> HubStore {
        guard !FileManager.default.fileExists(atPath: path) else {
            throw HubStoreError(.exists, "\(path) exists already: this ambito has a hub")
        }
        guard founding.comuni.filter(\.isCapofila).count == 1 else {
            throw HubStoreError(
                .notValid,
                "an ambito has exactly one capofila: the CSV names \(founding.comuni.filter(\.isCapofila).count)")
        }
        let seed: Seed
        do {
            let catalog = try CatalogLoader.bundled(files)
            seed = Seed(
                ambito: founding.ambito, code: founding.code, name: founding.name, number: names(),
                incarnation: names(), schemaVersion: catalog.version,
                rows: try rows(of: founding, catalog: catalog))
        } catch {
            throw HubStoreError(error)
        }
        return try create(at: path, seed: seed, key: key, now: now, files: files)
    }

    /// Makes a hub's file from what its log begins with: under a name beside it, and put in its place when it is whole,
    /// so that a founding that was cut short is simply done again.
    static func create(
        at path: String, seed: Seed, key: SigningKey, now: Int64, files: [Schema.File]
    ) throws(HubStoreError) -> HubStore {
        let beside = "\(path).new"
        remove(at: beside)
        do {
            let pool = try openPool(at: beside, nil)
            let catalog = try CatalogLoader.bundled(files)
            try pool.write { database in
                try database.execute(sql: "PRAGMA application_id = \(applicationID)")
                try Migrations.create(Schema.hub, database)
                try seed.plant(database, catalog: catalog, now: now)
            }
            // Closing does so too, but says nothing when it fails.
            _ = try pool.writeWithoutTransaction { try $0.checkpoint(.truncate) }
            try pool.close()
            try FlushedFile.put(beside, inPlaceOf: path)
            remove(at: beside)
        } catch {
            remove(at: beside)
            throw HubStoreError(error)
        }
        return try HubStore(path: path, key: key, files: files, now: now)
    }

    /// Removes a hub's file, or a copy of one, and what SQLite keeps beside it, as far as it is there.
    package static func remove(at path: String) {
        DatabaseFile.remove(at: path)
    }

    /// 63 random bits, never 0.
    package static func randomName() -> UInt64 {
        UInt64.random(in: 1...UInt64(Int64.max))
    }

    /// The ambito, its comuni and the code lists.
    private static func rows(
        of founding: Founding, catalog: Catalog
    ) throws -> [(key: RecordKey, row: SyncCore.Row)] {
        var rows: [(key: RecordKey, row: SyncCore.Row)] = []
        func put(_ table: String, _ id: RecordID, _ values: [String: Value]) throws {
            guard let described = catalog.table(named: table) else { return }
            let row = try described.columns.map { column -> Value in
                var reader = ByteReader(column.defaultValue)
                return try values[column.name] ?? reader.value()
            }
            for (column, value) in zip(described.columns, row) {
                if column.fault(in: ValueCoding.bytes(of: value)[...]) != nil {
                    throw HubStoreError(
                        .notValid, "\(table).\(column.name) cannot hold what the file says; check the CSV")
                }
            }
            rows.append((RecordKey(table: described.number, id: id), SyncCore.Row(row)))
        }
        try put(
            "ambito", founding.ambito,
            [
                "codice": .text(founding.code), "denominazione": .text(founding.name),
                "regione": .text(founding.regione),
                "forma_gestione": .text(founding.formaGestione),
            ])
        for comune in founding.comuni {
            try put(
                "comune", comune.id,
                [
                    "codice_istat": .text(comune.codiceISTAT), "codice_belfiore": .text(comune.codiceBelfiore),
                    "denominazione": .text(comune.name), "sigla_provincia": .text(comune.provincia),
                ])
            let link = DerivedID.of(
                table: "ambito_comune",
                key: [
                    ValueCoding.bytes(of: .text("\(founding.ambito)"))[...],
                    ValueCoding.bytes(of: .text("\(comune.id)"))[...],
                ])
            try put(
                "ambito_comune", link,
                [
                    "ambito_id": .text("\(founding.ambito)"), "comune_id": .text("\(comune.id)"),
                    "capofila": .integer(comune.isCapofila ? 1 : 0), "dal": .text(founding.since),
                    "popolazione": comune.popolazione.map(Value.integer) ?? .null,
                    "popolazione_al": comune.popolazione == nil ? .null : .text("2021-12-31"),
                ])
        }
        for word in founding.vocabulary {
            let key = [word["tipo"] ?? "", word["codice"] ?? ""].map { ValueCoding.bytes(of: .text($0))[...] }
            try put(
                "vocabolario", DerivedID.of(table: "vocabolario", key: key),
                word.compactMapValues { $0.isEmpty ? nil : .text($0) })
        }
        return rows
    }
}
