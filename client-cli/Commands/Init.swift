import ArgumentParser
import Foundation
import ReplicaStore
import ReplicaSync
import SyncCore

/// `zona init`.
struct Init: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Make this PC's replica: enrol with a one-time code, then sync for the first time.",
        discussion: """
            The capofila gives the code (`zona-server invite`). It works once, and carries the fingerprint of \
            the hub's key, so that no other computer can pass for the hub. Beside the replica lies the file \
            with its private key, which only you may read: the hub knows the replica by it. Keep both together, \
            and copy neither to another PC: each PC enrols itself.

            EXAMPLES
              zona init --hub https://hub.example.it:8443
              zona init --hub https://hub.example.it:8443 --code ABCDE-FGHIJ-... --file narni.sqlite
            """)

    @Option(help: ArgumentHelp("The hub's address.", valueName: "https://host:port"))
    var hub: String

    @Option(help: ArgumentHelp("The one-time code. Default: ZONA_CODE, else it is asked for.", valueName: "code"))
    var code: String?

    @OptionGroup var network: NetworkOptions
    @OptionGroup var options: GlobalOptions

    func run() async throws {
        let path = options.path
        guard !FileManager.default.fileExists(atPath: path) else {
            throw CommandFailure(
                .file, "exists", "\(path) exists already: choose another name with --file, or use it as it is")
        }
        let code = try oneTimeCode()
        let answer = Answer(isJSON: options.json)
        let (hub, settings) = (hub, network.settings)
        let store = try await Interruption.cancels {
            try await Enrolling.enrol(path: path, hubURL: hub, code: code, settings: settings)
        }
        let status = try store.status()
        let key = ReplicaKey.path(for: path)
        if !answer.isJSON {
            print(
                """
                enrolled as \(SafeText.line(status.state.comuneName)) in \(SafeText.line(status.state.ambitoName))
                replica  \(SafeText.line(path))
                key      \(SafeText.line(key)) (private: keep it beside the replica, show it to nobody)
                """)
        }
        try await firstSync(store, answer, settings: settings, key: key)
    }

    private func firstSync(_ store: ReplicaStore, _ answer: Answer, settings: SyncSettings, key: String) async throws {
        let summary: SyncSummary
        do {
            summary = try await SyncRun(store: store, settings: settings, isQuiet: answer.isJSON).run()
        } catch {
            guard let failure = CommandFailure(error) else { throw error }
            throw CommandFailure(
                failure.status, failure.code,
                "the replica is made, but its first sync did not end: run `zona sync` to go on. \(failure.message)")
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
        if let code = code ?? GlobalOptions.environment("ZONA_CODE") { return code }
        guard Terminal.isInputInteractive else {
            throw CommandFailure(.usage, "usage", "the one-time code is missing: give it with --code or in ZONA_CODE")
        }
        Terminal.writeErrorRaw("One-time code: ")
        guard let line = readLine(), !line.isEmpty else {
            throw CommandFailure(.usage, "usage", "no code was given")
        }
        return line
    }
}
