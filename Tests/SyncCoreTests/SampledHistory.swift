import Seeded
import SyncCore

/// A random history of one record: inserts, updates of one or two columns, deletes, inserts again and decisions, by four replicas whose
/// contexts partly cover each other. The screens that its people look at come from `HistoryTruth`, never from `Merge`.
struct SampledHistory {
    let table: TableDescription
    /// Whether a decision decides every conflict of its group that it names, or may leave some to their own entry.
    let decidesAll: Bool
    private(set) var steps: [HistoryStep] = []
    private let numbers: [UInt64]
    private var generator: SeededGenerator
    /// For each step what somebody has seen who sees it: bits of steps.
    private var wholes: [UInt64] = []

    init(_ table: TableDescription, seed: UInt64, decidesAll: Bool = false) {
        self.table = table
        self.decidesAll = decidesAll
        generator = SeededGenerator(seed: seed * 100 + UInt64(table.number))
        numbers = [1, 2, 3, 4].shuffled(using: &generator)
    }

    /// Adds `count` steps; their writers see steps before `limit` only, or any and always their own.
    mutating func grow(by count: Int, seeingBefore limit: Int? = nil) {
        let end = steps.count + count
        for _ in 0..<40 * count where steps.count < end { addStep(seeingBefore: limit) }
    }

    /// A random order of arrival that keeps each number's own order; a causal one also keeps what was seen before who saw it.
    mutating func arrival(isCausal: Bool) -> [Int] {
        var order: [Int] = []
        var left = Array(steps.indices)
        while !left.isEmpty {
            let ready = left.filter { index in
                !left.contains { other in
                    isCausal && wholes[index] & ~(1 << UInt64(index)) & 1 << UInt64(other) != 0
                        || other < index && steps[other].change.dot.number == steps[index].change.dot.number
                }
            }
            guard let next = ready.randomElement(using: &generator) else { break }
            order.append(next)
            left.removeAll { $0 == next }
        }
        return order
    }

    private mutating func addStep(seeingBefore limit: Int?) {
        let replica = Int.random(in: 0..<4, using: &generator)
        let number = numbers[replica]
        let own = steps.indices.filter { steps[$0].change.dot.number.rawValue == number }
        // Who adds a step that others must not have seen has done nothing else since.
        if let limit, own.contains(where: { $0 >= limit }) { return }
        let seen = look(own.reduce(UInt64(0)) { $0 | 1 << UInt64($1) | steps[$1].seen }, before: limit)
        let screen = HistoryTruth.summary(of: steps, among: seen, in: table)
        if table.rule != .appendOnly, !screen.isDeleted, Int.random(in: 0..<3, using: &generator) == 0 {
            let view = look(seen, before: limit)
            if decide(screen, seen: seen, view: view, replica: replica, counter: own.count + 1) { return }
        }
        write(screen, seen: seen, replica: replica, counter: own.count + 1)
    }

    /// What is seen, and perhaps more, closed: whoever sees a step sees what its writer saw.
    private mutating func look(_ seen: UInt64, before limit: Int?) -> UInt64 {
        let share = [1, 5, 9].randomElement(using: &generator) ?? 5
        return steps.indices.prefix(limit ?? .max).reduce(seen) { seen, index in
            Int.random(in: 0..<10, using: &generator) < share ? seen | wholes[index] : seen
        }
    }

    private mutating func write(_ screen: WorldSummary, seen: UInt64, replica: Int, counter: Int) {
        let isKeyed = table.rule == .set || table.rule == .appendOnly
        if screen.isDeleted {
            let row = table.columns.indices.map { isKeyed ? 7 : newValue($0) }
            return add(.insert, seen: seen, replica: replica, counter: counter, row: row, changed: table.allColumns)
        }
        guard table.rule != .appendOnly else { return }
        guard !isKeyed, Int.random(in: 0..<4, using: &generator) > 0 else {
            return add(.delete, seen: seen, replica: replica, counter: counter, row: [], changed: ColumnSet())
        }
        var row = values(of: screen.row)
        let columns = table.columns.indices.shuffled(using: &generator).prefix(.random(in: 1...2, using: &generator))
        for column in columns { row[column] = newValue(column) }
        add(.update, seen: seen, replica: replica, counter: counter, row: row, changed: ColumnSet(columns))
    }

    /// Decides a conflict that `view` shows; the writer's own row may be behind (`seen`). False when there is none to decide.
    private mutating func decide(
        _ screen: WorldSummary, seen: UInt64, view: UInt64, replica: Int, counter: Int
    ) -> Bool {
        let open = HistoryTruth.summary(of: steps, among: view, in: table).open
            .sorted { ($0.group, $0.dot) < ($1.group, $1.dot) }
        guard let loser = open.randomElement(using: &generator) else { return false }
        let written = steps.map { $0.writes(in: table) }
        let standing = HistoryTruth.standing(steps, among: view, group: loser.group, written: written)
        let decided = open.filter { $0.group == loser.group && (decidesAll || $0.dot == loser.dot) }
        let decides = decided.map {
            NamedConflict(
                conflict: HubWorld.conflictID(group: $0.group, loser: $0.dot), group: $0.group,
                dots: standing.map { steps[$0].change.dot })
        }
        guard let chosen = standing.randomElement(using: &generator), let value = written[chosen][loser.group] else {
            return false
        }
        var row = values(of: screen.row)
        var changed = ColumnSet()
        var operation = Operation.update
        if loser.group == ColumnGroup.existence {
            if value == RecordState.deleted { operation = .delete } else if table.rule == .set { return false }
        } else {
            changed = table.group(loser.group)?.columns ?? ColumnSet()
            var reader = ByteReader(value)
            for column in changed.columns { row[column] = (try? reader.value()).map(integer) ?? 0 }
        }
        add(operation, seen: seen, replica: replica, counter: counter, row: row, changed: changed, decides: decides)
        return true
    }

    private mutating func newValue(_ column: Int) -> Int64 {
        switch Int.random(in: 0..<8, using: &generator) {
        case 0, 1: 7
        case 2: Int64(200 + steps.count)  // outside the declared order
        default: Int64(10 * (steps.count + 1) + column)
        }
    }

    private mutating func add(
        _ operation: Operation, seen: UInt64, replica: Int, counter: Int, row: [Int64], changed: ColumnSet,
        decides: [NamedConflict] = []
    ) {
        let carried: ColumnSet =
            switch operation {
            case .insert: table.allColumns
            case .update: table.carries(changed)
            case .delete: ColumnSet()
            }
        let named = Set(decides.flatMap(\.dots))
        let known = steps.indices.filter { seen >> UInt64($0) & 1 == 1 || named.contains(steps[$0].change.dot) }
        let lowest = known.map { steps[$0].stamp.time.rawValue + 1 }.max() ?? 1
        let ownDot = dot(numbers[replica], UInt64(counter))
        let change = Change(
            key: RecordKey(table: table.number, id: RecordID(high: 1, low: 1)), operation: operation, dot: ownDot,
            time: HybridTime(rawValue: lowest + .random(in: 0...2, using: &generator)), author: [0x2D],
            carried: carried,
            changed: changed, values: ValueCoding.bytes(of: carried.columns.map { .integer(row[$0]) }), decides: decides
        )
        let vector = VersionVector(steps.indices.filter { seen >> UInt64($0) & 1 == 1 }.map { steps[$0].change.dot })
        let sides: [WriterSide] = [.capofila, .owner, [], []]
        let stamp = Stamp(
            dot: ownDot, time: change.time, author: 1, context: Context(reference: 1, vector: vector),
            side: sides[replica])
        wholes.append(known.reduce(1 << UInt64(steps.count)) { $0 | wholes[$1] })
        steps.append(HistoryStep(change: change, stamp: stamp, seen: seen))
    }

    private func values(of row: [UInt8]) -> [Int64] {
        ((try? Row(uncheckedBytes: row).values()) ?? []).map(integer)
    }

    private func integer(_ value: Value) -> Int64 {
        guard case .integer(let number) = value else { return 0 }
        return number
    }
}
