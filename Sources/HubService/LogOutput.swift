import FoundationEssentials
import Glibc
package import Logging

/// How a log line is written on standard error.
package enum LogFormat: String, Sendable, CaseIterable {
    /// Time, level, message, then `key=value` in the order of the keys.
    case text
    /// One JSON object a line, keys in order.
    case json
}

/// Log lines on standard error, one write each, so that lines of two threads never mix.
///
/// The composition root gives it to `LoggingSystem.bootstrap`. It writes what it is given: callers give no record
/// contents.
package struct LogOutput: LogHandler {
    /// The least level that is logged.
    package var logLevel: Logger.Level
    /// Added to every line.
    package var metadata: Logger.Metadata = [:]
    /// Adds what the task knows.
    package var metadataProvider: Logger.MetadataProvider?
    private let label: String
    private let format: LogFormat

    /// A handler for one label.
    package init(label: String, format: LogFormat, level: Logger.Level) {
        self.label = label
        self.format = format
        logLevel = level
    }

    /// One value of the metadata of this handler.
    package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    /// Writes one line.
    package func log(event: LogEvent) {
        var all = metadata
        if let provided = metadataProvider?.get() { all.merge(provided) { $1 } }
        if let own = event.metadata { all.merge(own) { $1 } }
        if let error = event.error { all["error"] = "\(error)" }
        let pairs = all.map { ($0.key, "\($0.value)") }.sorted { $0.0 < $1.0 }
        let time = Date().formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
        let line = Self.line(
            format, time: time, level: event.level, label: label, message: "\(event.message)", pairs: pairs)
        // A log that cannot be written has nowhere to be reported to.
        _ = AtomicFile.writeAll(Array(line.utf8), to: STDERR_FILENO)
    }

    static func line(
        _ format: LogFormat, time: String, level: Logger.Level, label: String, message: String,
        pairs: [(String, String)]
    ) -> String {
        switch format {
        case .text:
            let values = pairs.map { " \($0.0)=\(flat($0.1))" }.joined()
            return "\(time) \(level.rawValue) \(flat(message))\(values)\n"
        case .json:
            let own = [("time", time), ("level", level.rawValue), ("label", label), ("message", message)]
            let fields = (own + pairs).map { "\(quoted($0.0)):\(quoted($0.1))" }
            return "{\(fields.joined(separator: ","))}\n"
        }
    }

    /// One line stays one line, whoever chose the words.
    private static func flat(_ text: String) -> String {
        text.split(whereSeparator: \.isNewline).joined(separator: " ")
    }

    private static func quoted(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": quoted += "\\\""
            case "\\": quoted += "\\\\"
            case "\u{0}"..."\u{1F}", "\u{7F}":
                let digits = String(scalar.value, radix: 16)
                quoted += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }
}
