import ArgumentParser
import Foundation
import HubService
import HubStore

struct Restore: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Put a hub back from a backup. Replicas give back what it lacks.",
        discussion: """
            What is in the data folder is moved aside, never deleted. Each ambito begins a new life: its replicas
            notice at their next sync, give back what the backup lacks, and compare. With --keys-only the keys
            alone come back; `zona-server init` then makes an empty hub that replicas believe.

            Examples:
              zona-server restore --from /mnt/backup/zona-backup-20261126T023000Z --data /srv/zona
              zona-server restore --from /mnt/backup/zona-backup-20261126T023000Z --data /srv/zona --keys-only
            """)

    @OptionGroup var common: CommonOptions
    @OptionGroup var secret: PassphraseOptions
    @Option(name: .customLong("from"), help: "The folder of the backup.")
    var source: String
    @Option(help: "Only these ambiti. Repeat for several.")
    var ambito: [String] = []
    @Flag(help: "Put the keys back and nothing else.")
    var keysOnly = false

    func run() throws {
        try answering {
            let data = DataFolder(try common.folder())
            let backup = BackupFolder(DataFolder(source).path)
            try backup.check()
            let there = try backup.ambiti()
            if let strange = ambito.first(where: { !there.contains($0) }) {
                throw Failure(
                    .notFound, "not-found",
                    "no ambito \(strange) in this backup; there: \(there.joined(separator: ", "))")
            }
            let codes = ambito.isEmpty ? there : ambito
            let keys = try SealedKeys.open(backup.sealedKeys(), passphrase: secret.passphrase()).filter { file in
                file.path.hasPrefix("tls/") || codes.contains { file.path == "\($0)/ambito.key" }
            }
            let lock = try DataLock(data)
            let aside = try withExtendedLifetime(lock) { () throws -> [String] in
                try restore(codes, keys, from: backup, into: data)
            }
            report(codes, aside, data)
        }
    }

    /// Everything is made ready beside the data folder and given its place at the end, ambito by ambito.
    private func restore(
        _ codes: [String], _ keys: [SealedKeys.File], from backup: BackupFolder, into data: DataFolder
    ) throws -> [String] {
        let beside = DataFolder(data.path + ".restore")
        BackupFolder.remove(beside.path)
        defer { BackupFolder.remove(beside.path) }
        try BackupFolder.putBack(keys, into: beside)
        if !keysOnly {
            for code in codes {
                try beside.makeFolder(of: code)
                let file = try beside.hubFile(of: code)
                for name in try backup.hubFiles(of: code) {
                    try backup.copy("\(code)/\(name)", to: "\(try beside.folder(of: code))/\(name)")
                }
                let store = try HubStore(path: file, key: AmbitoKeys.load(for: code, in: beside))
                try store.beginNewLife(now: Answer.now)
                try store.close()
            }
        }
        try BackupFolder.putBack(keys.filter { $0.path.hasPrefix("tls/") }, into: data)
        return try codes.compactMap { try place($0, from: beside, into: data) }
    }

    /// - Returns: where what was there before lies now.
    private func place(_ code: String, from beside: DataFolder, into data: DataFolder) throws -> String? {
        let (new, old) = (try beside.folder(of: code), try data.folder(of: code))
        var aside: String?
        if FileManager.default.fileExists(atPath: old) {
            let moment = BackupFolder.freeName(at: Answer.now) { "\(data.path).before-\($0)/\(code)" }
            let name = "\(data.path).before-\(moment)"
            try FileManager.default.createDirectory(atPath: name, withIntermediateDirectories: true)
            try move(old, to: "\(name)/\(code)")
            aside = "\(name)/\(code)"
        }
        try move(new, to: old)
        return aside
    }

    private func move(_ from: String, to path: String) throws {
        guard rename(from, path) == 0 else {
            throw Failure(
                .file, "files",
                "\(from) cannot be moved to \(path) (\(String(cString: strerror(errno)))): look at the rights")
        }
    }

    private func report(_ codes: [String], _ aside: [String], _ data: DataFolder) {
        if common.json {
            try? Answer.show(["restored": codes, "moved_aside": aside, "keys_only": keysOnly])
            return
        }
        let what = keysOnly ? "The keys of \(codes.joined(separator: ", ")) are" : "\(codes.joined(separator: ", ")) is"
        Answer.show("\(what) back in \(data.path).")
        for path in aside { Answer.show("  what was there lies in \(path)") }
        let next =
            keysOnly
            ? "zona-server init --data \(data.path) --ambito \(codes.first ?? "") --comuni …"
            : "zona-server serve --data \(data.path) …; then every replica syncs once or twice"
        Answer.show("Next: \(next)")
    }
}
