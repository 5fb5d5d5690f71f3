import Crypto
package import HubStore
import SyncCore
package import SyncWire

extension ServerKeys {
    /// The invitation to an ambito, proved by this server's TLS key: what lies beside a code where no network is.
    ///
    /// - Parameter expiresAt: until when the code is good, Unix milliseconds.
    package func invitation(
        to hub: HubStore, comune: String, expiresAt: Int64
    ) throws(HubServiceError) -> Frame {
        do {
            let key = try P256.Signing.PrivateKey(pemRepresentation: keyPEM)
            var invitation = Invitation(
                ambito: hub.identity.ambito, ambitoKey: hub.identity.key,
                sealingKey: hub.signingKey.openingKey.sealingKey, ambitoCode: hub.identity.code,
                ambitoName: hub.identity.name, comuneName: comune, expiresAt: expiresAt,
                schemaVersion: hub.catalog.version, tlsKey: Array(key.publicKey.derRepresentation))
            invitation.tlsSignature = Array(try key.signature(for: invitation.signed).derRepresentation)
            return invitation.frame(key: hub.signingKey)
        } catch {
            throw HubServiceError(.badKey, "the server's key cannot sign the invitation", underlying: error)
        }
    }
}
