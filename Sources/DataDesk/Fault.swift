package import SyncCore
import Texts

/// What is wrong with a value or a row, where, and what to do about it. The texts are in the language of the program.
package struct Fault: Error, Sendable, Equatable {
    /// Stable words, for JSON and for counting.
    package enum Kind: String, Sendable, CaseIterable {
        case required
        /// No value of the column's type.
        case notOfType = "not-of-type"
        case date, time, amount, range
        /// Not among the allowed values.
        case notAllowed = "not-allowed"
        /// A code that is not in its list.
        case unknownCode = "unknown-code"
        /// A record that is not there, or several.
        case reference
        case taxCode = "tax-code"
        /// A rule over several fields.
        case check
        /// Not ours to write.
        case rights
        /// A row with the same key is there, or came before.
        case duplicate
        /// Rows of this table are only added.
        case unchangeable
        case tooLarge = "too-large"
        case formula
        /// A title that is no column, or one twice.
        case title
        /// A broken line of a file.
        case syntax
        /// A warning: the year was reported already.
        case reported
        /// A warning: a code that is not valid at the row's date.
        case closedCode = "closed-code"
        /// A warning: a new row is called like one that is there.
        case namesake
    }

    package let kind: Kind
    /// The column, as the catalog and as people name it; nothing when it is about the whole row.
    package let column: String?
    package let label: String?
    /// What is wrong, and what to do.
    package let message: String

    package init(_ kind: Kind, _ column: ColumnDescription?, _ message: String) {
        self.kind = kind
        self.column = column?.name
        label = (column?.label).map(localizedLabel)
        self.message = message
    }

    /// Something to know; the row may be written all the same.
    package var isWarning: Bool { kind == .reported || kind == .closedCode || kind == .namesake }

    /// `importo_cent (Importo): …`.
    package var text: String {
        guard let column else { return message }
        guard let label, !label.isEmpty else { return "\(column): \(message)" }
        return "\(column) (\(label)): \(message)"
    }
}
