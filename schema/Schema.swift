/// The SQL and the code lists that the programs carry inside (`schema/README.md` explains every table and column).
///
/// Files are loaded in the order given here. Once merged a file is never edited: columns are appended by new files.
package enum Schema {
    /// A piece of SQL with the name of its file, for messages.
    package struct File: Sendable, Hashable {
        package let name: String
        package let sql: String
        /// The schema version that this file belongs to: a file above 1 brings a database of the version before it
        /// up to its own.
        package let since: Int

        package init(name: String, sql: String, since: Int = 1) {
            self.name = name
            self.sql = sql
            self.since = since
        }
    }

    /// The newest schema that this program knows: the highest `since` in these files.
    package static let version = synced.version

    /// The catalog's own tables, the domain, and the engine's synced tables: what both sides share. The files of each
    /// version stand behind those of the versions before it.
    package static let synced: [File] = [
        file("R001_catalog", PackageResources.R001_catalog_sql),
        file("D001_anagrafi", PackageResources.D001_anagrafi_sql),
        file("D002_fondi", PackageResources.D002_fondi_sql),
        file("D003_economia_locale", PackageResources.D003_economia_locale_sql),
        file("D004_rendiconto", PackageResources.D004_rendiconto_sql),
        file("D005_attivita", PackageResources.D005_attivita_sql),
        file("D006_programmazione", PackageResources.D006_programmazione_sql),
        file("D007_partecipazione", PackageResources.D007_partecipazione_sql),
        file("D008_consolidamento", PackageResources.D008_consolidamento_sql),
        file("R002_conflict", PackageResources.R002_conflict_sql),
    ]

    /// What only a replica has.
    package static let replica: [File] = [
        file("R003_replica", PackageResources.R003_replica_sql),
        file("R004_identity", PackageResources.R004_identity_sql),
        file("R005_digest", PackageResources.R005_digest_sql),
        file("R006_schema", PackageResources.R006_schema_sql),
        file("R007_refused", PackageResources.R007_refused_sql),
        file("R008_contact", PackageResources.R008_contact_sql),
        file("R009_stick", PackageResources.R009_stick_sql),
        file("R010_offered", PackageResources.R010_offered_sql),
        file("R011_absent", PackageResources.R011_absent_sql),
        file("R012_merged", PackageResources.R012_merged_sql),
        file("R013_number", PackageResources.R013_number_sql),
    ]

    /// What only a hub has.
    package static let hub: [File] = [
        file("H001_hub", PackageResources.H001_hub_sql),
        file("H002_identity", PackageResources.H002_identity_sql),
        file("H003_keys", PackageResources.H003_keys_sql),
        file("H004_digest", PackageResources.H004_digest_sql),
        file("H005_backup", PackageResources.H005_backup_sql),
        file("H006_life", PackageResources.H006_life_sql),
        file("H007_stick", PackageResources.H007_stick_sql),
        file("H008_union", PackageResources.H008_union_sql),
        file("H009_refusal", PackageResources.H009_refusal_sql),
        file("H010_dormant", PackageResources.H010_dormant_sql),
    ]

    /// The code lists that `zona-server init` seeds: CSV with the columns of `vocabolario`.
    package static let vocabulary = String(decoding: PackageResources.vocabolario_csv, as: UTF8.self)

    private static func file(_ name: String, _ bytes: [UInt8]) -> File {
        File(name: name, sql: String(decoding: bytes, as: UTF8.self))
    }
}

extension [Schema.File] {
    /// The schema version that these files make.
    package var version: Int { reduce(1) { Swift.max($0, $1.since) } }

    /// What brings a database of `version` up to these files.
    package func after(version: Int) -> [Schema.File] { filter { $0.since > version } }

    /// The files as a program of schema `version` had them.
    package func through(version: Int) -> [Schema.File] { filter { $0.since <= version } }
}
