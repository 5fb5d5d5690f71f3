import SyncCore

/// Every history of a few operations by three replicas on one record.
///
/// All choices of who writes, what he had on screen (closed downwards: whoever saw a step saw what its writer saw), which operation
/// (an insert where he saw nothing or a deleted record, an update of `a` or of `b` or a delete where he saw a row, a decision where his
/// list shows a conflict), at which time (after all he saw; ties among concurrent ones included) and which value (new, or the same as
/// everybody's). Who decides chooses one of the values that stand; his own row may be behind the list that he decides from.
struct HistoryEnumeration {
    let table: TableDescription
    /// Whether a first insert, which the hub has, stands before the operations that are counted.
    let isSeeded: Bool
    let operations: Int
    /// The replicas' numbers: ties of the clock go to the higher one.
    let numbers: [UInt64]
    /// The replica that stands on the capofila's and the owner's side.
    let privileged: Int
    /// Whether every new value is the same one.
    let valuesAreEqual: Bool
    /// Whether only a decision may be the last operation.
    var endsDecided = false

    private struct Screen {
        let row: [Int64]
    }

    private static let seedNumber: UInt64 = 50

    /// Calls `visit` with each history that has exactly `operations` operations (beside the seed).
    func forEach(_ visit: ([HistoryStep]) throws -> Void) throws {
        var steps: [HistoryStep] = []
        if isSeeded {
            steps.append(
                step(.insert, replica: nil, counter: 1, seen: 0, steps: [], time: 0, row: table.columns.map { _ in 1 }))
        }
        try extend(steps, left: operations, visit)
    }

    private func extend(_ steps: [HistoryStep], left: Int, _ visit: ([HistoryStep]) throws -> Void) throws {
        guard left > 0 else { return try visit(steps) }
        let index = steps.count
        for replica in 0..<3 {
            let number = numbers[replica]
            // Replicas that did nothing yet are alike, but for their number: only the next one is tried.
            let isNext = replica == 0 || steps.contains { $0.change.dot.number.rawValue == numbers[replica - 1] }
            guard isNext else { continue }
            let own = steps.filter { $0.change.dot.number.rawValue == number }
            for seen in 0..<UInt64(1) << UInt64(index) where isClosed(seen, number: number, steps: steps) {
                let screen = try screen(of: seen, steps: steps)
                let lowest = (0..<index).reduce(UInt64(1)) { lowest, index in
                    seen >> UInt64(index) & 1 == 1 ? max(lowest, steps[index].stamp.time.rawValue + 1) : lowest
                }
                for step in try decisions(index, replica, UInt64(own.count + 1), seen: seen, screen, steps) {
                    try extend(steps + [step], left: left - 1, visit)
                }
                guard lowest <= 3, !(endsDecided && left == 1) else { continue }
                for time in lowest...3 {
                    for (operation, column) in choices(screen) {
                        let new = valuesAreEqual ? 7 : Int64(10 * (index + 1))
                        var row = screen?.row ?? table.columns.indices.map { isKeyed ? 7 : new + Int64($0) }
                        if let column { row[column] = new + Int64(valuesAreEqual ? 0 : column) }
                        let next = step(
                            operation, replica: replica, counter: UInt64(own.count + 1), seen: seen, steps: steps,
                            time: time, row: row,
                            changed: operation == .insert ? nil : ColumnSet(column.map { [$0] } ?? []))
                        try extend(steps + [next], left: left - 1, visit)
                    }
                }
            }
        }
    }

    /// Rows of `set` and `append-only` tables are the same for everybody: their id is made from them.
    private var isKeyed: Bool { table.rule == .set || table.rule == .appendOnly }

    private func choices(_ screen: Screen?) -> [(Operation, Int?)] {
        guard screen != nil else { return [(.insert, nil)] }
        switch table.rule {
        case .appendOnly: return []
        case .set: return [(.delete, nil)]
        case .lastWriterWins, .fields, .manual, .capofila, .owner, .ordered:
            return [(.update, 0), (.update, 1), (.delete, nil)]
        }
    }

    /// Every decision that this replica may take now whose row is what `seen` shows: of each conflict that some list which it may have
    /// pulled holds, for each value that stands there.
    private func decisions(
        _ index: Int, _ replica: Int, _ counter: UInt64, seen: UInt64, _ screen: Screen?, _ steps: [HistoryStep]
    ) throws -> [HistoryStep] {
        guard table.rule != .appendOnly else { return [] }
        var made: [HistoryStep] = []
        let written = steps.map { $0.writes(in: table) }
        for view in 0..<UInt64(1) << UInt64(index)
        where seen & ~view == 0 && isClosed(view, number: numbers[replica], steps: steps) {
            let open = HistoryTruth.summary(of: steps, among: view, in: table).open
            for loser in open.sorted(by: { ($0.group, $0.dot) < ($1.group, $1.dot) }) {
                let standing = HistoryTruth.standing(steps, among: view, group: loser.group, written: written)
                let named = NamedConflict(
                    conflict: HubWorld.conflictID(group: loser.group, loser: loser.dot), group: loser.group,
                    dots: standing.map { steps[$0].change.dot })
                let seenLast = steps.indices.filter { view >> UInt64($0) & 1 == 1 }.max {
                    steps[$0].stamp.time < steps[$1].stamp.time
                }
                let time = (seenLast.map { steps[$0].stamp.time.rawValue } ?? 0) + 1
                for chosen in standing {
                    let values = written[chosen][loser.group] ?? []
                    guard let row = screen?.row else { continue }
                    let isDelete = loser.group == ColumnGroup.existence && values == RecordState.deleted
                    if table.rule == .set && !isDelete { continue }
                    let changed = isDelete ? ColumnSet() : table.group(loser.group)?.columns ?? ColumnSet()
                    made.append(
                        step(
                            isDelete ? .delete : .update, replica: replica, counter: counter, seen: seen, steps: steps,
                            time: time, row: isDelete ? row : row.replacing(changed, with: values),
                            changed: changed, decides: [named]))
                }
            }
        }
        return made
    }

    private func isClosed(_ seen: UInt64, number: UInt64, steps: [HistoryStep]) -> Bool {
        for (index, step) in steps.enumerated() {
            let isSeen = seen >> UInt64(index) & 1 == 1
            if step.change.dot.number.rawValue == number && !isSeen { return false }
            if isSeen && step.seen & ~seen != 0 { return false }
            let lacksNamed = steps.enumerated().contains {
                step.names($1.change.dot) && seen >> UInt64($0) & 1 == 0
            }
            if isSeen && lacksNamed { return false }
        }
        return true
    }

    private func screen(of seen: UInt64, steps: [HistoryStep]) throws -> Screen? {
        guard seen != 0 else { return nil }
        var world = HubWorld(table)
        for (index, step) in steps.enumerated() where seen >> UInt64(index) & 1 == 1 {
            try world.deliver(step.change, stamp: step.stamp)
        }
        guard let state = world.state, !state.isDeleted else { return nil }
        let row = try state.row.values().map { value -> Int64 in
            guard case .integer(let number) = value else { return 0 }
            return number
        }
        return Screen(row: row)
    }

    private func step(
        _ operation: Operation, replica: Int?, counter: UInt64, seen: UInt64, steps: [HistoryStep], time: UInt64,
        row: [Int64], changed: ColumnSet? = nil, decides: [NamedConflict] = []
    ) -> HistoryStep {
        let changed = changed ?? table.allColumns
        let carried: ColumnSet =
            switch operation {
            case .insert: table.allColumns
            case .update: table.carries(changed)
            case .delete: ColumnSet()
            }
        let context = VersionVector(steps.indices.filter { seen >> UInt64($0) & 1 == 1 }.map { steps[$0].change.dot })
        let dot = dot(replica.map { numbers[$0] } ?? Self.seedNumber, counter)
        let change = Change(
            key: RecordKey(table: table.number, id: RecordID(high: 0x0190 << 48 | 0x7000, low: 1 << 63)),
            operation: operation, dot: dot, time: HybridTime(rawValue: time), author: [0x2D], carried: carried,
            changed: changed, values: ValueCoding.bytes(of: carried.columns.map { .integer(row[$0]) }), decides: decides
        )
        let stamp = Stamp(
            dot: dot, time: change.time, author: 1, context: Context(reference: 1, vector: context),
            side: replica == privileged ? [.capofila, .owner] : [])
        return HistoryStep(change: change, stamp: stamp, seen: seen)
    }
}

extension [Int64] {
    /// The row with the encoded values in these columns.
    fileprivate func replacing(_ columns: ColumnSet, with values: [UInt8]) -> [Int64] {
        var row = self
        var reader = ByteReader(values)
        for column in columns.columns {
            guard case .integer(let number)? = try? reader.value() else { continue }
            row[column] = number
        }
        return row
    }
}
