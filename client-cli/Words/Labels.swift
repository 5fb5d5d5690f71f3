import SyncCore
import Texts

extension TableDescription {
    /// What people call the table, in their language.
    var shownLabel: String { localizedLabel(label) }
}

extension ColumnDescription {
    /// What people call the column, in their language.
    var shownLabel: String { localizedLabel(label) }
}
