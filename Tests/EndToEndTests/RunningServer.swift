/// `zona-server serve` as a child.
final class RunningServer: Sendable {
    /// `https://127.0.0.1:PORT`, as it said itself.
    let url: String
    private let program: RunningProgram

    /// Starts it on a port of the system's choice and returns when it says that it serves.
    ///
    /// - Parameter arguments: what follows `serve --data FOLDER --port 0`.
    init(data: String, _ arguments: [String]) async throws {
        program = try RunningProgram(Programs.server, ["serve", "--data", data, "--port", "0"] + arguments)
        guard let line = await program.line(containing: ": serving "),
            let address = line.split(separator: " ").last, address.hasPrefix("https://")
        else {
            _ = await program.stop()
            throw Command.Failed(description: "the server ended before it served: " + (await program.complaints()))
        }
        url = String(address)
    }

    /// The next line of its log that holds a text; nothing when the log ends before. Lines before it are gone.
    func logLine(containing text: String) async -> String? {
        await program.errorLine(containing: text)
    }

    /// Asks it to end in order and returns its exit status.
    func stop() async -> Int32 {
        await program.stop()
    }
}
