import SyncCore

// The bytes of a `HistoryAnswer`.
extension HistoryAnswer {
    package func frame(key: SigningKey) -> Frame {
        var body: [UInt8] = [record.rawValue, (isCut ? 1 : 0) | (prunedBefore == nil ? 0 : 2)]
        if let prunedBefore { body.appendSigned(prunedBefore) }
        body.appendVarint(UInt64(entries.count))
        for entry in entries { entry.append(to: &body) }
        body.appendVarint(UInt64(listings.count))
        for listing in listings {
            body.appendID(listing.conflict)
            body.appendVarint(UInt64(listing.group))
            body.appendDot(listing.loser)
            body.append(listing.state.rawValue)
        }
        var header: [UInt8] = []
        header.appendFixed(incarnation.rawValue)
        header.appendSigned(at)
        header.appendVarint(UInt64(body.count))
        return Frame(.historyAnswer, header: header, body: body, key: key)
    }

    package init(reading frame: Frame) throws(WireError) {
        self = try frame.readWhole { header throws(MalformedBytes) in
            (Incarnation(rawValue: try header.fixed()), try header.signed())
        } _: { head, body throws(MalformedBytes) in
            try HistoryAnswer(incarnation: head.0, at: head.1, reading: &body)
        }
    }

    private init(incarnation: Incarnation, at: Int64, reading body: inout ByteReader) throws(MalformedBytes) {
        self.incarnation = incarnation
        self.at = at
        guard let record = Record(rawValue: try body.byte()) else {
            throw MalformedBytes("unknown state of a record", at: body.position)
        }
        self.record = record
        let flags = try body.byte()
        guard flags < 4 else { throw MalformedBytes("unknown flags", at: body.position) }
        isCut = flags & 1 == 1
        prunedBefore = flags & 2 == 2 ? try body.signed() : nil
        let count = try body.count(limit: Limits.historyEntries, of: "entries")
        entries = []
        for _ in 0..<count { entries.append(try Entry(reading: &body, of: count)) }
        listings = []
        for _ in 0..<(try body.count(limit: Limits.historyEntries, of: "conflicts")) {
            let conflict = try body.id()
            let group = try body.count(limit: ColumnGroup.merged, of: "as group")
            let loser = try body.dot()
            guard let state = ConflictState(rawValue: try body.byte()) else {
                throw MalformedBytes("unknown state of a conflict", at: body.position)
            }
            listings.append(Listing(conflict: conflict, group: group, loser: loser, state: state))
        }
    }
}

extension HistoryAnswer.Entry {
    fileprivate func append(to body: inout [UInt8]) {
        body.appendDot(dot)
        body.appendFixed(time.rawValue)
        body.appendCounted(author)
        body.append(comune == nil ? 0 : 1)
        if let comune { body.appendID(comune) }
        switch origin {
        case .hub: body.append(0)
        case .batch(let operation, let isCopy, let isFilled, let decides):
            body.append(1)
            body.append(operation.rawValue | (isCopy ? 8 : 0) | (isFilled ? 4 : 0))
            body.appendVarint(UInt64(decides.count))
            for conflict in decides { body.appendID(conflict) }
        case .gone: body.append(2)
        case .unread: body.append(3)
        }
        body.append(seen == nil ? 0 : 1)
        if let seen {
            body.appendVarint(UInt64(seen.count))
            for place in seen { body.appendVarint(UInt64(place)) }
        }
        body.appendVarint(UInt64(versions.count))
        for version in versions {
            body.appendVarint(UInt64(version.group))
            switch version.standing {
            case .shows: body.append(0)
            case .beside: body.append(1)
            case .replaced(let dot):
                body.append(2)
                body.appendDot(dot)
            case .passed: body.append(3)
            }
            body.appendCounted(version.values)
        }
    }

    fileprivate init(reading body: inout ByteReader, of count: Int) throws(MalformedBytes) {
        dot = try body.dot()
        time = HybridTime(rawValue: try body.fixed())
        author = try body.counted(limit: Limits.authorBytes, of: "bytes of a name")
        comune = try body.flag() ? try body.id() : nil
        origin = try HistoryAnswer.Origin(reading: &body)
        seen = nil
        if try body.flag() {
            var places: [Int] = []
            for _ in 0..<(try body.count(limit: count, of: "entries seen")) {
                let place = try body.count(limit: count - 1, of: "as place")
                guard place > places.last ?? -1 else { throw MalformedBytes("places out of order", at: body.position) }
                places.append(place)
            }
            seen = places
        }
        versions = []
        for _ in 0..<(try body.count(limit: Limits.columns + 2, of: "values")) {
            let group = try body.count(limit: Limits.columns + 1, of: "as group")
            let standing: HistoryAnswer.Standing
            switch try body.byte() {
            case 0: standing = .shows
            case 1: standing = .beside
            case 2: standing = .replaced(by: try body.dot())
            case 3: standing = .passed
            default: throw MalformedBytes("unknown standing", at: body.position)
            }
            let values = try body.counted(limit: Limits.changeBytes * 2, of: "bytes of values")
            var reader = ByteReader(values)
            while !reader.isAtEnd { try reader.skipValue() }
            versions.append(HistoryAnswer.Version(group: group, standing: standing, values: values))
        }
    }
}

extension HistoryAnswer.Origin {
    fileprivate init(reading body: inout ByteReader) throws(MalformedBytes) {
        switch try body.byte() {
        case 0: self = .hub
        case 1:
            let byte = try body.byte()
            guard byte & 0xF0 == 0, let operation = Operation(rawValue: byte & 3) else {
                throw MalformedBytes("unknown operation", at: body.position)
            }
            var decides: [RecordID] = []
            for _ in 0..<(try body.count(limit: Limits.decisionDots, of: "conflicts")) { decides.append(try body.id()) }
            self = .batch(operation: operation, isCopy: byte & 8 == 8, isFilled: byte & 4 == 4, decides: decides)
        case 2: self = .gone
        case 3: self = .unread
        default: throw MalformedBytes("unknown origin", at: body.position)
        }
    }
}

extension ByteReader {
    fileprivate mutating func flag() throws(MalformedBytes) -> Bool {
        let byte = try byte()
        guard byte < 2 else { throw MalformedBytes("neither yes nor no", at: position) }
        return byte == 1
    }
}
