import ArgumentParser
import Bundles
import HubService
import HubStore
import SyncWire

struct Invite: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Make a one-time code with which a comune enrols one replica.",
        discussion: """
            The code carries the fingerprint of this hub's key, so that the comune's PC believes this hub and no other.
            Give it by telephone, on paper or by e-mail; it is good once, and for a limited time.

            Examples:
              zona-server invite --data /srv/zona --ambito UMB-11 --comune 055026
              zona-server invite --data /srv/zona --ambito UMB-11 --comune "Penna in Teverina" --days 3

            Where the comune has no network, --stick writes an invitation beside the code, which the code proves:
              zona-server invite --data /srv/zona --ambito UMB-11 --comune 055026 --stick /media/stick
            """)

    @OptionGroup var common: CommonOptions
    @OptionGroup var ambito: AmbitoOptions
    @Option(help: "The comune: ISTAT code or name.")
    var comune: String
    @Option(help: "Days for which the code is good.")
    var days: Int = 14
    @Option(help: "For a comune without network: a folder for its invitation.")
    var stick: String?

    func validate() throws {
        guard (0...365).contains(days) else { throw ValidationError("--days is between 0 (already expired) and 365") }
    }

    func run() throws {
        try answering {
            let store = try ambito.open(common)
            let found = try Self.find(comune, in: store)
            let keys = try ServerKeys.load(in: DataFolder(try common.folder()), names: [], now: Answer.now)
            var generator = SystemRandomNumberGenerator()
            let secret = (0..<EnrolmentCode.secretSize).map { _ in UInt8.random(in: 0...255, using: &generator) }
            let expiresAt = Answer.now + Int64(days) * 86_400_000
            try store.invite(
                comune: found.id, isCapofila: found.isCapofila, secret: secret, now: Answer.now, expiresAt: expiresAt)
            let invitation = try stick.map { folder in
                let path = try StickPath.path(in: folder, as: StickPath.name("invitation", of: found.name))
                try StickWriter.write(
                    keys.invitation(to: store, comune: found.name, expiresAt: expiresAt), to: path)
                return path
            }
            let code = EnrolmentCode(fingerprint: keys.fingerprint, secret: secret).text
            if common.json {
                var document: [String: Any] = [
                    "code": code, "comune": found.name, "codice_istat": found.codiceISTAT, "capofila": found.isCapofila,
                    "expires_at": expiresAt,
                ]
                document["invitation"] = invitation
                try Answer.show(document)
            } else {
                Answer.show(
                    """
                    Code for \(found.name)\(found.isCapofila ? " (capofila)" : ""), good once, \
                    until \(Answer.moment(expiresAt)):

                      \(code)

                    On the comune's PC: \(invitation.map { "zona init --invitation \($0) --code CODE --to FOLDER" }
                        ?? "zona init --hub https://ADDRESS:PORT --code CODE")
                    """)
            }
        }
    }

    /// A comune of the ambito, by its ISTAT code or name.
    static func find(_ comune: String, in store: HubStore) throws -> KnownComune {
        let comuni = try store.comuni()
        let wanted = Array(comune.lowercased().utf8)
        guard
            let found = comuni.first(where: { $0.codiceISTAT == comune || Array($0.name.lowercased().utf8) == wanted })
        else {
            throw Failure(
                .notFound, "not-found",
                "no comune \(comune) in \(store.identity.code); there: "
                    + comuni.map(\.name).joined(separator: ", "))
        }
        return found
    }
}
