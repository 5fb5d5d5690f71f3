import ArgumentParser
import Foundation
import Platform
import ReplicaStore
import ReplicaSync
import SyncCore
import SyncWire
import Texts

/// `zona init`.
struct Init: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: localized("Make this PC's replica: enrol with a one-time code, then sync for the first time."),
        discussion: Help.discussion(
            localized(
                """
                The capofila gives the code (`zona-server invite`). It works once, and carries the fingerprint of \
                the hub's key, so that no other computer can pass for the hub. Beside the replica lies the file \
                with its private key, which only you may read: the hub knows the replica by it. Keep both together, \
                and copy neither to another PC: each PC enrols itself.
                """),
            examples: """
                  zona init --hub https://hub.example.it:8443
                  zona init --hub https://hub.example.it:8443 --code ABCDE-FGHIJ-... --file narni.sqlite
                """) + "\n\n"
            + localized(
                """
                WITHOUT NETWORK
                The capofila gives an invitation on a stick beside the code (`zona-server invite --stick`), which the \
                code proves. This command writes a sealed request; `zona bundle import` of the hub's answer makes the \
                replica.
                """)
                + """
                \n
                  zona init --invitation /media/stick/invitation-narni.zona --code ABCDE-... --to /media/stick
                  zona bundle import /media/stick/answer-narni.zona
                """)

    @Option(help: ArgumentHelp(localized("The hub's address."), valueName: "https://host:port"))
    var hub: String?

    @Option(help: ArgumentHelp(localized("Without network: the invitation on the stick."), valueName: "file"))
    var invitation: String?

    @Option(
        name: .customLong("to"),
        help: ArgumentHelp(localized("Without network: where the request is written."), valueName: "file|folder"))
    var place: String?

    @Option(
        help: ArgumentHelp(localized("The one-time code. Default: ZONA_CODE, else it is asked for."), valueName: "code")
    )
    var code: String?

    @OptionGroup var network: NetworkOptions
    @OptionGroup var options: GlobalOptions

    func validate() throws {
        guard (hub == nil) != (invitation == nil) else {
            throw ValidationError(
                localized("give either --hub, or --invitation FILE --to FOLDER where there is no network"))
        }
        guard (invitation == nil) == (place == nil) else {
            throw ValidationError(localized("--invitation FILE and --to FOLDER belong together"))
        }
    }

    func run() async throws {
        let path = options.path
        guard !FileManager.default.fileExists(atPath: path) else {
            throw CommandFailure(
                .file, "exists",
                localized("\(path) exists already: choose another name with --file, or use it as it is"))
        }
        let code = try oneTimeCode()
        let answer = Answer(isJSON: options.json)
        if let invitation, let place { return try request(invitation, code, to: place, answer) }
        let (hub, settings) = (hub ?? "", network.settings)
        let store = try await Interruption.cancels {
            try await Enrolling.enrol(path: path, hubURL: hub, code: code, settings: settings)
        }
        let status = try store.status()
        let key = ReplicaKey.path(for: path)
        if !answer.isJSON {
            let (comune, ambito) = (SafeText.line(status.state.comuneName), SafeText.line(status.state.ambitoName))
            var facts = Facts(least: 9)
            facts.sentence(localized("enrolled as \(comune) in \(ambito)"))
            facts.add(localized("replica"), SafeText.line(path))
            facts.add(
                localized("key"),
                localized("\(SafeText.line(key)) (private: keep it beside the replica, show it to nobody)"))
            print(facts.text)
        }
        try await firstSync(store, answer, settings: settings, key: key)
    }

    private func request(_ invitation: String, _ code: String, to place: String, _ answer: Answer) throws {
        let path = options.path
        let begun = try StickEnrolling.begin(
            path: path, invitation: invitation, code: code, to: place, now: Moment.now())
        answer.give(
            .object([
                "request": .text(begun.request), "file": .text(path),
                "ambito": .text(begun.invitation.ambitoName), "ambito_code": .text(begun.invitation.ambitoCode),
                "comune": .text(begun.invitation.comuneName), "expires_at": .integer(begun.invitation.expiresAt),
            ])
        ) {
            let (comune, ambito) = (begun.invitation.comuneName, begun.invitation.ambitoName)
            var facts = Facts()
            facts.add(
                localized("written"),
                localized(
                    "\(SafeText.line(begun.request)), for \(SafeText.line(comune)) in \(SafeText.line(ambito))"))
            facts.add(
                localized("key"),
                localized("waits beside \(SafeText.line(path)) (private: keep it, show it to nobody)"))
            facts.add(
                localized("next"),
                localized("take it to the hub, which writes an answer; then `zona bundle import ANSWER`"))
            return facts.text
        }
    }

    private func firstSync(_ store: ReplicaStore, _ answer: Answer, settings: SyncSettings, key: String) async throws {
        let summary: SyncSummary
        do {
            summary = try await SyncRun(store: store, settings: settings, isQuiet: answer.isJSON).run()
        } catch {
            guard let failure = CommandFailure(error) else { throw error }
            throw CommandFailure(
                failure.status, failure.code,
                localized(
                    """
                    the replica is made, but its first sync did not end: run `zona sync` to go on. \
                    \(failure.message)
                    """))
        }
        let status = try store.status()
        answer.give(
            .object([
                "file": .text(store.path), "key_file": .text(key), "ambito": .text(status.state.ambitoName),
                "ambito_code": .text(status.state.ambitoCode), "comune": .text(status.state.comuneName),
                "comune_id": .text(status.state.comune.description), "capofila": .bool(status.state.isCapofila),
                "sync": SyncReport(summary, status).json,
            ])
        ) { SyncReport(summary, status).text }
    }

    private func oneTimeCode() throws -> String {
        if let code = code ?? Environment.value("ZONA_CODE") { return code }
        guard Terminal.isInputInteractive else {
            throw CommandFailure(
                .usage, "usage", localized("the one-time code is missing: give it with --code or in ZONA_CODE"))
        }
        Terminal.writeErrorRaw(localized("One-time code: "))
        guard let line = readLine(), !line.isEmpty else {
            throw CommandFailure(.usage, "usage", localized("no code was given"))
        }
        return line
    }
}
