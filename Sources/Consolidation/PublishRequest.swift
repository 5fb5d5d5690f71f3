package import ReplicaStore
package import SyncCore

/// When a comune was last heard of: the hub knows, the rows do not.
package struct ComuneContact: Sendable, Equatable {
    package let comune: RecordID
    package let name: String
    /// When one of its replicas last completed a pull, Unix milliseconds by the hub's clock. Nothing: never.
    package let lastComplete: Int64?
    /// Its enrolled replicas that were not revoked; the consolidation's own is not one.
    package let replicas: Int

    package init(comune: RecordID, name: String, lastComplete: Int64?, replicas: Int) {
        self.comune = comune
        self.name = name
        self.lastComplete = lastComplete
        self.replicas = replicas
    }
}

/// What to publish, and where.
package struct PublishRequest: Sendable {
    /// The folder that holds the dated folders. It is made when it is not there.
    package let folder: String
    /// The instant that the picture is of, Unix milliseconds. Its date in Europe/Rome names the folder.
    package let time: Int64
    /// One for each comune that the caller knows about; a comune without one stands as not known, never as zero.
    package let contacts: [ComuneContact]
    /// Random letters and digits, new each time: the name under which the folder is written before it is published.
    package let token: String

    package init(folder: String, time: Int64, contacts: [ComuneContact], token: String) {
        self.folder = folder
        self.time = time
        self.contacts = contacts
        self.token = token
    }
}

/// What was published.
package struct Publication: Sendable {
    /// The dated folder.
    package let folder: String
    package let date: RomeDate
    /// The `seq` of the hub's log that it is a picture of.
    package let cursor: UInt64
    /// Rows of all tables.
    package let rows: Int
    package let unsynced: [FrozenPicture.Unsynced]
    package let openConflicts: [FrozenPicture.OpenConflict]
    package let duplicates: [FrozenFile.Duplicate]
    /// Names of the comuni that have not synced for a week, or never, or about which nothing is known, in order.
    package let missingComuni: [String]
    /// Comuni of the ambito.
    package let comuni: Int
    /// The content of `riepilogo.txt`.
    package let text: String

    package var databasePath: String { "\(folder)/\(FileName.database)" }
    package var contestedConflicts: Int { openConflicts.count { $0.isContested } }
}

/// The names in a published folder. One more file a table: its name and `.csv`.
enum FileName {
    static let database = "piano-di-zona.sqlite"
    static let summaryJSON = "riepilogo.json"
    static let summaryText = "riepilogo.txt"
    static let fingerprints = "impronta.txt"
    /// What is not finished has this in front of its name.
    static let unfinished = ".in-corso-"
}
