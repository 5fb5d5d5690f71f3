import Foundation
import HubService
import HubStore
import SyncCore

/// Makes one backup of a data folder, while it is served or not.
struct HubBackup: Sendable {
    let data: DataFolder
    let target: String
    let passphrase: String
    /// How many backups in `target` are kept; nothing keeps all.
    let keep: Int?

    struct Made {
        let place: String
        let bytes: Int64
        let ambiti: [String]
        let removed: [String]
    }

    func run(now: Int64) throws -> Made {
        let codes = try data.ambiti()
        guard !codes.isEmpty else {
            throw Failure(.notFound, "not-found", "no ambito in \(data.path): there is nothing to back up")
        }
        let stores = try codes.map {
            try HubStore(path: data.hubFile(of: $0), key: AmbitoKeys.load(for: $0, in: data))
        }
        defer { for store in stores { try? store.close() } }
        let name = BackupFolder.freeName(at: now) { "\(target)/\($0)" }
        let folder = try BackupFolder.begin(in: target, name: name)
        do {
            let facts = try stores.map { try copy($0, into: folder) }
            try folder.write(
                try SealedKeys.seal(BackupFolder.keyFiles(of: data), passphrase: passphrase), to: BackupFolder.keys)
            try folder.write(try manifest(facts, now: now), to: BackupFolder.manifest)
            let (made, bytes) = try folder.finish(as: name, in: target)
            for (store, fact) in zip(stores, facts) {
                let kept = KeptBackup(id: name, madeAt: now, seq: fact.seq, bytes: bytes, place: made.path)
                try store.keep(kept, holding: fact.counters)
            }
            return Made(place: made.path, bytes: bytes, ambiti: codes, removed: try rotate(stores))
        } catch {
            BackupFolder.remove(folder.path)
            throw error
        }
    }

    /// The hub's file, and the checkpoint without which nobody could verify it once something was pruned. The two
    /// belong together: when a prune ends meanwhile, both are copied again.
    private func copy(_ store: HubStore, into folder: BackupFolder) throws -> BackupFacts {
        let checkpoint = try Verify.checkpoint(of: store.identity.code, in: data)
        while true {
            let signatures = HubStore.signatures(of: checkpoint)
            let file = try folder.hubFile(of: store.identity.code)
            let place = (file as NSString).deletingLastPathComponent
            func name(_ path: String) -> String { "\(store.identity.code)/\((path as NSString).lastPathComponent)" }
            if FileManager.default.fileExists(atPath: checkpoint) {
                try BackupFolder.copy(checkpoint, to: "\(folder.path)/\(name(checkpoint))")
            }
            for (path, bytes) in signatures { try folder.write(bytes, to: name(path)) }
            let facts = try store.copy(to: file)
            guard HubStore.signatures(of: checkpoint) != signatures else { return facts }
            BackupFolder.remove(place)
        }
    }

    private func manifest(_ facts: [BackupFacts], now: Int64) throws -> [UInt8] {
        let ambiti = facts.map { fact -> [String: Any] in
            [
                "code": fact.code, "seq": fact.seq, "incarnation": "\(fact.incarnation)",
                "schema": fact.schemaVersion,
            ]
        }
        return Array(try Answer.text(["format": 1, "made_at": now, "ambiti": ambiti]).utf8) + [0x0A]
    }

    /// Forgets the oldest backups in this place, and takes their folders away: first from the books, so that no replica
    /// relies on one that is going.
    private func rotate(_ stores: [HubStore]) throws -> [String] {
        guard let keep else { return [] }
        var removed: [String] = []
        let mine = Set(try stores.flatMap { try $0.backups() }.filter { $0.place.hasPrefix(target + "/") }.map(\.id))
        for id in mine.sorted().dropLast(max(keep, 1)) {
            for store in stores where try store.backups().contains(where: { $0.id == id }) {
                try store.forgetBackup(id)
            }
            BackupFolder.remove("\(target)/\(id)")
            removed.append(id)
        }
        return removed
    }
}
