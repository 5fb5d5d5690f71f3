/// Why a change is refused. Raw values travel and are stored; never reuse one.
package enum RefusalReason: UInt8, Sendable, CaseIterable {
    /// The record lies outside the sender's scope.
    case outOfScope = 1
    /// The table, the record or a column of it is not the sender's to write.
    case notYours = 2
    /// A value against a type, NOT NULL, a list, a range or a check.
    case notValid = 3
    /// An update or delete of a record that the hub does not have.
    case noSuchRecord = 4
    /// A change or delete in a table where rows are only added, or another insert under the same id.
    case appendOnly = 5
    /// A table or column that the hub does not know.
    case unknown = 6
    /// Another change of the same action was refused.
    case withItsAction = 7
    /// The owner of a record never changes.
    case ownerChanged = 8
    /// The id is not the one that its key makes.
    case wrongID = 9
    /// Other columns of the record never came.
    case incomplete = 10
    /// Not refused by the hub: a row here that the row of a restored hub replaced, kept aside.
    case replaced = 11
    /// Not refused by the hub: a row that escaped the triggers here, and that `zona doctor --undo` took back.
    case undone = 12
    /// Not refused by the hub: a change that was not synced, and that `zona revert` took back.
    case reverted = 13

    /// A word for JSON and logs.
    package var name: String {
        switch self {
        case .outOfScope: "out-of-scope"
        case .notYours: "not-yours"
        case .notValid: "not-valid"
        case .noSuchRecord: "no-such-record"
        case .appendOnly: "append-only"
        case .unknown: "unknown"
        case .withItsAction: "with-its-action"
        case .ownerChanged: "owner-changed"
        case .wrongID: "wrong-id"
        case .incomplete: "incomplete"
        case .replaced: "replaced"
        case .undone: "undone"
        case .reverted: "reverted"
        }
    }
}

/// A refused change: why, and which column it is about when it is about one.
package struct Refusal: Error, Equatable, Sendable {
    package let reason: RefusalReason
    package let detail: String

    package init(_ reason: RefusalReason, _ detail: String = "") {
        self.reason = reason
        self.detail = detail
    }
}

/// Who sends: his comune's id (encoded as a value), and whether he acts for the capofila.
package struct Writer: Sendable {
    package let comune: [UInt8]
    package let isCapofila: Bool

    package init(comune: RecordID, isCapofila: Bool) {
        var bytes: [UInt8] = [6]
        bytes.appendID(comune)
        self.comune = bytes
        self.isCapofila = isCapofila
    }
}

/// Who may read a record, and who owns it.
package enum Scope: Hashable, Sendable {
    case ambito
    case capofilaOnly
    /// The owning comune and the capofila.
    case comune(RecordID)

    package func isReadable(by comune: RecordID, isCapofila: Bool) -> Bool {
        switch self {
        case .ambito: true
        case .capofilaOnly: isCapofila
        case .comune(let owner): isCapofila || owner == comune
        }
    }
}

extension TableDescription {
    /// Whether `writer` may write under `access` a record whose owner column holds `owner`. An empty owner means
    /// the capofila's row.
    package func allows(_ writer: Writer, _ access: WriteAccess, owner: ArraySlice<UInt8>?) -> Bool {
        switch access {
        case .all: return true
        case .hub: return false
        case .capofila: return writer.isCapofila
        case .owner, .ownerAndCapofila:
            guard let owner else { return true }
            if owner.elementsEqual(ValueCoding.null) { return writer.isCapofila }
            return owner.elementsEqual(writer.comune) || access == .ownerAndCapofila && writer.isCapofila
        }
    }

    /// Checks what the catalog says of rights, for a change of a record whose values were `existing` (nothing if it
    /// is new).
    ///
    /// - Parameter operation: another one to judge by than the change's own: what an insert only fills in is nobody's
    ///   change.
    package func authorise(
        _ change: Change, as operation: Operation? = nil, by writer: Writer, existing: [ArraySlice<UInt8>]?
    ) throws -> [ArraySlice<UInt8>] {
        let carried = try slices(of: change)
        func carriedValue(_ column: Int) -> ArraySlice<UInt8>? {
            change.carried.contains(column) ? carried[change.carried.intersection(.first(column)).count] : nil
        }
        let owner = ownerColumn.flatMap { column in
            existing.map { column < $0.count ? $0[column] : columns[column].defaultValue[...] } ?? carriedValue(column)
        }
        if writable == .hub { throw Refusal(.notYours) }
        if let column = ownerColumn, let written = carriedValue(column), let owner, written != owner {
            throw Refusal(.ownerChanged, columns[column].name)
        }
        let mayWriteRow = allows(writer, writable, owner: owner)
        switch operation ?? change.operation {
        case .delete:
            guard mayWriteRow && isDeletable else { throw Refusal(.notYours) }
        case .insert:
            guard mayWriteRow else { throw Refusal(.notYours) }
            for (position, column) in change.carried.columns.enumerated() {
                guard let access = columns[column].writable, !allows(writer, access, owner: owner) else { continue }
                let value = carried[position]
                let isUnchanged = existing.map { column < $0.count && $0[column] == value } ?? false
                guard value.elementsEqual(columns[column].defaultValue) || isUnchanged else {
                    throw Refusal(.notYours, columns[column].name)
                }
            }
        case .update:
            for column in change.changed.columns {
                guard columns[column].writable.map({ allows(writer, $0, owner: owner) }) ?? mayWriteRow else {
                    throw Refusal(.notYours, columns[column].name)
                }
            }
            if change.changed.isEmpty && !mayWriteRow {
                // Who may write what a conflict is about decides that it stays as it is.
                let decided = change.decides.flatMap { group($0.group)?.columns.columns ?? [-1] }
                let mayDecide = decided.allSatisfy { column in
                    column >= 0 && columns[column].writable.map { allows(writer, $0, owner: owner) } ?? false
                }
                guard !decided.isEmpty && mayDecide else { throw Refusal(.notYours) }
            }
        }
        return carried
    }

    /// The carried values, one slice each, in column order.
    package func slices(of change: Change) throws -> [ArraySlice<UInt8>] {
        guard change.carried.isSubset(of: allColumns) && change.changed.isSubset(of: change.carried) else {
            throw Refusal(.unknown)
        }
        var reader = ByteReader(change.values)
        var slices: [ArraySlice<UInt8>] = []
        slices.reserveCapacity(change.carried.count)
        for _ in 0..<change.carried.count {
            let start = reader.position
            try reader.skipValue()
            slices.append(change.values[start..<reader.position])
        }
        guard reader.isAtEnd else { throw Refusal(.notValid) }
        return slices
    }

    /// Who may read a record with these values.
    package func scope(of values: [ArraySlice<UInt8>]) -> Scope {
        func id(_ column: Int?) -> RecordID? {
            guard let column, column < values.count, values[column].first == 6 else { return nil }
            var reader = ByteReader(Array(values[column].dropFirst()))
            return try? reader.id()
        }
        switch readable {
        case .ambito: return .ambito
        case .owner: return id(ownerColumn).map(Scope.comune) ?? .capofilaOnly
        case .scoped:
            if let comune = id(scopeColumn) { return .comune(comune) }
            guard let column = scopeColumn, column < values.count else { return .capofilaOnly }
            return values[column].elementsEqual(ValueCoding.bytes(of: .text("*"))) ? .ambito : .capofilaOnly
        }
    }
}
