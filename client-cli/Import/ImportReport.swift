import CSVFiles
import DataDesk
import SyncCore
import Texts

/// The rows of a file that has faults, with a column before them that tells these: to be mended in the spreadsheet and
/// imported as it is.
final class ImportReport {
    private let file: ExportFile
    private var remarks: Int?
    private var hasFaults = false

    /// Refuses, before anything is read, what must never be replaced.
    static func refuse(_ path: String, beside source: String, of replica: String) throws {
        try ExportFile.refuseOwn(path, of: replica)
        guard source == "-" || !ExportFile.isSame(path, source) else {
            throw CommandFailure(
                .badValue, "bad-value", localized("\(path) is the file that is imported: name another for the report"))
        }
    }

    init(_ path: String, isReplacing: Bool) throws {
        file = try ExportFile(path, isReplacing: isReplacing)
        try file.append { $0.append(contentsOf: CSVText.byteOrderMark) }
    }

    func begin(_ titles: [String]) throws {
        remarks = titles.firstIndex(where: ImportTitles.isRemarks)
        let cells = titles.map { Value.text(Array($0.utf8)) }
        try append([.text(Array(ImportTitles.remarks.utf8))] + kept(cells))
    }

    func add(_ cells: [[UInt8]?], _ faults: [ImportFault]) throws {
        if faults.contains(where: { !$0.fault.isWarning }) { hasFaults = true }
        let told = faults.map { fault in
            [fault.title ?? fault.fault.label, fault.fault.message].compactMap { $0 }.joined(separator: ": ")
        }.joined(separator: " | ")
        // What stands in the cells of a broken line may not be what was meant: the row waits for somebody to look.
        let isBroken = faults.contains { $0.fault.kind == .syntax }
        let mark =
            isBroken ? ImportTitles.brokenMark + localized("set the row right, then empty this cell") + " | " : ""
        let remark: Value = told.isEmpty ? .null : .text(Array((mark + told).utf8))
        try append([remark] + kept(cells.map { $0.map(Value.text) ?? .null }))
    }

    /// Gives the file its name if there is a fault in it. Returns whether there is.
    func finish() throws -> Bool {
        if hasFaults { try file.finish() }
        return hasFaults
    }

    /// Without the faults of an earlier report.
    private func kept(_ cells: [Value]) -> [Value] {
        guard let remarks, remarks < cells.count else { return cells }
        return Array(cells[..<remarks] + cells[(remarks + 1)...])
    }

    private func append(_ cells: [Value]) throws {
        try file.append { CSVText.appendLine(cells, to: &$0) }
    }
}
