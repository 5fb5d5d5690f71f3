import GRDB
import SQLiteAccess
import SyncCore
import SyncWire
import Texts

/// Why the replica's file could not do what it was asked. Nothing was changed.
package struct ReplicaStoreError: Error, Sendable, CustomStringConvertible {
    package enum Code: String, Sendable {
        case notAReplica = "not-a-replica"
        case exists
        case newerSchema = "newer-schema"
        case otherAmbito = "other-ambito"
        case busy
        case diskFull = "disk-full"
        case readOnly = "read-only"
        /// A check trigger said no; the context is its message.
        case notValid = "not-valid"
        case notFound = "not-found"
        case ambiguous
        case unknownTable = "unknown-table"
        case unknownColumn = "unknown-column"
        case tooLarge = "too-large"
        case badBytes = "bad-bytes"
        case stale
        /// The key is not the one that the hub certified for this file.
        case otherKey = "other-key"
        case database
    }

    package let code: Code
    package let context: String

    package init(_ code: Code, _ context: String) {
        self.code = code
        self.context = context
    }

    package var isRetryable: Bool { code == .busy }

    package var description: String { context }

    /// Turns what the database or a codec threw into this module's error.
    package init(_ error: any Error) {
        switch error {
        case let error as ReplicaStoreError: self = error
        case let fault as StatementFault: self.init(sqlite: fault.code, fault.message)
        case let fault as DatabaseError:
            self.init(sqlite: fault.extendedResultCode.rawValue, fault.message ?? "no message")
        case let fault as WireError: self.init(.badBytes, fault.description)
        case let fault as MalformedBytes: self.init(.badBytes, fault.description)
        default: self.init(.database, "\(error)")
        }
    }

    private init(sqlite code: Int32, _ message: String) {
        switch code & 0xFF {
        case 5, 6:
            self.init(
                .busy, localized("the replica's file is in use by another program: try again when it has finished"))
        case 8:
            self.init(
                .readOnly,
                localized(
                    """
                    the replica's file or its folder cannot be written: check its permissions and the disk
                    """))
        case 10, 13:
            self.init(
                .diskFull,
                localized(
                    """
                    the disk is full or failing (\(message)): free some space and try again; nothing was changed
                    """))
        case 11, 26: self.init(.notAReplica, localized("this file is not a database, or it is damaged: \(message)"))
        case 14:
            self.init(
                .readOnly, localized("the file cannot be opened: check that its folder exists and can be written"))
        case 19:
            let said = message.hasPrefix("zona: ") ? String(message.dropFirst(6)) : message
            self.init(.notValid, said)
        default: self.init(.database, message)
        }
    }
}
