import Foundation

/// What the system says of this program and of who runs it.
package enum Environment {
    /// A variable that is there and not empty.
    package static func value(_ name: String) -> String? {
        guard let value = ProcessInfo.processInfo.environment[name], !value.isEmpty else { return nil }
        return value
    }

    /// The system's name for who works.
    package static var userName: String { ProcessInfo.processInfo.userName }

    /// Where this program lies.
    package static var program: String? { Bundle.main.executablePath }

    /// Whether a program of this name is found by a shell.
    package static func hasProgram(_ name: String) -> Bool {
        (value("PATH") ?? "").split(separator: ":").contains { access("\($0)/\(name)", X_OK) == 0 }
    }
}
