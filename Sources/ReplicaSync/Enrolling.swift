import Foundation
package import ReplicaStore
import Schema
import SyncCore
import SyncWire
import Texts

/// Makes a new replica: asks the hub with the one-time code, writes key and file.
package enum Enrolling {
    /// - Parameters:
    ///   - path: of the replica's file, which must not exist; the key lies beside it.
    ///   - code: as the Ufficio di Piano gave it.
    /// - Returns: the replica, not synced yet. When anything fails no replica stays. Its key stays, under another name,
    ///   only where the hub may have taken the code: then the same code works again from here.
    package static func enrol(
        path: String, hubURL: String, code: String, settings: SyncSettings = SyncSettings()
    ) async throws(SyncFault) -> ReplicaStore {
        guard let parsed = EnrolmentCode(code) else {
            throw SyncFault(
                .badCode,
                localized(
                    """
                    this is not a code, or it has a typing error: copy it again, all groups of letters and \
                    digits
                    """))
        }
        guard !FileManager.default.fileExists(atPath: path) else {
            throw SyncFault(
                .file, localized("\(path) exists already: choose another name with --file, or use it as it is"))
        }
        let (key, isNew) = try ReplicaKey.begin(for: path)
        do throws(SyncFault) {
            let store = try await enrol(path: path, hubURL: hubURL, code: parsed, key: key, settings: settings)
            ReplicaKey.finish(for: path)
            return store
        } catch {
            guard mayHaveTakenTheCode(error) else {
                if isNew { unlink(ReplicaKey.unfinishedPath(for: path)) }
                throw error
            }
            let said = error.context.hasSuffix(".") ? String(error.context.dropLast()) : error.context
            let remedy = localized("\(said). The code still works for this file: run the same `zona init` again")
            throw SyncFault(
                error.code, remedy, underlying: error.underlying.map { ReplicaStoreError($0.code, remedy) })
        }
    }

    /// Whether the hub may have heard of the key before it went wrong.
    private static func mayHaveTakenTheCode(_ fault: SyncFault) -> Bool {
        switch fault.code {
        case .interrupted, .cancelled, .file, .problem, .busy: true
        case .unreachable, .wrongHub, .portal, .proxy, .forked, .incarnationChanged, .hubTooOld, .wrongAmbito, .badCode,
            .badAddress, .revoked, .noKey, .stick, .oldBundle, .missingBundle:
            false
        }
    }

    private static func enrol(
        path: String, hubURL: String, code: EnrolmentCode, key: SigningKey, settings: SyncSettings
    ) async throws(SyncFault) -> ReplicaStore {
        let number = ReplicaNumber(rawValue: UInt64.random(in: 1...UInt64(Int64.max)))
        let request = EnrolmentRequest(
            secret: code.secret, key: key.publicKey, number: number, schemaVersion: Schema.version)
        let hub = HubConnection(url: hubURL, pin: code.fingerprint, ambito: nil, ambitoKey: nil, settings: settings)
        let frame = try await hub.enrol(request.frame(key: key))
        let answer: EnrolmentAnswer
        let certificate: Certificate
        do throws(WireError) {
            answer = try EnrolmentAnswer(reading: frame)
            try frame.verify(by: answer.ambitoKey)
            certificate = try Certificate(reading: try Frame(reading: answer.certificate, kind: .certificate))
        } catch {
            throw SyncFault(.problem, localized("the hub's answer cannot be read (\(error)): tell the technician"))
        }
        do throws(ReplicaStoreError) {
            return try ReplicaStore.create(
                at: path,
                enrolment: ReplicaStore.Enrolment(
                    ambito: answer.ambito, ambitoCode: answer.ambitoCode, ambitoName: answer.ambitoName,
                    comune: certificate.comune, comuneName: answer.comuneName, isCapofila: certificate.isCapofila,
                    number: number,
                    incarnation: answer.incarnation, hubURL: hubURL, pin: code.fingerprint,
                    ambitoKey: answer.ambitoKey.bytes,
                    certificate: answer.certificate))
        } catch {
            throw SyncFault(error)
        }
    }
}
