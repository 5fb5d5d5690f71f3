package import SyncCore

/// What a replica asks the hub when it looks for the records in which they differ (`docs/protocol.md`, *Comparing*):
/// sums of tables first, then of the buckets of those that differ, then the records, then the hub's rows of them.
package struct ComparisonRequest: Sendable, Equatable {
    package enum Question: Sendable, Equatable {
        case tables
        /// The 256 buckets of a table, by the last byte of the ids.
        case buckets(table: Int)
        /// The ids of a bucket, each with its hash.
        case ids(table: Int, bucket: UInt8)
        /// The hub's rows.
        case rows([RecordKey])
    }

    /// Of the conversation, so that nobody can ask this again.
    package var session: [UInt8]
    /// As of where: the cursor of the asker's file.
    package var cursor: UInt64
    /// Records that the asker leaves out of his sums, because they are on their way.
    package var leftOut: [RecordKey]
    package var question: Question

    package init(session: [UInt8], cursor: UInt64, leftOut: [RecordKey], question: Question) {
        self.session = session
        self.cursor = cursor
        self.leftOut = leftOut
        self.question = question
    }

    package func frame(key: SigningKey) -> Frame {
        var body: [UInt8] = []
        body.appendKeys(leftOut)
        switch question {
        case .tables: body.append(0)
        case .buckets(let table):
            body.append(1)
            body.appendVarint(UInt64(table))
        case .ids(let table, let bucket):
            body.append(2)
            body.appendVarint(UInt64(table))
            body.append(bucket)
        case .rows(let keys):
            body.append(3)
            body.appendKeys(keys)
        }
        var header: [UInt8] = []
        header.appendCounted(session)
        header.appendVarint(cursor)
        header.appendVarint(UInt64(body.count))
        return Frame(.comparisonRequest, header: header, body: body, key: key)
    }

    package init(reading frame: Frame) throws(WireError) {
        self = try frame.readWhole { header throws(MalformedBytes) in
            let session = try header.counted(limit: 64, of: "bytes of a session")
            let cursor = try header.varint()
            guard cursor < UInt64(Int64.max) else { throw MalformedBytes("no cursor", at: header.position) }
            return (session, cursor)
        } _: { head, body throws(MalformedBytes) in
            let leftOut = try body.keys(limit: Limits.comparedRecords)
            return ComparisonRequest(
                session: head.0, cursor: head.1, leftOut: leftOut, question: try Question(reading: &body))
        }
    }
}

extension ComparisonRequest.Question {
    fileprivate init(reading body: inout ByteReader) throws(MalformedBytes) {
        switch try body.byte() {
        case 0: self = .tables
        case 1: self = .buckets(table: try body.count(limit: 1 << 20, of: "as table"))
        case 2: self = .ids(table: try body.count(limit: 1 << 20, of: "as table"), bucket: try body.byte())
        case 3: self = .rows(try body.keys(limit: Limits.comparedRows))
        default: throw MalformedBytes("unknown question", at: body.position)
        }
    }
}

/// The hub's answer, as of the asker's cursor.
package struct ComparisonAnswer: Sendable, Equatable {
    package enum Content: Sendable, Equatable {
        case tables([Int: DigestSum])
        case buckets([UInt8: DigestSum])
        case ids([RecordID: DigestSum])
        /// No row: the hub has none that the asker may read.
        case rows([RecordKey: [UInt8]?])
    }

    package var incarnation: Incarnation
    package var cursor: UInt64
    /// Records that the hub leaves out of its sums: they have changed since, or it withholds them.
    package var moved: [RecordKey]
    package var content: Content

    package init(incarnation: Incarnation, cursor: UInt64, moved: [RecordKey], content: Content) {
        self.incarnation = incarnation
        self.cursor = cursor
        self.moved = moved
        self.content = content
    }

    package func frame(key: SigningKey) -> Frame {
        var body: [UInt8] = []
        body.appendKeys(moved)
        switch content {
        case .tables(let sums):
            body.append(0)
            body.appendVarint(UInt64(sums.count))
            for table in sums.keys.sorted() {
                body.appendVarint(UInt64(table))
                body.append(contentsOf: sums[table, default: .none].bytes)
            }
        case .buckets(let sums):
            body.append(1)
            body.appendVarint(UInt64(sums.count))
            for bucket in sums.keys.sorted() {
                body.append(bucket)
                body.append(contentsOf: sums[bucket, default: .none].bytes)
            }
        case .ids(let sums):
            body.append(2)
            body.appendVarint(UInt64(sums.count))
            for id in sums.keys.sorted() {
                body.appendID(id)
                body.append(contentsOf: sums[id, default: .none].bytes)
            }
        case .rows(let rows):
            body.append(3)
            body.appendVarint(UInt64(rows.count))
            for key in rows.keys.sorted() {
                body.appendVarint(UInt64(key.table))
                body.appendID(key.id)
                let row = rows[key].flatMap { $0 }
                body.append(row == nil ? 0 : 1)
                if let row { body.appendCounted(row) }
            }
        }
        var header: [UInt8] = []
        header.appendFixed(incarnation.rawValue)
        header.appendVarint(cursor)
        header.appendVarint(UInt64(body.count))
        return Frame(.comparisonAnswer, header: header, body: body, key: key)
    }

    package init(reading frame: Frame) throws(WireError) {
        self = try frame.readWhole { header throws(MalformedBytes) in
            (Incarnation(rawValue: try header.fixed()), try header.varint())
        } _: { head, body throws(MalformedBytes) in
            let moved = try body.keys(limit: Limits.comparedRecords)
            return ComparisonAnswer(
                incarnation: head.0, cursor: head.1, moved: moved, content: try Content(reading: &body))
        }
    }
}

extension ComparisonAnswer.Content {
    fileprivate init(reading body: inout ByteReader) throws(MalformedBytes) {
        let kind = try body.byte()
        let count = try body.count(limit: body.remaining, of: "entries")
        switch kind {
        case 0:
            var sums: [Int: DigestSum] = [:]
            for _ in 0..<count {
                let table = try body.count(limit: 1 << 20, of: "as table")
                sums[table] = try DigestSum(reading: &body)
            }
            self = .tables(sums)
        case 1:
            var sums: [UInt8: DigestSum] = [:]
            for _ in 0..<count {
                let bucket = try body.byte()
                sums[bucket] = try DigestSum(reading: &body)
            }
            self = .buckets(sums)
        case 2:
            var sums: [RecordID: DigestSum] = [:]
            for _ in 0..<count {
                let id = try body.id()
                sums[id] = try DigestSum(reading: &body)
            }
            self = .ids(sums)
        case 3:
            var rows: [RecordKey: [UInt8]?] = [:]
            for _ in 0..<count {
                let table = try body.count(limit: 1 << 20, of: "as table")
                let key = RecordKey(table: table, id: try body.id())
                let row: [UInt8]? =
                    try body.byte() == 0 ? nil : try body.counted(limit: Limits.unpackedBytes, of: "bytes of a row")
                if let row { try Self.check(row) }
                rows.updateValue(row, forKey: key)
            }
            self = .rows(rows)
        default: throw MalformedBytes("unknown answer", at: body.position)
        }
    }

    private static func check(_ row: [UInt8]) throws(MalformedBytes) {
        var reader = ByteReader(row)
        for _ in 0..<(try reader.count(limit: Limits.columns, of: "columns")) { try reader.skipValue() }
        guard reader.isAtEnd else { throw MalformedBytes("row longer than it should be", at: reader.position) }
    }
}

extension [UInt8] {
    /// Records: a count, then table and id of each.
    fileprivate mutating func appendKeys(_ keys: [RecordKey]) {
        appendVarint(UInt64(keys.count))
        for key in keys {
            appendVarint(UInt64(key.table))
            appendID(key.id)
        }
    }
}

extension ByteReader {
    fileprivate mutating func keys(limit: Int) throws(MalformedBytes) -> [RecordKey] {
        var keys: [RecordKey] = []
        for _ in 0..<(try count(limit: limit, of: "records")) {
            let table = try count(limit: 1 << 20, of: "as table")
            keys.append(RecordKey(table: table, id: try id()))
        }
        return keys
    }
}
