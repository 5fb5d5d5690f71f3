import Glibc

/// Where the hub keeps its files: `tls/` with the server's keys, and one folder an ambito, named by its code.
package struct DataFolder: Sendable, Equatable {
    /// The folder's path, without slashes at its end.
    package let path: String

    /// Names a folder; nothing is looked at or made.
    package init(_ path: String) {
        var path = path
        while path.count > 1, path.hasSuffix("/") { path.removeLast() }
        self.path = path
    }

    /// The settings that are read when no other file is named.
    package var settingsFile: String { "\(path)/server.json" }
    /// The folder of the server's keys and certificates.
    package var tlsFolder: String { "\(path)/tls" }
    /// Where consolidations are published when no other folder is named.
    package var publishedFolder: String { "\(path)/published" }

    /// The folder of one ambito.
    ///
    /// - Throws: `badName` for a code that could not be a folder's name: only A-Z, a-z, 0-9, dot, hyphen and
    ///   underscore, at most 64, not beginning with a dot, and neither `tls` nor `published`, which have their own
    ///   meaning here.
    package func folder(of code: String) throws(HubServiceError) -> String {
        guard Self.isUsable(code) else {
            throw HubServiceError(
                .badName,
                "the code of an ambito names its folder: use 1 to 64 of A-Z a-z 0-9 . _ - , not beginning with a dot, "
                    + "and neither tls nor published.")
        }
        return "\(path)/\(code)"
    }

    /// The hub's database of one ambito.
    package func hubFile(of code: String) throws(HubServiceError) -> String {
        try folder(of: code) + "/hub.sqlite"
    }

    /// The ambito's signing key.
    package func keyFile(of code: String) throws(HubServiceError) -> String {
        try folder(of: code) + "/ambito.key"
    }

    /// Where batches of one ambito wait until they are whole.
    package func incomingFolder(of code: String) throws(HubServiceError) -> String {
        try folder(of: code) + "/incoming"
    }

    /// Makes the folder of one ambito, if it is not there, readable by its owner only.
    package func makeFolder(of code: String) throws(HubServiceError) {
        try AtomicFile.makeFolder(try folder(of: code))
    }

    /// The codes of the ambiti that have a database here, in the order of their bytes. None when there is no data
    /// folder yet.
    package func ambiti() throws(HubServiceError) -> [String] {
        let names = try Self.names(in: path)
        return names.filter { Self.isUsable($0) && access("\(path)/\($0)/hub.sqlite", F_OK) == 0 }
    }

    /// What a folder holds, in the order of its bytes; nothing when it is not there.
    static func names(in folder: String) throws(HubServiceError) -> [String] {
        guard let stream = opendir(folder) else {
            if errno == ENOENT { return [] }
            throw AtomicFile.failure("list", folder)
        }
        defer { closedir(stream) }
        var names: [[UInt8]] = []
        while let entry = readdir(stream) {
            // The entry lives until the next call; its name is copied here, and ends at a zero byte that lies inside
            // it.
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { Array($0.prefix { $0 != 0 }) }
            if name != [0x2E], name != [0x2E, 0x2E] { names.append(name) }
        }
        return names.sorted { $0.lexicographicallyPrecedes($1) }.map { String(decoding: $0, as: UTF8.self) }
    }

    private static func isUsable(_ code: String) -> Bool {
        let bytes = Array(code.utf8)
        guard (1...64).contains(bytes.count), bytes[0] != 0x2E, code != "tls", code != "published" else { return false }
        return bytes.allSatisfy { byte in
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F: true
            default: false
            }
        }
    }
}
