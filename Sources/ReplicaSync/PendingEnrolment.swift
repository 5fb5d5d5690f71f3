import Foundation
import SyncCore
import SyncWire
import Texts

/// What an enrolment by stick must remember between the request and its answer, in a file beside the replica-to-be that
/// only its owner may read: the invitation, the code's secret, and the number that was drawn.
struct PendingEnrolment {
    let invitation: [UInt8]
    let secret: [UInt8]
    let number: ReplicaNumber

    static func path(for replica: String) -> String { replica + ".enrolling" }

    /// The one that was begun with the same code, so that a repeated request is the same request; else a new one.
    static func take(
        for replica: String, invitation: [UInt8], secret: [UInt8]
    ) throws(SyncFault) -> PendingEnrolment {
        if let begun = try read(for: replica), begun.secret == secret { return begun }
        let new = PendingEnrolment(
            invitation: invitation, secret: secret,
            number: ReplicaNumber(rawValue: UInt64.random(in: 1...UInt64(Int64.max))))
        var bytes: [UInt8] = []
        bytes.appendCounted(invitation)
        bytes.append(contentsOf: secret)
        bytes.appendFixed(new.number.rawValue)
        try PrivateFile.write(bytes, to: path(for: replica))
        return new
    }

    /// Nothing when none was begun.
    static func read(for replica: String) throws(SyncFault) -> PendingEnrolment? {
        guard let data = FileManager.default.contents(atPath: path(for: replica)) else { return nil }
        var reader = ByteReader(Array(data))
        do throws(MalformedBytes) {
            return PendingEnrolment(
                invitation: try reader.counted(limit: Limits.messageBytes, of: "bytes of an invitation"),
                secret: try reader.take(EnrolmentCode.secretSize),
                number: ReplicaNumber(rawValue: try reader.fixed()))
        } catch {
            throw SyncFault(.file, localized("\(path(for: replica)) is damaged: delete it, and run `zona init` again"))
        }
    }

    static func forget(for replica: String) {
        unlink(path(for: replica))
    }
}
