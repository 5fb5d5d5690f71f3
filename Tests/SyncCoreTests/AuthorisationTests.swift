import SyncCore
import Testing

/// Who may write and read what the catalogue says: tables of sender, owner and access.
@Suite struct AuthorisationTests {
    private static let mine = RecordID(high: 1, low: 1)
    private static let theirs = RecordID(high: 1, low: 2)
    private let comune = Writer(comune: mine, isCapofila: false)
    private let capofila = Writer(comune: theirs, isCapofila: true)

    private func table(_ access: WriteAccess, owned: Bool = true, isDeletable: Bool = true) -> TableDescription {
        TableDescription(
            name: "servizio", number: 1, readable: .owner, writable: access, ownerColumn: owned ? "comune" : nil,
            isDeletable: isDeletable,
            columns: [
                ColumnDescription(name: "comune", type: .text),
                ColumnDescription(name: "nome", type: .text),
                ColumnDescription(
                    name: "stato", type: .text, defaultValue: ValueCoding.bytes(of: .text("bozza")),
                    writable: .capofila),
            ])
    }

    private func owner(_ id: RecordID?) -> Value { id.map { .text($0.description) } ?? .null }

    private func change(
        _ operation: Operation, owner: RecordID?, state: String = "bozza", changed: [Int] = [0, 1, 2]
    ) -> Change {
        let carried: ColumnSet = operation == .delete ? ColumnSet() : .first(3)
        return Change(
            key: RecordKey(table: 1, id: RecordID(high: 2, low: 2)), operation: operation, dot: dot(1, 1), time: .zero,
            author: [], carried: carried, changed: operation == .delete ? ColumnSet() : ColumnSet(changed),
            values: carried.isEmpty ? [] : ValueCoding.bytes(of: [self.owner(owner), .text("x"), .text(state)]))
    }

    private func existing(owner: RecordID?, state: String = "bozza") -> [ArraySlice<UInt8>] {
        [self.owner(owner), .text("x"), .text(state)].map { ValueCoding.bytes(of: $0)[...] }
    }

    private func refusal(
        _ table: TableDescription, _ change: Change, by writer: Writer, existing: [ArraySlice<UInt8>]? = nil
    ) -> Refusal? {
        do {
            _ = try table.authorise(change, by: writer, existing: existing)
            return nil
        } catch {
            return error as? Refusal ?? Refusal(.notValid, "\(error)")
        }
    }

    /// Access, owner of the row, whether the comune may, whether the capofila may.
    static let rights: [(WriteAccess, RecordID?, Bool, Bool)] = [
        (.all, mine, true, true), (.all, theirs, true, true), (.all, nil, true, true),
        (.capofila, mine, false, true), (.capofila, theirs, false, true), (.capofila, nil, false, true),
        (.owner, mine, true, false), (.owner, theirs, false, true), (.owner, nil, false, true),
        (.ownerAndCapofila, mine, true, true), (.ownerAndCapofila, theirs, false, true),
        (.ownerAndCapofila, nil, false, true),
        (.hub, mine, false, false), (.hub, theirs, false, false), (.hub, nil, false, false),
    ]

    @Test(arguments: rights)
    func `rows are written by whom the table says`(
        _ access: WriteAccess, _ owner: RecordID?, _ comuneMay: Bool, _ capofilaMay: Bool
    ) {
        for (writer, may) in [(comune, comuneMay), (capofila, capofilaMay)] {
            for operation in [Operation.insert, .update, .delete] {
                let refused = refusal(
                    table(access), change(operation, owner: owner, changed: [1]), by: writer,
                    existing: operation == .insert ? nil : existing(owner: owner))

                #expect(refused == (may ? nil : Refusal(.notYours)) || !may && refused?.reason == .notYours)
            }
        }
    }

    @Test func `a table without owner is everybody's under owner access`() {
        #expect(refusal(table(.owner, owned: false), change(.insert, owner: Self.theirs), by: comune) == nil)
    }

    @Test func `nobody takes a row of somebody else under an owner of his own`() {
        let taken = change(.update, owner: Self.mine, changed: [0])

        #expect(
            refusal(table(.all), taken, by: comune, existing: existing(owner: Self.theirs))
                == Refusal(.ownerChanged, "comune"))
        #expect(
            refusal(table(.all), change(.insert, owner: Self.mine), by: comune, existing: existing(owner: Self.theirs))
                == Refusal(.ownerChanged, "comune"))
    }

    @Test func `a reserved column may be inserted at its default and not otherwise`() {
        #expect(refusal(table(.owner), change(.insert, owner: Self.mine), by: comune) == nil)
        #expect(
            refusal(table(.owner), change(.insert, owner: Self.mine, state: "chiuso"), by: comune)
                == Refusal(.notYours, "stato"))
        #expect(refusal(table(.all), change(.insert, owner: Self.mine, state: "chiuso"), by: capofila) == nil)
    }

    @Test func `an insert over a row may carry a reserved column as it stands`() {
        let over = change(.insert, owner: Self.mine, state: "chiuso")

        #expect(refusal(table(.owner), over, by: comune, existing: existing(owner: Self.mine, state: "chiuso")) == nil)
        #expect(
            refusal(table(.owner), over, by: comune, existing: existing(owner: Self.mine))
                == Refusal(.notYours, "stato"))
    }

    @Test func `a reserved column may be carried along by an update and not changed`() {
        let carried = change(.update, owner: Self.mine, state: "chiuso", changed: [1])
        let changed = change(.update, owner: Self.mine, state: "chiuso", changed: [1, 2])
        let there = existing(owner: Self.mine, state: "chiuso")

        #expect(refusal(table(.owner), carried, by: comune, existing: there) == nil)
        #expect(refusal(table(.owner), changed, by: comune, existing: there) == Refusal(.notYours, "stato"))
    }

    @Test func `the capofila writes its own column in a row that is not its`() {
        let decided = change(.update, owner: Self.mine, state: "chiuso", changed: [2])

        #expect(refusal(table(.owner), decided, by: capofila, existing: existing(owner: Self.mine)) == nil)
    }

    @Test func `an update that changes nothing needs the right to the row`() {
        let empty = change(.update, owner: Self.theirs, changed: [])

        #expect(refusal(table(.owner), empty, by: comune, existing: existing(owner: Self.theirs)) == Refusal(.notYours))
    }

    @Test func `what may not be deleted is not deleted by its owner either`() {
        let table = table(.owner, isDeletable: false)

        #expect(
            refusal(table, change(.delete, owner: Self.mine), by: comune, existing: existing(owner: Self.mine))
                == Refusal(.notYours))
    }

    @Test func `columns that the table lacks and values left over are refused`() {
        let many = Change(
            key: RecordKey(table: 1, id: RecordID(high: 2, low: 2)), operation: .insert, dot: dot(1, 1), time: .zero,
            author: [], carried: .first(4), changed: .first(4), values: [0, 0, 0, 0])
        let left = Change(
            key: RecordKey(table: 1, id: RecordID(high: 2, low: 2)), operation: .insert, dot: dot(1, 1), time: .zero,
            author: [], carried: .first(3), changed: .first(3), values: [0, 0, 0, 0])

        #expect(refusal(table(.all), many, by: comune) == Refusal(.unknown))
        #expect(refusal(table(.all), left, by: comune) == Refusal(.notValid))
    }

    @Test func `a row is read by the ambito, by its owner and the capofila, or as its own scope says`() {
        let scoped = TableDescription(
            name: "conflitto", number: 2, readable: .scoped, columns: [ColumnDescription(name: "scope", type: .text)])
        func scope(_ value: Value) -> Scope { scoped.scope(of: [ValueCoding.bytes(of: value)[...]]) }

        #expect(SampleCatalog.fields.scope(of: [[0]]) == .ambito)
        #expect(table(.owner).scope(of: existing(owner: Self.mine)) == .comune(Self.mine))
        #expect(table(.owner).scope(of: existing(owner: nil)) == .capofilaOnly)
        #expect(scope(.text("*")) == .ambito)
        #expect(scope(.text(Self.mine.description)) == .comune(Self.mine))
        #expect(scope(.null) == .capofilaOnly)
        #expect(scope(.text("altro")) == .capofilaOnly)
        #expect(scoped.scope(of: []) == .capofilaOnly)
    }

    @Test func `a scope lets in its comune and the capofila`() {
        let cases: [(Scope, [Bool])] = [
            (.ambito, [true, true, true]), (.comune(Self.mine), [true, false, true]),
            (.capofilaOnly, [false, false, true]),
        ]

        for (scope, readable) in cases {
            let read = [
                scope.isReadable(by: Self.mine, isCapofila: false),
                scope.isReadable(by: Self.theirs, isCapofila: false),
                scope.isReadable(by: Self.theirs, isCapofila: true),
            ]
            #expect(read == readable)
        }
    }

    @Test func `every reason has a word of its own`() {
        #expect(Set(RefusalReason.allCases.map(\.name)).count == RefusalReason.allCases.count)
    }
}
