extension Merge {
    /// The sibling that shows. `siblings` is not empty.
    package static func winner(of group: Int, among siblings: [Sibling], in table: TableDescription) -> Sibling {
        let described = table.group(group)
        func rank(_ sibling: Sibling) -> Int {
            if group == ColumnGroup.existence {
                return (sibling.values == RecordState.present) != Mutant.isOn(.deleteWins) ? 1 : 0
            }
            switch described?.rule {
            case .capofila: return sibling.stamp.side.contains(.capofila) ? 1 : 0
            case .owner: return sibling.stamp.side.contains(.owner) ? 1 : 0
            case .ordered: return described?.orderedValues.firstIndex(of: sibling.values) ?? -1
            case .lastWriterWins, .fields, .manual, .appendOnly, .set, nil: return 0
            }
        }
        var best = siblings[0]
        for sibling in siblings.dropFirst() {
            let ranks = (rank(sibling), rank(best))
            if ranks.0 != ranks.1 {
                if ranks.0 > ranks.1 { best = sibling }
            } else if (sibling.stamp.time, sibling.stamp.dot) > (best.stamp.time, best.stamp.dot) {
                best = sibling
            }
        }
        return best
    }

    /// Whether a value stands in this group beside another one, which shows.
    package static func isBeside(_ dot: Dot, of group: Int, in state: RecordState, _ table: TableDescription) -> Bool {
        guard let register = state.register(group), let value = register.siblings.first(where: { $0.stamp.dot == dot })
        else { return false }
        return value.values != winner(of: group, among: register.siblings, in: table).values
    }
}
