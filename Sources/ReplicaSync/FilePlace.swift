import Foundation

/// Where a replica lies, as far as that matters for its safety.
package struct FilePlace: Sendable, Equatable {
    package enum Trouble: Sendable, Equatable {
        /// A drive of another computer; the file system's name.
        case network(String)
        /// A folder that a program copies to other computers while files in it are written; the program's name.
        case synced(String)
        /// A file system without permissions, as on sticks; its name.
        case noPermissions(String)
        /// Gone at the next start of the PC.
        case memory(String)
    }

    package let trouble: Trouble?

    /// - Parameters:
    ///   - path: absolute, without links.
    ///   - mounts: the text of `/proc/self/mountinfo`.
    ///   - markers: whether a file of this path is there.
    package init(path: String, mounts: String, exists: (String) -> Bool) {
        let type = Self.fileSystem(of: path, mounts)
        trouble =
            if Self.networkTypes.contains(type) || Self.networkPrefixes.contains(where: type.hasPrefix) {
                .network(type)
            } else if let program = Self.syncProgram(path, exists) {
                .synced(program)
            } else if ["vfat", "exfat", "msdos", "fuseblk", "ntfs", "ntfs3"].contains(type) {
                .noPermissions(type)
            } else if ["tmpfs", "ramfs"].contains(type) {
                .memory(type)
            } else {
                nil
            }
    }

    /// That of a file on this PC.
    package init(of path: String) {
        let whole = URL(filePath: path).resolvingSymlinksInPath().path
        let mounts = (try? String(contentsOfFile: "/proc/self/mountinfo", encoding: .utf8)) ?? ""
        self.init(path: whole, mounts: mounts) { FileManager.default.fileExists(atPath: $0) }
    }

    /// Tells disks apart.
    package static func disk(of path: String) -> UInt64? {
        var facts = stat()
        return stat(path, &facts) == 0 ? UInt64(facts.st_dev) : nil
    }

    private static let networkTypes: Set<String> = [
        "nfs", "nfs4", "cifs", "smb3", "smbfs", "ncpfs", "9p", "afs", "ceph", "davfs", "fuse.davfs", "fuse.sshfs",
        "vboxsf", "virtiofs",
    ]
    private static let networkPrefixes = ["fuse.gvfs", "fuse.rclone", "fuse.onedriver", "fuse.google-drive"]

    /// The type of the mount with the longest path above the file; the last of several on one path counts.
    static func fileSystem(of path: String, _ mounts: String) -> String {
        var best = (length: -1, type: "")
        for line in mounts.split(separator: "\n") {
            let fields = line.split(separator: " ")
            guard fields.count > 6, let dash = fields.firstIndex(of: "-"), dash + 1 < fields.endIndex else { continue }
            let place = fields[4].replacing("\\040", with: " ")
            let isAbove = path == place || place == "/" || path.hasPrefix(place + "/")
            if isAbove && place.utf8.count >= best.length { best = (place.utf8.count, String(fields[dash + 1])) }
        }
        return best.type
    }

    private static func syncProgram(_ path: String, _ exists: (String) -> Bool) -> String? {
        let names = [
            ("dropbox", "Dropbox"), ("onedrive", "OneDrive"), ("google drive", "Google Drive"),
            ("googledrive", "Google Drive"), ("nextcloud", "Nextcloud"), ("owncloud", "ownCloud"),
            ("icloud", "iCloud"), ("pcloud", "pCloud"), ("megasync", "MEGA"), ("syncthing", "Syncthing"),
        ]
        let markers = [
            (".dropbox", "Dropbox"), (".stfolder", "Syncthing"), (".sync_nextcloud.db", "Nextcloud"),
            (".owncloudsync.log", "ownCloud"), (".nextcloudsync.log", "Nextcloud"),
        ]
        var folder = (path as NSString).deletingLastPathComponent
        while folder.count > 1 {
            let name = (folder as NSString).lastPathComponent.lowercased()
            if let found = names.first(where: { name.hasPrefix($0.0) }) { return found.1 }
            if let found = markers.first(where: { exists("\(folder)/\($0.0)") }) { return found.1 }
            folder = (folder as NSString).deletingLastPathComponent
        }
        return nil
    }
}
