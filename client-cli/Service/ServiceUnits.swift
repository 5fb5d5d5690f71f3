import Foundation
import Platform
import ReplicaSync
import Texts

/// Units on this machine: where they go, and what systemd is asked to do with them.
enum ServiceUnits {
    static func unit(of replica: String, isSystem: Bool, proxy: String?) throws -> UnitFile {
        let path = URL(filePath: replica).standardizedFileURL.path
        guard !path.utf8.contains(where: { $0 < 0x20 }) else {
            throw CommandFailure(
                .badValue, "bad-value",
                localized("a unit cannot name a path with line breaks or control characters: rename it"))
        }
        guard let program = Environment.program else {
            throw CommandFailure(.unexpected, "unexpected", localized("this program does not know where it lies"))
        }
        return UnitFile(program: program, replica: path, proxy: proxy, user: isSystem ? Systemd.owner(of: path) : nil)
    }

    /// For its owner alone: a proxy password may be in it. The folder that systemd reads is made where there is none.
    static func write(_ unit: UnitFile, to folder: String?) throws -> String {
        if folder == nil {
            try? FileManager.default.createDirectory(atPath: unit.folder, withIntermediateDirectories: true)
        }
        let path = (folder ?? unit.folder) + "/" + unit.name
        try PrivateFile.write(Array(unit.text.utf8), to: path)
        return path
    }
}
