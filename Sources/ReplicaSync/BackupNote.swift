import Foundation

/// When and where a replica was last backed up: a small file beside it, for `zona doctor`. It never matters for the
/// data: without it there is only less to say.
package struct BackupNote: Codable, Sendable, Equatable {
    /// Unix milliseconds.
    package let madeAt: Int64
    package let path: String

    package init(madeAt: Int64, path: String) {
        self.madeAt = madeAt
        self.path = path
    }

    /// The note of a replica, if there is one that can be read.
    package init?(of replica: String) {
        guard let data = FileManager.default.contents(atPath: Self.path(for: replica)),
            let note = try? JSONDecoder().decode(Self.self, from: data)
        else { return nil }
        self = note
    }

    package func write(for replica: String) {
        guard let text = try? JSONEncoder().encode(self) else { return }
        try? PrivateFile.write(Array(text) + [0x0A], to: Self.path(for: replica))
    }

    /// Where backups of a replica go when nobody says where: `narni.backups` beside `narni.sqlite`.
    package static func defaultFolder(of replica: String) -> String {
        (replica.hasSuffix(".sqlite") ? String(replica.dropLast(".sqlite".count)) : replica) + ".backups"
    }

    private static func path(for replica: String) -> String { replica + ".last-backup" }
}
