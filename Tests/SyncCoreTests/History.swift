import SyncCore

/// One operation of a history: who did it, what he had on screen, what he wrote.
struct HistoryStep {
    let change: Change
    let stamp: Stamp
    /// The earlier steps that he had seen, as bits; whoever sees a step sees what its writer had seen.
    let seen: UInt64

    /// Whether its writer had the value of `dot` in `group` on screen because a decision of his names it.
    func names(_ dot: Dot, in group: Int) -> Bool {
        change.decides.contains { $0.group == group && $0.dots.contains(dot) }
    }

    /// Whether a decision of his names this dot in any group.
    func names(_ dot: Dot) -> Bool {
        change.decides.contains { $0.dots.contains(dot) }
    }

    var decidesExistence: Bool {
        change.decides.contains { $0.group == ColumnGroup.existence }
    }

    /// The groups that this step writes, with their values; told from the change alone, without `Merge`.
    func writes(in table: TableDescription) -> [Int: [UInt8]] {
        guard change.operation != .delete else { return [ColumnGroup.existence: RecordState.deleted] }
        var written = [ColumnGroup.existence: RecordState.present]
        var reader = ByteReader(change.values)
        var values: [Int: [UInt8]] = [:]
        for column in change.carried.columns {
            guard let value = try? reader.value() else { continue }
            values[column] = ValueCoding.bytes(of: value)
        }
        for group in table.groups {
            let isWritten =
                change.operation == .insert || group.index == ColumnGroup.wholeRow
                || !group.columns.intersection(change.changed).isEmpty
            if isWritten { written[group.index] = group.columns.columns.flatMap { values[$0] ?? [] } }
        }
        return written
    }
}

/// What a set of steps must come to, in whatever order they arrive: told from who had seen what, without `Merge`.
///
/// In each group the values that no other writer of the group had seen stand beside each other; the rule picks one; every other one
/// whose value differs is open.
struct HistoryTruth {
    /// The steps of `mask` that write `group` and that no other of them had on screen when it wrote the group.
    static func standing(_ steps: [HistoryStep], among mask: UInt64, group: Int, written: [[Int: [UInt8]]]) -> [Int] {
        let writers = steps.indices.filter { mask >> UInt64($0) & 1 == 1 && written[$0][group] != nil }
        return writers.filter { index in
            !writers.contains {
                steps[$0].seen >> UInt64(index) & 1 == 1 || steps[$0].names(steps[index].change.dot, in: group)
            }
        }
    }

    /// - Parameter mask: the steps that count, as bits.
    static func summary(
        of steps: [HistoryStep], among mask: UInt64 = .max, in table: TableDescription
    ) -> WorldSummary {
        let written = steps.map { $0.writes(in: table) }
        var row = table.columns.map(\.defaultValue)
        var summary = WorldSummary(row: [], isDeleted: true, open: [])
        for group in [ColumnGroup.existence] + table.groups.map(\.index) {
            let standing = standing(steps, among: mask, group: group, written: written)
            guard let winner = standing.max(by: { rank($0, group) < rank($1, group) }) else { continue }
            let shown = written[winner][group] ?? []
            for index in standing where written[index][group] != shown {
                summary.open.insert(
                    .init(group: group, dot: steps[index].change.dot, values: written[index][group] ?? []))
            }
            if group == ColumnGroup.existence {
                summary.isDeleted = shown == RecordState.deleted
            } else {
                var reader = ByteReader(shown)
                for column in table.group(group)?.columns.columns ?? [] {
                    row[column] = (try? reader.value()).map { ValueCoding.bytes(of: $0) } ?? []
                }
            }
        }
        func rank(_ index: Int, _ group: Int) -> (Int, HybridTime, Dot) {
            let step = steps[index]
            let rule = table.group(group)?.rule
            let first: Int =
                if group == ColumnGroup.existence {
                    step.change.operation == .delete ? 0 : 1
                } else if rule == .capofila || rule == .owner {
                    step.stamp.side.contains(rule == .capofila ? .capofila : .owner) ? 1 : 0
                } else if rule == .ordered {
                    table.group(group)?.orderedValues.firstIndex(of: written[index][group] ?? []) ?? -1
                } else {
                    0
                }
            return (first, step.stamp.time, step.change.dot)
        }
        summary.row = Row(encodedValues: row.map { $0[...] }).bytes
        return summary
    }
}

extension TableDescription {
    /// What an update of `changed` carries: the whole row under a record rule, the groups that it touches under `fields`.
    func carries(_ changed: ColumnSet) -> ColumnSet {
        guard rule == .fields else { return allColumns }
        return groups.reduce(ColumnSet()) { carried, group in
            group.columns.intersection(changed).isEmpty ? carried : carried.union(group.columns)
        }
    }
}
