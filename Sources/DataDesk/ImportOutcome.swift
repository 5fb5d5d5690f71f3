package import CSVFiles
package import SyncCore

/// What a file was, and what became of it or would.
package struct ImportOutcome: Sendable {
    /// Faults and warnings beyond these are counted and not kept.
    package static let faultsMaximum = 1_000
    /// Rows beyond these are counted and not shown.
    package static let newSamplesMaximum = 3
    package static let changedSamplesMaximum = 10

    /// What becomes of one row.
    package struct Sample: Sendable {
        package let line: Int
        /// Nothing for a new row that was not written.
        package let id: RecordID?
        /// The values by column; nothing before in a new row.
        package let changes: [(column: Int, before: Value?, now: Value)]
    }

    package let encoding: CSVEncoding
    package let separator: UInt8
    package internal(set) var titles: [String] = []
    /// Rows below the titles, blank ones apart.
    package internal(set) var rows = 0
    package private(set) var new = 0
    package private(set) var changed = 0
    package internal(set) var faulty = 0
    /// Values of rows that are there which an empty cell takes away.
    package internal(set) var emptied = 0
    package private(set) var faults: [ImportFault] = []
    package private(set) var faultCount = 0
    package private(set) var warnings: [ImportFault] = []
    package private(set) var warningCount = 0
    /// The first new and the first changed rows, in the order of the file.
    package private(set) var samples: [Sample] = []
    package internal(set) var isWritten = false

    init(_ reader: CSVReader) {
        encoding = reader.encoding
        separator = reader.separator
    }

    /// Rows that are there already, with these values.
    package var same: Int { rows - new - changed - faulty }

    mutating func add(_ sample: Sample, isNew: Bool) {
        if isNew { new += 1 } else { changed += 1 }
        let isShown = isNew ? new <= Self.newSamplesMaximum : changed <= Self.changedSamplesMaximum
        if isShown { samples.append(sample) }
    }

    mutating func add(_ fault: ImportFault) {
        if fault.fault.isWarning {
            warningCount += 1
            if warnings.count < Self.faultsMaximum { warnings.append(fault) }
        } else {
            faultCount += 1
            if faults.count < Self.faultsMaximum { faults.append(fault) }
        }
    }

    /// Puts the faults in the order of the file: those of its bytes are found first, those of the titles last.
    mutating func sortFaults() {
        faults = faults.enumerated().sorted { ($0.element.line, $0.offset) < ($1.element.line, $1.offset) }
            .map(\.element)
    }
}
