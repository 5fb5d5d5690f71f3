import Consolidation
import Foundation
import HubService
import HubStore
import ReplicaStore
import SyncCore
import SyncSession
import SyncWire

/// The hub's own consolidation: a replica with capofila scope beside the hub's file, brought up to date and published.
struct HubConsolidation: Sendable {
    let store: HubStore
    /// Where that replica lies: `<data>/<code>/consolidation.sqlite`.
    let replicaPath: String
    /// Where this ambito's dated folders go.
    let publishFolder: String

    init(store: HubStore, data: DataFolder, publish: String) throws {
        self.store = store
        replicaPath = try data.folder(of: store.identity.code) + "/consolidation.sqlite"
        publishFolder = "\(publish)/\(store.identity.code)"
    }

    /// Makes tonight's picture.
    func run(now: Int64) throws -> Publication {
        let replica = try openReplica(now: now)
        defer { try? replica.close() }
        let state = try replica.state()
        let peer = try store.insider(number: state.number, cursor: state.cursor, now: now)
        _ = try Consolidation.refresh(
            replica, from: { after, size in try store.page(for: peer, after: after, sizeBytes: size, now: now) },
            now: now)
        try FileManager.default.createDirectory(atPath: publishFolder, withIntermediateDirectories: true)
        let token = String(UInt64.random(in: 1...UInt64.max), radix: 36)
        return try Consolidation.publish(
            replica,
            PublishRequest(folder: publishFolder, time: now, contacts: contacts(but: state.number), token: token))
    }

    /// The replica is a copy of what the hub has: one that does not fit (another capofila, another life of the hub)
    /// is made anew.
    private func openReplica(now: Int64) throws -> ReplicaStore {
        guard let capofila = try store.comuni().first(where: \.isCapofila) else {
            throw Failure(.badValue, "not-valid", "the ambito has no capofila now: see ambito_comune")
        }
        if FileManager.default.fileExists(atPath: replicaPath) {
            if let known = try? ReplicaStore(path: replicaPath), let state = try? known.state(),
                state.comune == capofila.id,
                state.incarnation == store.incarnation
            {
                return known
            }
            ReplicaStore.remove(at: replicaPath)
        }
        return try ReplicaStore.create(
            at: replicaPath,
            enrolment: ReplicaStore.Enrolment(
                ambito: store.identity.ambito, ambitoCode: store.identity.code, ambitoName: store.identity.name,
                comune: capofila.id, comuneName: capofila.name, isCapofila: true,
                number: ReplicaNumber(rawValue: HubStore.randomName()), incarnation: store.incarnation,
                hubURL: "", pin: [],
                ambitoKey: store.identity.key.bytes, certificate: []))
    }

    /// When each comune was last here whole: what the summary needs to tell silence from zero.
    private func contacts(but own: ReplicaNumber) throws -> [ComuneContact] {
        let replicas = try store.replicas().filter { $0.number != own && !$0.isInside }
        return try store.comuni().map { comune in
            let its = replicas.filter { $0.comune == comune.id }
            return ComuneContact(
                comune: comune.id, name: comune.name, lastComplete: its.compactMap(\.lastComplete).max(),
                replicas: its.count { $0.revokedAt == nil })
        }
    }
}
