import Foundation
import GRDB
import SQLiteAccess
import SyncCore
import SyncWire

/// Why a hub's file could not do what it was asked. Nothing was changed.
package struct HubStoreError: Error, Sendable, CustomStringConvertible {
    package enum Code: String, Sendable {
        case notAHub = "not-a-hub"
        case newerSchema = "newer-schema"
        case exists
        case notFound = "not-found"
        case notValid = "not-valid"
        case diskFull = "disk-full"
        case readOnly = "read-only"
        case busy
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
        case let error as HubStoreError: self = error
        case let fault as StatementFault: self.init(sqlite: fault.code, fault.message)
        case let fault as DatabaseError:
            self.init(sqlite: fault.extendedResultCode.rawValue, fault.message ?? "no message")
        case let fault as CocoaError where fault.code == .fileWriteOutOfSpace:
            self.init(.diskFull, "the hub's disk is full: free some space and try again")
        default: self.init(.database, "\(error)")
        }
    }

    private init(sqlite code: Int32, _ message: String) {
        switch code & 0xFF {
        case 5, 6: self.init(.busy, "the hub's file is in use by another program")
        case 10, 13: self.init(.diskFull, "the hub's disk is full or failing (\(message))")
        case 8, 14:
            self.init(
                .readOnly,
                "a file of the hub cannot be opened or written (\(message)): check its folder, its rights, the disk")
        case 11, 26: self.init(.notAHub, "the hub's file is not a database, or it is damaged: \(message)")
        default: self.init(.database, message)
        }
    }
}
