import ArgumentParser
import Foundation

/// The options of every command.
struct GlobalOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The replica's file. Default: ZONA_FILE, else zona.sqlite in this folder.", valueName: "path"))
    var file: String?

    @Option(
        name: .customLong("operator"),
        help: ArgumentHelp(
            "Who works, for the history. Default: ZONA_OPERATOR, else the system's user.", valueName: "name"))
    var operatorName: String?

    @Flag(help: "Answer with one JSON document on stdout, errors as JSON on stderr.")
    var json = false

    /// Where the replica is, whether or not a file is there.
    var path: String {
        file ?? Self.environment("ZONA_FILE") ?? "zona.sqlite"
    }

    /// Whether somebody said which file is meant.
    var isPathGiven: Bool {
        file != nil || Self.environment("ZONA_FILE") != nil
    }

    var author: String {
        operatorName ?? Self.environment("ZONA_OPERATOR") ?? ProcessInfo.processInfo.userName
    }

    /// A variable of the environment that is there and not empty.
    static func environment(_ name: String) -> String? {
        guard let value = ProcessInfo.processInfo.environment[name], !value.isEmpty else { return nil }
        return value
    }
}
