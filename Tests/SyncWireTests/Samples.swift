import SyncCore
import SyncWire

/// One small example of everything that travels. The golden vectors are made of these: change nothing here without recording them anew.
enum Samples {
    static let replicaKey = key(1)
    static let ambitoKey = key(2)
    static let ambito = RecordID(high: 0x0190_0000_0000_7000, low: 0x8000_0000_0000_0001)
    static let comune = RecordID(high: 0x0190_0000_0000_7000, low: 0x8000_0000_0000_0002)
    static let record = RecordID(high: 0x0190_F3C2_7A1B_7C3D, low: 0x8E4F_0123_4567_89AB)
    static let other = RecordID(high: 0x0190_F3C2_7A1C_7001, low: 0x8000_0000_0000_0003)
    static let number = ReplicaNumber(rawValue: 0x1122_3344_5566_7788)
    static let hub = ReplicaNumber(rawValue: 0x0102_0304_0506_0708)
    static let incarnation = Incarnation(rawValue: 0x7766_5544_3322_1100)
    static let floor = HybridTime(milliseconds: 1_780_000_000_000)
    static let secret: [UInt8] = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]

    static func key(_ byte: UInt8) -> SigningKey {
        guard let key = SigningKey(seed: [UInt8](repeating: byte, count: 32)) else {
            preconditionFailure("32 bytes are a seed")
        }
        return key
    }

    static func dot(_ number: ReplicaNumber, _ counter: UInt64) -> Dot { Dot(number: number, counter: counter) }

    static let context = VersionVector([dot(hub, 12), dot(number, 3)])

    static let changes: [Change] = [
        Change(
            key: RecordKey(table: 10, id: record), operation: .insert, dot: dot(number, 4),
            time: HybridTime(milliseconds: 1_780_000_000_500), author: Array("anna".utf8), action: 7,
            carried: .first(5), changed: .first(5),
            values: ValueCoding.bytes(of: [
                .text("Città"), .integer(1_050), .real(0.5), .text(comune.description), .null,
            ])),
        Change(
            key: RecordKey(table: 10, id: other), operation: .update, dot: dot(number, 5),
            time: HybridTime(rawValue: floor.rawValue + 1), author: Array("-".utf8), action: 0,
            carried: ColumnSet([0, 1]),
            changed: ColumnSet([1]), values: ValueCoding.bytes(of: [.text(""), .integer(.min)]), isFilled: true,
            decides: [NamedConflict(conflict: record, group: 2, dots: [dot(hub, 12), dot(number, 3)])]),
        Change(
            key: RecordKey(table: 11, id: other), operation: .delete, dot: dot(number, 6),
            time: HybridTime(milliseconds: 1_780_000_000_500), author: Array("anna".utf8), action: 7,
            carried: ColumnSet(), changed: ColumnSet(), values: [], isCopy: true),
    ]

    static func header(first counter: UInt64 = 4, isLast: Bool = true) -> BatchHeader {
        BatchHeader(
            ambito: ambito, number: number, incarnation: incarnation, schemaVersion: 1, firstCounter: counter, count: 0,
            unit: 4, isLastOfUnit: isLast, context: context, floor: floor, offset: -1_500,
            previousHash: [UInt8](repeating: 0xAB, count: 32))
    }

    static func builder(_ changes: [Change] = changes) -> BatchBuilder {
        var builder = BatchBuilder(floor: floor)
        for change in changes {
            let set = builder.columnSet(carried: change.carried, changed: change.changed)
            let author = builder.author(change.author)
            let section = builder.begin(
                change.operation, table: change.key.table, columns: 5, id: change.key.id, columnSet: set,
                time: change.time, author: author, action: change.action, isFilled: change.isFilled,
                isCopy: change.isCopy, decides: change.decides)
            var reader = ByteReader(change.values)
            for column in change.carried.columns {
                let start = reader.position
                guard (try? reader.skipValue()) != nil else { break }
                builder.sections[section].columns[column] += change.values[start..<reader.position]
            }
        }
        return builder
    }

    static let batch = builder().frame(header: header(), contextBefore: nil, key: replicaKey)

    /// The second batch of a unit: its context is written as the difference to the first one's.
    static let nextHeader: BatchHeader = {
        var next = header(first: 7)
        next.context = VersionVector([dot(hub, 14), dot(number, 3)])
        next.previousHash = batch.hash
        return next
    }()
    static let nextBatch = builder([changes[2]]).frame(header: nextHeader, contextBefore: context, key: replicaKey)

    static let state = HubState(
        ambito: ambito, incarnation: incarnation, number: number, foldedCounter: 6, storedCounter: 9,
        storedHash: [UInt8](repeating: 0xCD, count: 32), durableCounter: 3)
    static let end = PageEnd(
        vector: context, logHash: [UInt8](repeating: 0xEF, count: 32),
        highestTime: HybridTime(milliseconds: 1_780_000_000_500),
        digest: [1, 2, 3])
    static let row = Row([.text("Città"), .integer(1_050), .real(0.5), .text(comune.description), .null])
    static let refusal = PageRefusal(
        dot: dot(number, 5), key: RecordKey(table: 10, id: other), reason: .notValid, detail: "importo",
        hubHasRow: true,
        isHidden: false)

    static func pageHeader(end: PageEnd? = end) -> PageHeader {
        PageHeader(hub: state, comune: comune, isCapofila: false, schemaVersion: 1, from: 40, to: 44, end: end)
    }

    static var pageBuilder: PageBuilder {
        var builder = PageBuilder()
        builder.append(RecordKey(table: 11, id: other), .deleted)
        row.bytes.withUnsafeBufferPointer { builder.append(RecordKey(table: 10, id: record), .row, row: $0) }
        builder.append(RecordKey(table: 10, id: other), .own)
        builder.append(refusal)
        return builder
    }

    static let page = pageBuilder.frame(header: pageHeader(), key: ambitoKey)

    /// A page for an asker who compares: a dot with each entry.
    static var dottedPage: Frame {
        var builder = PageBuilder()
        let dot = Dot(number: number, counter: 300)
        builder.append(RecordKey(table: 11, id: other), .deleted, dot: Dot(number: hub, counter: 1))
        row.bytes.withUnsafeBufferPointer {
            builder.append(RecordKey(table: 10, id: record), .row, dot: dot, row: $0)
        }
        var header = pageHeader()
        header.hasDots = true
        return builder.frame(header: header, key: ambitoKey)
    }

    static let nonce = Nonce(
        ambito: ambito, incarnation: incarnation, nonce: [UInt8](repeating: 0x5A, count: 32), hubTime: 1_780_000_000_000
    )
    static let certificate = Certificate(
        ambito: ambito, key: replicaKey.publicKey, comune: comune, isCapofila: true, issuedAt: 1_779_000_000_000)
    static let clientGreeting = ClientGreeting(
        nonce: nonce.nonce, certificate: certificate.frame(key: ambitoKey).bytes, number: number, formerNumbers: [hub],
        incarnation: incarnation, acknowledgedCounter: 6, acknowledgedHash: [UInt8](repeating: 0xCD, count: 32),
        cursor: 40,
        logHash: [UInt8](repeating: 0xEF, count: 32), oldest: 38, schemaVersion: 1, compares: true)
    /// As it stands in a bundle: over no hub's nonce.
    static var stickGreeting: ClientGreeting {
        var greeting = clientGreeting
        greeting.nonce = ClientGreeting.stickNonce
        return greeting
    }
    /// As programs send it that read the hub's log hash in each page.
    static var greetingOfNow: ClientGreeting {
        var greeting = clientGreeting
        greeting.wantsLogHashes = true
        return greeting
    }
    static var midwayPage: Frame {
        var header = pageHeader(end: nil)
        header.logHashMidway = [UInt8](repeating: 0xEE, count: 32)
        return pageBuilder.frame(header: header, key: ambitoKey)
    }
    static let hubGreeting = HubGreeting(
        state: state, session: [UInt8](repeating: 0x11, count: 16), schemaVersion: 1,
        formerIncarnations: [Incarnation(rawValue: 5)], horizon: 2,
        numbers: [
            NumberState(
                number: hub, storedCounter: 4, storedHash: [UInt8](repeating: 0xAB, count: 32), durableCounter: 3)
        ])
    static let acknowledgement = Acknowledgement(state: state)
    static let enrolmentRequest = EnrolmentRequest(
        secret: secret, key: replicaKey.publicKey, number: number, schemaVersion: 1)
    static let enrolmentAnswer = EnrolmentAnswer(
        certificate: certificate.frame(key: ambitoKey).bytes, ambitoKey: ambitoKey.publicKey, ambito: ambito,
        ambitoCode: "ATS-07", ambitoName: "Ambito di prova", comuneName: "Forlì", incarnation: incarnation,
        schemaVersion: 1)
    static let problem = Problem(.gap, "batch starts at 9, expected 7")
    static let card = KeyCard(ambito: ambito, of: replicaKey)
    static let receipt = Receipt(
        greeting: hubGreeting.frame(key: ambitoKey).bytes, bundle: [UInt8](repeating: 0xBD, count: 32),
        stored: [batch.hash, nextBatch.hash], problem: problem, madeAt: 1_780_000_001_000)

    /// Every kind of frame, by the name of its golden vector.
    static let frames: [(name: String, frame: Frame)] = [
        ("batch", batch), ("batch-next", nextBatch), ("page", page),
        ("page-more", pageBuilder.frame(header: pageHeader(end: nil), key: ambitoKey)),
        ("page-dots", dottedPage), ("nonce", nonce.frame(key: ambitoKey)),
        ("certificate", certificate.frame(key: ambitoKey)),
        ("client-greeting", clientGreeting.frame(key: replicaKey)), ("hub-greeting", hubGreeting.frame(key: ambitoKey)),
        ("acknowledgement", acknowledgement.frame(key: ambitoKey)),
        ("enrolment-request", enrolmentRequest.frame(key: replicaKey)),
        ("enrolment-answer", enrolmentAnswer.frame(key: ambitoKey)), ("problem", problem.frame(key: ambitoKey)),
        ("presence", presence.frame(key: replicaKey)),
        ("history-request", historyRequest.frame(key: replicaKey)),
        ("history-answer", historyAnswer.frame(key: ambitoKey)),
        ("comparison-request", comparisonRequests[0].frame(key: replicaKey)),
        ("comparison-request-rows", comparisonRequests[1].frame(key: replicaKey)),
        ("comparison-answer", comparisonAnswers[0].frame(key: ambitoKey)),
        ("comparison-answer-rows", comparisonAnswers[1].frame(key: ambitoKey)),
        ("checkpoint", checkpoint.frame(key: ambitoKey)),
        ("client-greeting-stick", stickGreeting.frame(key: replicaKey)),
        ("client-greeting-log", greetingOfNow.frame(key: replicaKey)), ("page-midway", midwayPage),
        ("sealing-key", card.frame(key: replicaKey)), ("receipt", receipt.frame(key: ambitoKey)),
    ]

    static let presence = Presence(
        ambito: ambito, number: number, incarnation: incarnation, time: 1_780_000_000_000, acknowledgedCounter: 7,
        acknowledgedHash: [UInt8](repeating: 0xAA, count: 32), cursor: 44,
        logHash: [UInt8](repeating: 0xBB, count: 32), schemaVersion: 1)

    /// The ids of a bucket, without a record that is on its way; then the rows of two.
    static let comparisonRequests = [
        ComparisonRequest(
            session: [UInt8](repeating: 0x11, count: 16), cursor: 44, leftOut: [RecordKey(table: 11, id: other)],
            question: .ids(table: 10, bucket: 0xAB)),
        ComparisonRequest(
            session: [UInt8](repeating: 0x11, count: 16), cursor: 44, leftOut: [],
            question: .rows([RecordKey(table: 10, id: record), RecordKey(table: 10, id: other)])),
    ]
    /// One record in the bucket; of the two the hub has the row of the first.
    static let comparisonAnswers = [
        ComparisonAnswer(
            incarnation: incarnation, cursor: 44, moved: [RecordKey(table: 11, id: other)],
            content: .ids([record: DigestSum(rows: 1, sum: UInt128(1) << 127 | 7)])),
        ComparisonAnswer(
            incarnation: incarnation, cursor: 44, moved: [],
            content: .rows([
                RecordKey(table: 10, id: record): [2] + ValueCoding.bytes(of: [.text("Città"), .integer(-1)]),
                RecordKey(table: 10, id: other): nil,
            ])),
    ]

    static let checkpoint = Checkpoint(
        ambito: ambito, entry: 12, chain: [UInt8](repeating: 0xCC, count: 32),
        fileHash: [UInt8](repeating: 0xDD, count: 32), madeAt: 1_780_000_000_000)

    static let historyRequest = HistoryRequest(
        session: [UInt8](repeating: 0x11, count: 16), record: RecordKey(table: 10, id: record))
    /// An insert of the replica's, over which somebody else wrote the name; the hub listed that against a third.
    static let historyAnswer = HistoryAnswer(
        incarnation: incarnation, at: 1_780_000_000_900, record: .shown, prunedBefore: 1_770_000_000_000, isCut: true,
        entries: [
            HistoryAnswer.Entry(
                dot: dot(number, 4), time: HybridTime(milliseconds: 1_780_000_000_500), author: Array("anna".utf8),
                comune: comune, origin: .batch(operation: .insert, isCopy: false, isFilled: true, decides: []),
                seen: [],
                versions: [
                    HistoryAnswer.Version(group: 0, standing: .shows, values: ValueCoding.bytes(of: .integer(1))),
                    HistoryAnswer.Version(
                        group: 2, standing: .replaced(by: dot(hub, 9)), values: ValueCoding.bytes(of: .text("Citta"))),
                ]),
            HistoryAnswer.Entry(
                dot: dot(hub, 9), time: HybridTime(milliseconds: 1_780_000_000_600), author: Array("-".utf8),
                comune: nil, origin: .gone, seen: nil,
                versions: [
                    HistoryAnswer.Version(group: 2, standing: .shows, values: ValueCoding.bytes(of: .text("Città")))
                ]),
            HistoryAnswer.Entry(
                dot: dot(number, 7), time: HybridTime(milliseconds: 1_780_000_000_700), author: Array("bruno".utf8),
                comune: comune, origin: .batch(operation: .update, isCopy: true, isFilled: false, decides: [other]),
                seen: [0],
                versions: [
                    HistoryAnswer.Version(group: 2, standing: .beside, values: ValueCoding.bytes(of: .text("Cit")))
                ]),
        ],
        listings: [HistoryAnswer.Listing(conflict: other, group: 2, loser: dot(number, 7), state: .open)])
}
