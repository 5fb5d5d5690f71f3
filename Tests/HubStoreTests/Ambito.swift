import Foundation
import GRDB
import HubStore
import ReplicaStore
import ReplicaSync
import Schema
import SyncCore
import SyncSession
import SyncWire
import Testing

/// A small ambito in a folder of its own: a hub and replicas, with the real stores and the real session on a wire that is a function call.
final class Ambito {
    let folder: String
    var hub: HubStore
    let hubKey: SigningKey
    /// The hub's clock, Unix milliseconds; moved by hand.
    var now: Int64 = 1_700_000_000_000

    static let comuni = [
        FoundingComune(
            name: "Narni", codiceISTAT: "055022", codiceBelfiore: "F844", provincia: "TR", isCapofila: true,
            popolazione: 18_523),
        FoundingComune(
            name: "Amelia", codiceISTAT: "055004", codiceBelfiore: "A262", provincia: "TR", isCapofila: false,
            popolazione: 11_464),
        FoundingComune(
            name: "Otricoli", codiceISTAT: "055024", codiceBelfiore: "G189", provincia: "TR", isCapofila: false,
            popolazione: 1_746),
    ]

    /// - Parameter files: the schema of the hub.
    init(files: [Schema.File] = Schema.synced) throws {
        folder = NSTemporaryDirectory() + "zona-ambito-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        hubKey = try #require(SigningKey(seed: [UInt8](repeating: 7, count: 32)))
        hub = try HubStore.create(
            at: folder + "/hub.sqlite", founding: Self.founding, key: hubKey, now: now, files: files)
    }

    static var founding: Founding {
        Founding(
            code: "UMB-11", name: "Narni", regione: "Umbria", formaGestione: "convenzione", comuni: comuni,
            since: "2018-01-01",
            vocabulary: [
                ["tipo": "fonte", "codice": "FNPS", "denominazione": "Fondo nazionale"],
                ["tipo": "area_utenza", "codice": "ANZ", "denominazione": "Anziani"],
                ["tipo": "tipo_soggetto", "codice": "VOL", "denominazione": "Volontariato"],
            ])
    }

    /// On a copy of a hub's file that is there.
    init(hubFile: String) throws {
        folder = NSTemporaryDirectory() + "zona-ambito-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        hubKey = try #require(SigningKey(seed: [UInt8](repeating: 7, count: 32)))
        try FileManager.default.copyItem(atPath: hubFile, toPath: folder + "/hub.sqlite")
        hub = try HubStore(path: folder + "/hub.sqlite", key: hubKey, now: now)
    }

    /// The hub's file is opened by a program of another schema.
    func upgradeHub(to files: [Schema.File]) throws {
        try hub.close()
        hub = try HubStore(path: folder + "/hub.sqlite", key: hubKey, files: files, now: now)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: folder)
    }

    /// Enrols a replica of the comune with this ISTAT code and brings it up to date.
    func replica(
        of istat: String, _ name: String, files: [Schema.File] = Schema.synced, syncs: Bool = true
    ) throws -> Desk {
        let comune = try #require(try hub.comuni().first { $0.codiceISTAT == istat })
        let secret = (0..<EnrolmentCode.secretSize).map { _ in UInt8.random(in: 0...255) }
        try hub.invite(
            comune: comune.id, isCapofila: comune.isCapofila, secret: secret, now: now, expiresAt: now + 1_000_000)
        let key = try #require(SigningKey(seed: (0..<32).map { _ in UInt8.random(in: 0...255) }))
        let number = ReplicaNumber(rawValue: UInt64.random(in: 1...UInt64(Int64.max)))
        let request = EnrolmentRequest(secret: secret, key: key.publicKey, number: number, schemaVersion: files.version)
        let answer = try EnrolmentAnswer(reading: try hub.enrol(request.frame(key: key).bytes, now: now))
        let store = try ReplicaStore.create(
            at: folder + "/\(name).sqlite",
            enrolment: ReplicaStore.Enrolment(
                ambito: answer.ambito, ambitoCode: answer.ambitoCode, ambitoName: answer.ambitoName, comune: comune.id,
                comuneName: comune.name, isCapofila: comune.isCapofila, number: number, incarnation: answer.incarnation,
                hubURL: "",
                pin: [], ambitoKey: answer.ambitoKey.bytes, certificate: answer.certificate),
            files: files)
        let desk = Desk(ambito: self, store: store, key: key)
        if syncs { try desk.sync() }
        return desk
    }

    /// All rows of a synced table as the hub has them, sorted by id.
    func rows(_ table: String) throws -> [String] {
        let capofila = try #require(try hub.comuni().first(where: \.isCapofila))
        _ = capofila
        let insider = try hub.insider(number: ReplicaNumber(rawValue: 1), cursor: 0, now: now)
        let number = try #require(hub.catalog.table(named: table)).number
        var rows: [String] = []
        var after: UInt64 = 0
        while true {
            let frame = try hub.page(for: insider, after: after, sizeBytes: 1 << 20, now: now)
            let header = try PageHeader(reading: frame)
            var reader = try PageReader(frame, header: header)
            while let entry = try reader.next() {
                guard entry.key.table == number, entry.kind == .row else { continue }
                let row = SyncCore.Row(uncheckedBytes: Array(reader.body[entry.row]))
                rows.append(Desk.text(entry.key.id, try row.values()))
            }
            if header.isComplete { return rows.sorted() }
            after = header.to
        }
    }
}

/// One replica with somebody at it.
final class Desk {
    let ambito: Ambito
    let store: ReplicaStore
    let key: SigningKey
    var author = Operator("anna")
    /// Milliseconds by which the PC's clock is ahead of the hub's.
    var skew: Int64 = 0

    init(ambito: Ambito, store: ReplicaStore, key: SigningKey) {
        self.ambito = ambito
        self.store = store
        self.key = key
    }

    /// The same file, opened by a program of another schema.
    func reopened(files: [Schema.File]) throws -> Desk {
        try store.close()
        let desk = Desk(ambito: ambito, store: try ReplicaStore(path: store.path, files: files), key: key)
        desk.author = author
        return desk
    }

    /// Another program at the same file. Opened once: to open it means to parse some hundred triggers.
    private var known: DatabaseQueue?

    private func program() throws -> DatabaseQueue {
        if let known { return known }
        let made = try DatabaseQueue(path: store.path)
        known = made
        return made
    }

    /// The other program ends: somebody else will have the file to himself.
    func endProgram() {
        known = nil
    }

    func sql(_ sql: String) throws {
        try program().write { try $0.execute(sql: sql) }
    }

    func values(_ sql: String) throws -> [String] {
        try program().read { database in
            try GRDB.Row.fetchAll(database, sql: sql).map { row in
                row.databaseValues.map { "\($0)" }.joined(separator: "|")
            }
        }
    }

    func value(_ sql: String) throws -> String {
        try #require(try values(sql).first)
    }

    @discardableResult
    func capture(targetBytes: Int = Limits.batchBytesTarget) throws -> CaptureSummary {
        ambito.now += 1_000
        // The PC's clock and the hub's are moved by hand.
        let now = ambito.now + skew
        try sql("UPDATE zona_pending SET changed_at = \(now) WHERE counter IS NULL AND changed_at > \(ambito.now)")
        return try store.capture(key: key, now: now, targetBytes: targetBytes)
    }

    /// What the last sync did beside sending and receiving.
    private(set) var events: [IdentityEvent] = []

    /// One whole sync; with `losing` the answers of the first so many batches never arrive, and `meanwhile` is done
    /// while the first page is on its way.
    @discardableResult
    func sync(
        pulls: Bool = true, pageSize: Int? = nil, losing: Int = 0, targetBytes: Int = Limits.batchBytesTarget,
        meanwhile: () throws -> Void = {}
    ) throws -> ApplySummary {
        try capture(targetBytes: targetBytes)
        var left = losing
        var isPulling = false
        events = []
        for _ in 0..<6 {
            let now = ambito.now + skew
            var conversation = try Conversation(store: store, key: key, pulls: pulls, now: now)
            var line = Line(ambito: ambito, pageSize: pageSize)
            var request = try conversation.begin()
            while let asked = request {
                let answer = try line.answer(asked)
                if left > 0, case .upload = asked {
                    left -= 1
                    throw LostAnswer()
                }
                if case .page = asked, !isPulling {
                    isPulling = true
                    try meanwhile()
                }
                request = try conversation.receive(answer, sentAt: now, now: now)
            }
            events += conversation.summary.events
            if !conversation.beginsAgain { return conversation.summary.applied }
        }
        throw Restless()
    }

    /// All rows of a table here, in the form of `Ambito.rows`.
    func rows(_ table: String) throws -> [String] {
        let described = try #require(store.catalog.table(named: table))
        return try store.rows(of: described, limit: 1_000_000).map { Self.text($0.id, $0.values) }.sorted()
    }

    static func text(_ id: RecordID, _ values: [Value]) -> String {
        let texts = values.map { value in
            switch value {
            case .null: "-"
            case .integer(let number): String(number)
            case .real(let number): String(number)
            case .text(let text): String(decoding: text, as: UTF8.self)
            case .blob(let bytes): Hash.text(bytes)
            }
        }
        return "\(id) \(texts.joined(separator: "|"))"
    }
}

struct LostAnswer: Error {}

/// A sync that begins again and again.
struct Restless: Error {}

/// The hub's answers to one conversation, by function calls.
struct Line {
    let ambito: Ambito
    var pageSize: Int?
    private var peer: HubSession.Peer?

    init(ambito: Ambito, pageSize: Int? = nil) {
        self.ambito = ambito
        self.pageSize = pageSize
    }

    mutating func answer(_ request: Conversation.Request) throws -> Conversation.Answer {
        let (hub, now) = (ambito.hub, ambito.now)
        switch request {
        case .nonce:
            return .nonce(try Nonce(reading: hub.nonceFrame(nonce: [UInt8](repeating: 9, count: 32), now: now)))
        case .greeting(let frame):
            let answer = try hub.greet(
                frame.bytes, now: now, session: [UInt8](repeating: 1, count: 16), isOurNonce: { _ in true })
            peer = answer.peer
            return .greeting(try HubGreeting(reading: answer.answer))
        case .keys: return .keys(nil)
        case .isStored(let hash): return .isStored(try hub.hasStored(hash, of: try #require(peer)))
        case .bytesHeld: return .bytesHeld(0)
        case .upload(let upload):
            let frame = try hub.accept(upload.bytes, from: try #require(peer), offset: upload.clock, now: now)
            return .acknowledgement(try Acknowledgement(reading: frame))
        case .page(let after, let size):
            return .page(try hub.page(for: try #require(peer), after: after, sizeBytes: pageSize ?? size, now: now))
        }
    }
}
