import Foundation

/// What systemd is asked to do.
package enum Systemd {
    package static func steps(_ commands: [String]..., isSystem: Bool) -> [[String]] {
        commands.map { ["systemctl"] + (isSystem ? [] : ["--user"]) + $0 }
    }

    /// Runs each; false as soon as one fails, or systemd is not there.
    package static func run(_ steps: [[String]]) -> Bool {
        steps.allSatisfy { words in
            let process = Process()
            process.executableURL = URL(filePath: "/usr/bin/env")
            process.arguments = words
            process.standardOutput = FileHandle.nullDevice
            process.standardError = FileHandle.nullDevice
            guard (try? process.run()) != nil else { return false }
            process.waitUntilExit()
            return process.terminationStatus == 0
        }
    }

    /// The user to whom a file belongs: as him a service of the machine runs.
    package static func owner(of path: String) -> String {
        let attributes = try? FileManager.default.attributesOfItem(atPath: path)
        return attributes?[.ownerAccountName] as? String ?? "root"
    }
}
