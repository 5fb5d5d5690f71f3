import DataDesk
import GRDB
import ReplicaStore
import Seeded
import SyncCore
import SyncWire
import Testing

/// What the desk says of a row before it is written, beside what the database says.
@Suite struct DeskCheckTests {
    private static let today = Array("2026-11-27".utf8)

    /// Values that are right for some column, and wrong for many.
    private static let pool: [Value] = [
        .null, .integer(0), .integer(1), .integer(-1), .integer(2026), .integer(100_000), .real(0.5), .text([]),
        .text(Array("   ".utf8)), .text(Array("x".utf8)), .text(Array("2026-03-01".utf8)),
        .text(Array("2026-02-30".utf8)),
        .text(Array("10:00".utf8)), .text(Array("12345678903".utf8)), .text(Array("ODV".utf8)),
        .text(Array("FNPS".utf8)),
        .text(Array("tecnico".utf8)), .text(Array("convenzione".utf8)), .blob([1]),
        ReplicaFixture.narni.value, ReplicaFixture.amelia.value, ReplicaFixture.plan.value, ReplicaFixture.year.value,
        ReplicaFixture.fund.value, ReplicaFixture.body.value, ReplicaFixture.table.value,
    ]

    /// The law: a row is faulty at the desk exactly when the database refuses it; that, or a needed text is blank.
    @Test(arguments: [false, true]) func `the desk finds a fault where the database does, and nowhere else`(
        isCapofila: Bool
    ) throws {
        let replica = try ReplicaFixture(isCapofila: isCapofila)
        let tables = replica.store.catalog.tables.filter {
            // The codes stay, so that what was a code is one to the end.
            !$0.name.hasPrefix("zona_") && $0.name != "vocabolario"
        }
        var random = SeededGenerator(seed: isCapofila ? 7 : 3)
        var (fine, refused, unreadable) = (0, 0, 0)
        for _ in 0..<2_000 {
            let table = tables.randomElement(using: &random)!
            let rows = try replica.store.rows(of: table, limit: 50)
            let current = Bool.random(using: &random) ? rows.randomElement(using: &random) : nil
            var given: [(column: Int, value: Value)] = []
            for (place, column) in table.columns.enumerated() {
                guard
                    current == nil
                        ? column.isRequired || Int.random(in: 0..<4, using: &random) == 0
                        : Int.random(in: 0..<6, using: &random) == 0
                else { continue }
                let plausible = Self.plausible(column, replica, &random)
                let isPlausible = Int.random(in: 0..<12, using: &random) > 0
                given.append((place, isPlausible ? plausible : Self.pool.randomElement(using: &random)!))
            }
            let texts = given.compactMap { field in Self.typed(field.value).map { (field.column, FieldInput.text($0)) }
            }
            let input = EntryInput(id: current?.id, fields: texts)
            let (draft, faults) = try replica.store.deskReading { session in
                try Entry.check(input, to: table, session, DeskKnowledge(session, today: Self.today))
            }
            // What cannot be read as a value of its column never comes so far.
            guard draft.unreadable.isEmpty else {
                unreadable += 1
                continue
            }
            let error = Self.write(input.id, draft.given, table, replica)
            if error == nil { fine += 1 } else { refused += 1 }
            let row = given.map { field in
                let text = String(decoding: Self.typed(field.value) ?? [], as: UTF8.self)
                return "\(table.columns[field.column].name)=\(text)"
            }
            // Blank is no name to the desk; the database lets it pass.
            let errors = faults.filter { !$0.isWarning && ($0.kind != .required || error != nil) }
            let what = "\(table.name) \(current == nil ? "new" : "changed") \(row)"
            #expect(
                errors.isEmpty == (error == nil), "\(what): desk \(faults.map(\.text)), database \(error ?? "-")")
        }
        #expect(
            fine > 200 && refused > 200 && unreadable > 200,
            "\(fine) fine, \(refused) refused, \(unreadable) unreadable")
        try expectTypedAgain(tables, replica)
    }

    /// The law: what a form shows of a value is read as that value.
    private func expectTypedAgain(_ tables: [TableDescription], _ replica: ReplicaFixture) throws {
        for table in tables {
            let rows = try replica.store.rows(of: table, limit: 20)
            try replica.store.deskReading { session in
                let knowledge = DeskKnowledge(session, today: Self.today)
                for row in rows {
                    for (value, column) in zip(row.values, table.columns) {
                        let text = try knowledge.typed(value, column)
                        let again =
                            try text.isEmpty ? .success(value) : FieldReader(knowledge).value(Array(text.utf8), column)
                        #expect(try again.get() == value, "\(table.name).\(column.name) \(text)")
                        #expect(!text.isEmpty || value == .null || value == .text([]))
                    }
                }
            }
        }
    }

    /// Writes the row, on which others may stand later; the database's reason where it says no.
    private static func write(
        _ id: RecordID?, _ given: [(column: Int, value: Value)], _ table: TableDescription,
        _ replica: ReplicaFixture
    ) -> String? {
        do {
            try replica.store.desk(by: replica.author) { session in
                if let id {
                    _ = try session.update(id, of: table, given)
                } else {
                    _ = try session.insert(into: table, given)
                }
                return ((), .keeps)
            }
            return nil
        } catch {
            return "\(error)"
        }
    }

    /// A value as somebody types it; nothing for bytes.
    private static func typed(_ value: Value) -> [UInt8]? {
        switch value {
        case .null: []
        case .integer(let number): Array(String(number).utf8)
        case .real(let number): Array(String(number).utf8)
        case .text(let text): text
        case .blob: nil
        }
    }

    /// A value that the column takes, most of the time.
    private static func plausible(
        _ column: ColumnDescription, _ replica: ReplicaFixture, _ random: inout SeededGenerator
    ) -> Value {
        if let parent = column.parent.flatMap(replica.store.catalog.table(named:)),
            let row = try? replica.store.rows(of: parent, limit: 20).randomElement(using: &random)
        {
            return row.id.value
        }
        if let list = column.codeList {
            return .text(Array((["tipo_soggetto": "ODV", "fonte": "FNPS"][list] ?? "x").utf8))
        }
        if let allowed = column.allowed.randomElement(using: &random) {
            var reader = ByteReader(allowed)
            return (try? reader.value()) ?? .null
        }
        switch (column.type, column.format) {
        case (.integer, .year): return .integer(2026)
        case (.integer, _): return .integer(Int64.random(in: 0...3, using: &random))
        case (.text, .date): return .text(Array("2026-03-0\(Int.random(in: 1...9, using: &random))".utf8))
        case (.text, .time): return .text(Array("1\(Int.random(in: 0...9, using: &random)):00".utf8))
        case (.text, .timestamp): return .text(Array("2026-03-01T10:00:00Z".utf8))
        default: return .text(Array("n\(Int.random(in: 0...99, using: &random))".utf8))
        }
    }
}
