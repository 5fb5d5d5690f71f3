package import SyncCore

/// What travels, as JSON text for people. A picture: nothing reads it back.
///
/// Ids are UUIDs in text form; numbers and incarnations are in base 36, as everywhere that people see them; stamps
/// are milliseconds and counter (`1780000000500+0`). Values keep their storage class: integers and reals as
/// numbers, text as text, a BLOB as
/// `{"blob": hexadecimal}`. Text that is not UTF-8 is `{"bytes": hexadecimal}`. Same frame and catalog, same text.
package enum JSONRendering {
    /// - Parameters:
    ///   - catalog: names the tables and columns; without it they keep their numbers.
    ///   - before: the context of the batch before it in its unit. Without it a context that is written as a
    ///     difference shows as
    ///     `contextDifference`.
    /// - Throws: a `WireError` when header or body are not what the format says. The signature is not looked at.
    package static func text(
        of frame: Frame, catalog: Catalog? = nil, after before: VersionVector? = nil
    ) throws(WireError) -> String {
        var members: [(key: String, value: JSONText)] = [
            ("kind", .text("\(frame.kind)")), ("frameBytes", .integer(frame.bytes.count)), ("hash", .hex(frame.hash)),
        ]
        switch frame.kind {
        case .batch: members += try batch(frame, catalog: catalog, after: before)
        case .page: members += try page(frame, catalog: catalog)
        case .nonce, .clientGreeting, .hubGreeting, .acknowledgement, .certificate, .enrolmentRequest, .enrolmentAnswer,
            .problem, .comparisonRequest, .comparisonAnswer, .checkpoint, .historyRequest, .historyAnswer,
            .presence:
            members += try message(frame)
        case .bundle, .receipt, .sealingKey, .invitation: members += try stick(frame)
        }
        return JSONText.object(members).rendered
    }

    private static func batch(
        _ frame: Frame, catalog: Catalog?, after before: VersionVector?
    ) throws(WireError) -> [(key: String, value: JSONText)] {
        var reader = frame.header
        var contextKey = "context"
        let header: BatchHeader
        do throws(WireError) {
            header = try BatchHeader(reading: &reader, after: before)
        } catch {
            guard before == nil else { throw error }
            reader = frame.header
            header = try BatchHeader(reading: &reader, after: VersionVector())
            contextKey = "contextDifference"
        }
        var changes: [JSONText] = []
        var body = try BatchReader(frame, header: header)
        while let change = try body.next() { changes.append(try Self.change(change, catalog: catalog)) }
        return [
            (
                "header",
                .object([
                    ("ambito", id(header.ambito)), ("number", name(header.number)),
                    ("incarnation", .text(header.incarnation.description)),
                    ("schemaVersion", .integer(header.schemaVersion)),
                    ("contextVersion", .integer(header.contextVersion)),
                    ("firstCounter", .counter(header.firstCounter)), ("count", .integer(header.count)),
                    ("unit", .counter(header.unit)), ("isLastOfUnit", .flag(header.isLastOfUnit)),
                    (contextKey, vector(header.context)), ("floor", .text(header.floor.description)),
                    ("offset", .integer(header.offset)), ("previousHash", .hex(header.previousHash)),
                    ("bodyBytes", .integer(header.bodyBytes)),
                ])
            ),
            ("changes", .list(changes)),
        ]
    }

    private static func change(_ change: Change, catalog: Catalog?) throws(WireError) -> JSONText {
        let table = catalog?.table(change.key.table)
        var members: [(key: String, value: JSONText)] = [
            ("counter", .counter(change.dot.counter)), ("table", name(of: change.key.table, table)),
            ("id", id(change.key.id)), ("operation", .text("\(change.operation)")),
            ("time", .text(change.time.description)),
            ("author", text(change.author)),
        ]
        if change.action != 0 { members.append(("action", .counter(change.action))) }
        if change.isFilled { members.append(("isFilled", .flag(true))) }
        if change.isCopy { members.append(("isCopy", .flag(true))) }
        if !change.changed.isEmpty {
            members.append(("changed", .list(change.changed.columns.map { .text(columnName($0, table)) })))
        }
        if !change.carried.isEmpty {
            members.append(("values", try values(change.values, columns: change.carried.columns, table)))
        }
        if !change.decides.isEmpty { members.append(("decides", .list(change.decides.map(decision)))) }
        return .object(members)
    }

    private static func decision(_ decision: NamedConflict) -> JSONText {
        .object([
            ("conflict", id(decision.conflict)), ("group", .integer(decision.group)),
            ("dots", .list(decision.dots.map { .text($0.description) })),
        ])
    }

    private static func page(_ frame: Frame, catalog: Catalog?) throws(WireError) -> [(key: String, value: JSONText)] {
        let header = try PageHeader(reading: frame)
        var reader = try PageReader(frame, header: header)
        var entries: [JSONText] = []
        while let entry = try reader.next() {
            let table = catalog?.table(entry.key.table)
            var members: [(key: String, value: JSONText)] = [
                ("table", name(of: entry.key.table, table)), ("id", id(entry.key.id)),
                ("entry", .text("\(entry.kind)")),
            ]
            if entry.kind == .row {
                members.append(("values", try row(Row(uncheckedBytes: Array(reader.body[entry.row])), table)))
            }
            entries.append(.object(members))
        }
        return [
            ("header", pageHeader(header)), ("entries", .list(entries)),
            ("refusals", .list(reader.refusals.map { refusal($0, catalog: catalog) })),
        ]
    }

    private static func pageHeader(_ header: PageHeader) -> JSONText {
        var members: [(key: String, value: JSONText)] = [
            ("hub", state(header.hub)), ("comune", id(header.comune)), ("isCapofila", .flag(header.isCapofila)),
            ("schemaVersion", .integer(header.schemaVersion)), ("from", .counter(header.from)),
            ("to", .counter(header.to)),
            ("isComplete", .flag(header.isComplete)),
        ]
        if let end = header.end {
            members += [
                ("vector", vector(end.vector)), ("logHash", .hex(end.logHash)),
                ("highestTime", .text(end.highestTime.description)), ("digest", .hex(end.digest)),
            ]
        } else if let hash = header.logHashMidway {
            members.append(("logHash", .hex(hash)))
        }
        members.append(("bodyBytes", .integer(header.bodyBytes)))
        return .object(members)
    }

    private static func refusal(_ refusal: PageRefusal, catalog: Catalog?) -> JSONText {
        .object([
            ("dot", .text(refusal.dot.description)),
            ("table", name(of: refusal.key.table, catalog?.table(refusal.key.table))), ("id", id(refusal.key.id)),
            ("reason", .text(refusal.reason.name)), ("detail", .text(refusal.detail)),
            ("hubHasRow", .flag(refusal.hubHasRow)), ("isHidden", .flag(refusal.isHidden)),
        ])
    }
}

// The pieces that several frames have in common.
extension JSONRendering {
    static func id(_ id: RecordID) -> JSONText { .text(id.description) }
    static func name(_ number: ReplicaNumber) -> JSONText { .text(number.description) }

    /// A vector as an object, by number: `{"a": 3}`.
    static func vector(_ vector: VersionVector) -> JSONText {
        .object(vector.entries.map { ($0.number.description, .counter($0.counter)) })
    }

    static func state(_ state: HubState) -> JSONText {
        .object([
            ("ambito", id(state.ambito)), ("incarnation", .text(state.incarnation.description)),
            ("number", name(state.number)), ("foldedCounter", .counter(state.foldedCounter)),
            ("storedCounter", .counter(state.storedCounter)), ("storedHash", .hex(state.storedHash)),
            ("durableCounter", .counter(state.durableCounter)),
        ])
    }

    static func text(_ bytes: [UInt8]) -> JSONText {
        String(validating: bytes, as: UTF8.self).map(JSONText.text) ?? .object([("bytes", .hex(bytes))])
    }

    private static func name(of number: Int, _ table: TableDescription?) -> JSONText {
        table.map { .text($0.name) } ?? .integer(number)
    }

    private static func columnName(_ column: Int, _ table: TableDescription?) -> String {
        table.flatMap { column < $0.columns.count ? $0.columns[column].name : nil } ?? "\(column)"
    }

    private static func row(_ row: Row, _ table: TableDescription?) throws(WireError) -> JSONText {
        do throws(MalformedBytes) {
            return .object(try row.values().enumerated().map { (columnName($0, table), value($1)) })
        } catch {
            throw WireError(error)
        }
    }

    private static func values(
        _ bytes: [UInt8], columns: [Int], _ table: TableDescription?
    ) throws(WireError) -> JSONText {
        var reader = ByteReader(bytes)
        var members: [(key: String, value: JSONText)] = []
        do throws(MalformedBytes) {
            for column in columns { members.append((columnName(column, table), value(try reader.value()))) }
        } catch {
            throw WireError(error)
        }
        return .object(members)
    }

    private static func value(_ value: Value) -> JSONText {
        switch value {
        case .null: .null
        case .integer(let integer): .integer(integer)
        case .real(let real): .real(real)
        case .text(let bytes): text(bytes)
        case .blob(let bytes): .object([("blob", .hex(bytes))])
        }
    }
}
