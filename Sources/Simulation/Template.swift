import Foundation
import HubStore
import ReplicaStore
import SQLiteAccess
import Schema
import SyncCore
import SyncWire

/// The files that every run begins with: a hub and four enrolled replicas, made once and cloned.
package final class Template {
    struct Seat {
        let key: SigningKey
        let comune: RecordID
        let isCapofila: Bool
    }

    let folder: String
    let hubKey: SigningKey
    let catalog: Catalog
    /// That of the later schema.
    let laterCatalog: Catalog
    /// The life of the hub in the template.
    let incarnation: Incarnation
    let stage = Stage()
    private(set) var seats: [Seat] = []
    static let founded: Int64 = 1_700_000_000_000

    private static let comuni = [("Alfa", true), ("Beta", false), ("Gamma", false)].enumerated().map {
        FoundingComune(
            name: $1.0, codiceISTAT: "05500\($0)", codiceBelfiore: "A00\($0)", provincia: "TR", isCapofila: $1.1,
            popolazione: nil)
    }

    /// - Parameter folder: an empty one; best on a disk in memory.
    package init(folder: String) throws {
        self.folder = folder
        var chance = Chance(seed: 0x5A6F_6E61)
        guard let hubKey = SigningKey(seed: chance.bytes(32)) else { throw SimulationFailure("no key") }
        self.hubKey = hubKey
        let founding = Founding(
            code: "SIM-01", name: "Alfa", regione: "Umbria", formaGestione: "convenzione", comuni: Self.comuni,
            since: "2018-01-01", vocabulary: [])
        let hub = try HubStore.create(
            at: folder + "/hub.sqlite", founding: founding, key: hubKey, now: Self.founded, files: Toys.files,
            names: { chance.name() })
        catalog = hub.catalog
        laterCatalog = try CatalogLoader.bundled(Toys.laterFiles)
        incarnation = hub.incarnation
        for (index, comune) in [0, 1, 2, 2].enumerated() {
            try enrol(comune, as: index, at: hub, &chance)
        }
        try hub.close()
    }

    private func enrol(_ place: Int, as index: Int, at hub: HubStore, _ chance: inout Chance) throws {
        let comune = Self.comuni[place]
        let seat = try Template.enrol(
            comune.id, isCapofila: comune.isCapofila, at: hub, path: folder + "/\(index).sqlite", now: Self.founded,
            &chance)
        seats.append(seat)
    }

    /// Enrols a new replica and makes its file.
    static func enrol(
        _ comune: RecordID, isCapofila: Bool, at hub: HubStore, path: String, now: Int64, _ chance: inout Chance
    ) throws -> Seat {
        let secret = chance.bytes(EnrolmentCode.secretSize)
        try hub.invite(comune: comune, isCapofila: isCapofila, secret: secret, now: now, expiresAt: now + 1_000)
        guard let key = SigningKey(seed: chance.bytes(32)) else { throw SimulationFailure("no key") }
        let number = ReplicaNumber(rawValue: chance.name())
        let request = EnrolmentRequest(
            secret: secret, key: key.publicKey, number: number, schemaVersion: hub.catalog.version)
        let answer = try EnrolmentAnswer(reading: hub.enrol(request.frame(key: key).bytes, now: now))
        let store = try ReplicaStore.create(
            at: path,
            enrolment: ReplicaStore.Enrolment(
                ambito: answer.ambito, ambitoCode: answer.ambitoCode, ambitoName: answer.ambitoName, comune: comune,
                comuneName: answer.comuneName, isCapofila: isCapofila, number: number, incarnation: answer.incarnation,
                hubURL: "", pin: [], ambitoKey: answer.ambitoKey.bytes, certificate: answer.certificate),
            files: Toys.files)
        try store.close()
        return Seat(key: key, comune: comune, isCapofila: isCapofila)
    }

    /// The file of a seat, or of the hub, as every run begins with it.
    func file(_ name: String) -> String {
        "\(folder)/\(name).sqlite"
    }

    /// Copies one of the files, in place of whatever a run before has left.
    func clone(_ name: String, to target: String) throws {
        for suffix in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: target + suffix) }
        try FileManager.default.copyItem(atPath: file(name), toPath: target)
    }
}

/// Stores that a run has left open and whole: the next one goes on with them, their content put back.
final class Stage {
    var hub: (store: HubStore, program: OtherProgram)?
    var desks: [Int: Programs] = [:]
    /// Runs so far, for names of files that no other run has.
    var runs = 0

    /// What has a replica's file open.
    struct Programs {
        let store: ReplicaStore
        let person: ReplicaStore
        let program: OtherProgram

        func close() throws {
            try program.close()
            try person.close()
            try store.close()
        }
    }

    func close() {
        try? hub.map { hub in
            try hub.program.close()
            try hub.store.close()
        }
        for desk in desks.values { try? desk.close() }
        hub = nil
        desks = [:]
    }
}
