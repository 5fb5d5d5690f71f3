import Bundles
import Foundation
package import ReplicaStore
import Schema
import SyncCore
import Texts
package import SyncWire

/// An enrolment by stick alone: an invitation comes, a request goes, and the answer to it makes the replica. Each step
/// may be repeated, and the program may be killed in any.
package enum StickEnrolling {
    /// Believes the invitation because the code proves it, draws a key, and writes a sealed request.
    ///
    /// - Parameters:
    ///   - path: of the replica's file, which must not exist; the key lies beside it, and what must be remembered until
    ///     the answer comes.
    ///   - place: a folder that is there, or the request's name.
    /// - Returns: the request's path, and the invitation.
    package static func begin(
        path: String, invitation invitationPath: String, code: String, to place: String, now: Int64
    ) throws(SyncFault) -> (request: String, invitation: Invitation) {
        guard let code = EnrolmentCode(code) else {
            throw SyncFault(
                .badCode,
                localized(
                    """
                    this is not a code, or it has a typing error: copy it again, all groups of letters and \
                    digits
                    """))
        }
        let file = try onStick { () throws(StickError) in try StickFile.open(invitationPath) }
        guard case .invitation(let frame, let invitation) = file else {
            throw SyncFault(
                .stick, localized("\(invitationPath) is no invitation: `zona-server invite --stick` writes one"))
        }
        guard invitation.isProved(by: code.fingerprint) else {
            throw SyncFault(
                .badCode,
                localized(
                    """
                    this code does not prove \(invitationPath): they are not of the same hub, or the file was \
                    altered. Nothing was made: ask the Ufficio di Piano for both again
                    """))
        }
        guard invitation.schemaVersion >= Schema.version else {
            throw SyncFault(
                .hubTooOld,
                localized(
                    """
                    the hub knows schema \(invitation.schemaVersion), this program \(Schema.version): it waits \
                    until the hub is upgraded
                    """))
        }
        let (key, _) = try ReplicaKey.begin(for: path)
        let pending = try PendingEnrolment.take(for: path, invitation: frame.bytes, secret: code.secret)
        let request = EnrolmentRequest(
            secret: code.secret, key: key.publicKey, number: pending.number, schemaVersion: Schema.version)
        let header = BundleHeader(
            content: .request, ambito: invitation.ambito, sender: key.publicKey, recipient: invitation.sealingKey,
            schemaVersion: Schema.version, madeAt: now, ambitoCode: invitation.ambitoCode,
            comuneName: invitation.comuneName, encapsulatedKey: [])
        let written = try onStick { () throws(StickError) in
            let name = StickPath.name("request", of: invitation.comuneName)
            let writer = try BundleWriter(StickPath.path(in: place, as: name), header: header, key: key)
            try writer.add(request.frame(key: key).bytes)
            try writer.finish()
            return writer.path
        }
        return (written, invitation)
    }

    /// Makes the replica from the hub's answer. Its first pull, which the answer holds, too, is taken by `StickRunner`.
    package static func finish(path: String, answer answerPath: String) throws(SyncFault) -> ReplicaStore {
        guard let pending = try PendingEnrolment.read(for: path) else {
            throw SyncFault(
                .file,
                localized(
                    """
                    there is no replica at \(path), and no enrolment was begun there: name the replica with \
                    --file, or begin with `zona init --invitation FILE --code CODE --to FOLDER`
                    """))
        }
        let invitation: Invitation
        do throws(WireError) {
            invitation = try Invitation(reading: Frame(reading: pending.invitation, kind: .invitation))
        } catch {
            throw SyncFault(
                .file, localized("\(PendingEnrolment.path(for: path)) is damaged: delete it, and run `zona init` again")
            )
        }
        let file = try onStick { () throws(StickError) in try StickFile.open(answerPath) }
        guard case .bundle(let bundle) = file, bundle.header.content == .answer else {
            throw SyncFault(
                .stick,
                localized(
                    """
                    \(answerPath) is not the answer to an enrolment: bring the hub the request, and take what \
                    `zona-server bundle import` writes
                    """))
        }
        guard bundle.header.ambito == invitation.ambito, bundle.header.sender == invitation.ambitoKey else {
            throw SyncFault(
                .wrongAmbito, localized("\(answerPath) is of another hub than the invitation: nothing of it was taken"))
        }
        let (key, _) = try ReplicaKey.begin(for: path)
        let content = try onStick { () throws(StickError) in
            try StickContent(checking: bundle, key: key.openingKey, by: invitation.ambitoKey)
        }
        guard let answer = content.answer, let certificate = certificate(answer, by: invitation.ambitoKey),
            certificate.key == key.publicKey, content.greeting.state.number == pending.number
        else {
            throw SyncFault(
                .stick, localized("\(answerPath) answers another request than the one made here: nothing was made"))
        }
        let store: ReplicaStore
        do throws(ReplicaStoreError) {
            store = try ReplicaStore.create(
                at: path,
                enrolment: ReplicaStore.Enrolment(
                    ambito: answer.ambito, ambitoCode: answer.ambitoCode, ambitoName: answer.ambitoName,
                    comune: certificate.comune, comuneName: answer.comuneName, isCapofila: certificate.isCapofila,
                    number: pending.number, incarnation: answer.incarnation, hubURL: "",
                    pin: Hash.of(invitation.tlsKey), ambitoKey: answer.ambitoKey.bytes,
                    certificate: answer.certificate))
        } catch {
            throw SyncFault(error)
        }
        ReplicaKey.finish(for: path)
        PendingEnrolment.forget(for: path)
        return store
    }

    /// Whether an enrolment by stick was begun for a file that is not there yet.
    package static func isPending(for path: String) -> Bool {
        FileManager.default.fileExists(atPath: PendingEnrolment.path(for: path))
    }

    private static func certificate(_ answer: EnrolmentAnswer, by hub: VerifyingKey) -> Certificate? {
        guard answer.ambitoKey == hub,
            let frame = try? Frame(reading: answer.certificate, kind: .certificate, limit: Limits.messageBytes),
            (try? frame.verify(by: hub)) != nil
        else { return nil }
        return try? Certificate(reading: frame)
    }

    private static func onStick<Result>(_ body: () throws(StickError) -> Result) throws(SyncFault) -> Result {
        do throws(StickError) { return try body() } catch { throw SyncFault(error) }
    }
}
