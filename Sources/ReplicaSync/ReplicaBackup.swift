import Foundation
package import ReplicaStore
import SyncWire
import Texts

/// A backup of a replica: a folder with the file, its key, a manifest and `SHA256SUMS`, which any tool can copy and
/// check. It is written under another name and renamed last, so that one that was cut is never taken for one.
///
/// The key belongs in it: what was not sent yet can be sent by nobody who has not the key. A replica that is put back
/// is an earlier self; the hub and it find that out at their first contact (`docs/merge-rules.md`).
package struct ReplicaBackup: Sendable {
    package struct Manifest: Codable, Sendable, Equatable {
        package let format: Int
        /// Unix milliseconds.
        package let madeAt: Int64
        /// The replica's name, without its folder.
        package let file: String
        package let ambito: String
        package let comune: String
        package let number: String
        package let schemaVersion: Int
        package let pendingRecords: Int
        package let hasKey: Bool
    }

    package struct Made: Sendable {
        package let path: String
        package let bytes: Int64
        package let manifest: Manifest
        /// Older backups that were taken away, by path.
        package let removed: [String]
    }

    /// The backup's folder.
    package let path: String
    package let manifest: Manifest

    private static let manifestName = "manifest.json"
    private static let sumsName = "SHA256SUMS"
    private static let format = 1

    /// Where the replica's copy lies in it.
    package var file: String { "\(path)/\(manifest.file)" }
    package var key: String { ReplicaKey.path(for: file) }

    // MARK: Making

    /// Backs a replica up into a folder, while whoever likes works on it.
    ///
    /// - Parameters:
    ///   - target: made where it is not there.
    ///   - keep: at most so many backups of this replica stay there.
    ///   - now: Unix milliseconds.
    package static func make(
        of store: ReplicaStore, in target: String, withKey: Bool, keep: Int?, now: Int64
    ) throws(SyncFault) -> Made {
        let name = (store.path as NSString).lastPathComponent
        let place = "\(target)/\(prefix(of: name))\(stamp(now))"
        let part = place + ".part"
        guard !FileManager.default.fileExists(atPath: place) else {
            throw SyncFault(.file, localized("\(place) is there already: wait a second and try again"))
        }
        let key: [UInt8]? = withKey ? Array("\(Hash.text(try ReplicaKey.load(for: store.path).seed))\n".utf8) : nil
        try makeFolder(target)
        try? FileManager.default.removeItem(atPath: part)
        try makeFolder(part)
        do throws(SyncFault) {
            let facts: CopyFacts
            do throws(ReplicaStoreError) { facts = try store.copy(to: "\(part)/\(name)") } catch {
                throw SyncFault(error)
            }
            chmod("\(part)/\(name)", 0o600)
            if let key { try PrivateFile.write(key, to: ReplicaKey.path(for: "\(part)/\(name)")) }
            let manifest = Manifest(
                format: format, madeAt: now, file: name, ambito: facts.ambitoCode, comune: facts.comuneName,
                number: "\(facts.number)", schemaVersion: facts.schemaVersion, pendingRecords: facts.pendingRecords,
                hasKey: withKey)
            let bytes = try finish(part, manifest)
            guard rename(part, place) == 0, PrivateFile.flushFolder(of: place) else { throw unwritable(place) }
            let removed = try keep.map { (count) throws(SyncFault) in try rotate(target, name: name, keep: count) }
            return Made(path: place, bytes: bytes, manifest: manifest, removed: removed ?? [])
        } catch {
            try? FileManager.default.removeItem(atPath: part)
            throw error
        }
    }

    private static func finish(_ folder: String, _ manifest: Manifest) throws(SyncFault) -> Int64 {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        encoder.keyEncodingStrategy = .convertToSnakeCase
        guard let text = try? encoder.encode(manifest) else { throw unwritable(folder) }
        try PrivateFile.write(Array(text) + [0x0A], to: "\(folder)/\(manifestName)")
        var sums = ""
        var size: Int64 = 0
        for name in names(in: folder) {
            let (sum, bytes) = try sum(of: "\(folder)/\(name)")
            sums += "\(sum)  \(name)\n"
            size += bytes
        }
        try PrivateFile.write(Array(sums.utf8), to: "\(folder)/\(sumsName)")
        return size
    }

    private static func rotate(_ target: String, name: String, keep: Int) throws(SyncFault) -> [String] {
        var removed: [String] = []
        for old in all(in: target, of: name).dropLast(keep) {
            // Under a name that is none first: one that is half removed is no backup.
            let going = old + ".part"
            guard rename(old, going) == 0 else { throw unwritable(old) }
            try? FileManager.default.removeItem(atPath: going)
            removed.append(old)
        }
        return removed
    }

    // MARK: Finding

    /// The backups of a replica in a folder, the oldest first.
    ///
    /// - Parameter name: the replica's name without its folder; nothing takes those of all.
    package static func all(in folder: String, of name: String?) -> [String] {
        let start = name.map(prefix(of:)) ?? "zona-backup-"
        return names(in: folder).filter { found in
            found.hasPrefix(start) && found.hasSuffix("Z")
                && (name == nil || found.utf8.count == start.utf8.count + "20261126T234012Z".utf8.count)
                && FileManager.default.fileExists(atPath: "\(folder)/\(found)/\(manifestName)")
        }
        .sorted { $0.suffix(16) < $1.suffix(16) }.map { "\(folder)/\($0)" }
    }

    /// Opens a backup: its folder, or one with several, of which it takes the newest of the replica `name`.
    package init(at path: String, of name: String) throws(SyncFault) {
        var path = path
        while path.count > 1 && path.hasSuffix("/") { path.removeLast() }
        if !FileManager.default.fileExists(atPath: "\(path)/\(Self.manifestName)") {
            guard let newest = Self.all(in: path, of: name).last else {
                throw SyncFault(
                    .file,
                    localized(
                        """
                        \(path) is no backup of a replica, nor a folder with backups of \(name): give the folder \
                        whose name begins with zona-backup-
                        """))
            }
            path = newest
        }
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        guard let data = FileManager.default.contents(atPath: "\(path)/\(Self.manifestName)"),
            let manifest = try? decoder.decode(Manifest.self, from: data), manifest.format >= 1,
            !manifest.file.isEmpty, !manifest.file.contains("/"), !manifest.file.hasPrefix(".")
        else { throw Self.damaged("\(path)/\(Self.manifestName)") }
        guard manifest.format <= Self.format else {
            throw SyncFault(
                .file, localized("\(path) was made by a newer Zona: upgrade this program, then restore"))
        }
        self.path = path
        self.manifest = manifest
    }

    /// Compares every file with its sum, and has SQLite check the copy.
    package func check() throws(SyncFault) -> CopyFacts {
        guard let sums = FileManager.default.contents(atPath: "\(path)/\(Self.sumsName)") else {
            throw Self.damaged("\(path)/\(Self.sumsName)")
        }
        var listed: Set<String> = []
        for line in String(decoding: sums, as: UTF8.self).split(separator: "\n") {
            let parts = line.split(separator: " ", maxSplits: 1)
            let name = parts.count == 2 ? String(parts[1].drop { $0 == " " }) : ""
            guard !name.isEmpty, !name.contains("/") else { throw Self.damaged("\(path)/\(Self.sumsName)") }
            guard try Self.sum(of: "\(path)/\(name)").0 == parts[0] else { throw Self.damaged("\(path)/\(name)") }
            listed.insert(name)
        }
        guard listed.isSuperset(of: [manifest.file, Self.manifestName]),
            !manifest.hasKey || listed.contains(ReplicaKey.path(for: manifest.file))
        else { throw Self.damaged("\(path)/\(Self.sumsName)") }
        let facts: CopyFacts
        do throws(ReplicaStoreError) { facts = try ReplicaStore.facts(ofCopy: file) } catch { throw SyncFault(error) }
        guard facts.damage.isEmpty else { throw Self.damaged(file) }
        return facts
    }

    // MARK: Small things

    /// `zona-backup-narni-`, of `narni.sqlite`.
    private static func prefix(of name: String) -> String {
        "zona-backup-\(name.hasSuffix(".sqlite") ? String(name.dropLast(".sqlite".count)) : name)-"
    }

    /// `20261126T234012Z`: in the order of time by its bytes.
    static func stamp(_ milliseconds: Int64) -> String {
        let format = Date.ISO8601FormatStyle(
            dateSeparator: .omitted, dateTimeSeparator: .standard, timeSeparator: .omitted, timeZone: .gmt)
        return Date(timeIntervalSince1970: Double(milliseconds / 1000)).formatted(format)
    }

    private static func names(in folder: String) -> [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted {
            $0.utf8.lexicographicallyPrecedes($1.utf8)
        }
    }

    private static func makeFolder(_ path: String) throws(SyncFault) {
        var isFolder: ObjCBool = false
        if FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && isFolder.boolValue { return }
        guard mkdir(path, 0o700) == 0 else {
            throw SyncFault(
                .file,
                localized(
                    """
                    the folder \(path) cannot be made (\(String(cString: strerror(errno)))): give one that is there \
                    and can be written
                    """))
        }
    }

    private static func sum(of path: String) throws(SyncFault) -> (String, Int64) {
        guard let file = FileHandle(forReadingAtPath: path) else { throw damaged(path) }
        defer { try? file.close() }
        var hash = RunningHash()
        var size: Int64 = 0
        while true {
            guard let piece = try? file.read(upToCount: 1 << 20) ?? Data() else { throw damaged(path) }
            guard !piece.isEmpty else { break }
            hash.add(piece)
            size += Int64(piece.count)
        }
        return (Hash.text(hash.end()), size)
    }

    private static func damaged(_ path: String) -> SyncFault {
        SyncFault(.file, localized("\(path) is missing, or not as it was written: take another backup"))
    }

    private static func unwritable(_ path: String) -> SyncFault {
        SyncFault(
            .file,
            localized("\(path) cannot be written (\(String(cString: strerror(errno)))): check the folder and its disk"))
    }
}
