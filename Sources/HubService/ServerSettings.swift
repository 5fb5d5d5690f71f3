package import Logging

/// How the hub serves, from the command line, the environment and a file, in this order of precedence.
package struct ServerSettings: Sendable {
    /// A time of day in the hub's own time zone of consolidation (Europe/Rome).
    package struct TimeOfDay: Sendable, Equatable {
        /// 0...23
        package let hour: Int
        /// 0...59
        package let minute: Int

        /// Reads `HH:MM`; nothing for anything else.
        package init?(_ text: String) {
            let parts = text.utf8.split(separator: 0x3A, omittingEmptySubsequences: false)
            guard parts.count == 2, parts.allSatisfy({ $0.count == 2 && $0.allSatisfy { (0x30...0x39).contains($0) } }),
                let hour = Int(String(parts[0]) ?? ""), let minute = Int(String(parts[1]) ?? ""), hour < 24, minute < 60
            else { return nil }
            self.hour = hour
            self.minute = minute
        }
    }

    /// Where the hub's files are.
    package var data: DataFolder
    /// The address to listen on.
    package var host: String
    /// The port to listen on; 0 lets the system choose.
    package var port: Int
    /// DNS names and addresses for the server's certificate; empty for those that it has.
    package var names: [String]
    /// The least level that is logged.
    package var logLevel: Logger.Level
    /// How a log line is written.
    package var logFormat: LogFormat
    /// When the nightly consolidation begins; `nil` for never.
    package var consolidateAt: TimeOfDay?
    /// Where consolidations are published.
    package var publish: String

    /// Settings from their parts; everything but the folder has its default.
    package init(
        data: DataFolder, host: String = "127.0.0.1", port: Int = 8443, names: [String] = [],
        logLevel: Logger.Level = .info, logFormat: LogFormat = .text, consolidateAt: TimeOfDay? = nil,
        publish: String? = nil
    ) {
        self.data = data
        self.host = host
        self.port = port
        self.names = names
        self.logLevel = logLevel
        self.logFormat = logFormat
        self.consolidateAt = consolidateAt
        self.publish = publish ?? data.publishedFolder
    }
}
