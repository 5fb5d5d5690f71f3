import ReplicaStore
import SyncCore
import Texts

/// A decision in words, as it was just taken.
enum DecisionText {
    /// - Parameter row: the record as it stands; nothing where it is deleted.
    static func said(
        _ choice: ConflictChoice, _ conflict: Conflict, _ table: TableDescription, row: StoredRow?
    ) -> String {
        let isRecord = conflict.columns.isEmpty
        switch choice {
        case .shown where conflict.kind == "orphan": return localized("decided: the parent stays")
        case .other where conflict.kind == "orphan": return localized("decided: the record goes, too")
        case .shown:
            guard row != nil else { return localized("decided: the record stays deleted") }
            if isRecord || conflict.isGone { return localized("decided: the record stays as it stands") }
            let stood = ConflictText.standing(conflict, table, row)
            return localized("decided: what stood stays, \(ConflictText.values(stood, conflict, table))")
        case .other:
            if conflict.isGone { return localized("decided: the record comes back as it was kept") }
            return isRecord
                ? localized("decided: the record is deleted")
                : localized(
                    """
                    decided: the other value takes its place, \
                    \(ConflictText.values(conflict.other.values, conflict, table))
                    """)
        case .new(let values):
            let texts = values.map { column, value in
                "\(table.columns[column].name) = \(ValueText.human(value, table.columns[column]))"
            }
            let rest =
                ThreeWay.disputed(conflict).count > values.count && !conflict.isGone
                ? localized("; the rest stays as it stands") : ""
            let said = SafeText.cut(SafeText.line(texts.joined(separator: ", ")), to: 120)
            return localized("decided: \(said)") + rest
        }
    }
}
