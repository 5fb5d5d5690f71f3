import GRDB
package import SyncWire
import Texts

// The key that seals what this file sends.
extension ReplicaStore {
    /// A batch that another replica's key has sealed would be refused for ever, and all that is captured behind it.
    func checkKey(_ key: SigningKey, _ database: Database) throws {
        guard !isOwn(key, certificate: try ReplicaState(database).certificate) else { return }
        throw ReplicaStoreError(.otherKey, Self.otherKey(path + ".key"))
    }

    /// Whether the hub certified this key for this file; a certificate that cannot be read says nothing.
    package func isOwn(_ key: SigningKey, certificate: [UInt8]) -> Bool {
        let certified = try? Certificate(reading: Frame(reading: certificate))
        return certified.map { $0.key == key.publicKey } ?? true
    }

    package static func otherKey(_ file: String) -> String {
        localized(
            """
            \(file) is another replica's key, not the one that the hub certified for this file: put the right one back \
            from a backup, or enrol again
            """)
    }
}
