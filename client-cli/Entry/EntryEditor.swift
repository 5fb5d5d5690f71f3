import DataDesk
import Foundation
import Platform
import SyncCore
import Texts

/// A record typed in the operator's editor. What is wrong stands at the head of the page when it opens again.
struct EntryEditor {
    let entry: TypedEntry

    /// What was written. The operator may leave: that is an error of its own.
    func outcomes() throws -> [EntryOutcome] {
        let page = EntryPage(entry.table, entry.columns, isNew: entry.id == nil)
        let filled = EntryPage(
            entry.table, entry.columns.map { ($0.column, entry.text(of: $0.column)) }, isNew: page.isNew)
        let hasWords = filled.columns.map(\.text) != page.columns.map(\.text)
        var text = filled.text(title: try title(), hints: try hints())
        var faults: [String] = []
        let file = try PrivatePage(named: "\(entry.table.name).txt")
        while true {
            try file.write(text)
            try Self.edit(file)
            let typed = try file.read()
            guard typed != text || hasWords && faults.isEmpty else {
                guard faults.isEmpty else {
                    _ = try entry.leave()
                    let told = faults.map(SafeText.line).joined(separator: "\n  ")
                    throw CommandFailure(
                        .badValue, "bad-value",
                        localized("nothing was written; the page is kept in \(file.path):\n  \(told)"))
                }
                file.remove()
                throw try entry.leave()
            }
            do {
                guard let fields = try page.fields(of: typed) else {
                    file.remove()
                    throw try entry.leave()
                }
                let outcomes = try entry.write(fields)
                file.remove()
                return outcomes
            } catch let fault as EntryPage.Unreadable {
                faults = [fault.message]
            } catch let left as CommandFailure where left.status == .interrupted {
                throw left
            } catch let refusal as EntryRefusal {
                faults = refusal.faults.flatMap(\.faults).map(\.text)
            } catch {
                Terminal.writeError(localized("the page is kept in \(file.path)"))
                throw error
            }
            text = EntryPage.text(typed, faults: faults)
        }
    }

    private func title() throws -> [String] {
        [
            try entry.title(),
            localized("* needs a value. Lines with # are remarks; a further line of a text begins with |."),
            localized("Save and close to write it; delete every line, or change nothing, to leave it as it was."),
        ]
    }

    private func hints() throws -> [Int: [String]] {
        var hints: [Int: [String]] = [:]
        for (column, _) in entry.columns { hints[column] = try entry.hints(column).map(SafeText.line) }
        return hints
    }

    // MARK: The editor

    private static func edit(_ file: PrivatePage) throws {
        guard let editor = Editor.command else {
            file.remove()
            throw CommandFailure(.usage, "usage", localized("there is no editor: name one in EDITOR, or use --form"))
        }
        guard Editor.open(file.path, with: editor) else {
            file.remove()
            throw CommandFailure(
                .usage, "editor", localized("the editor (\(editor)) ended with a failure: nothing was written"))
        }
    }
}

/// A file that nobody else may read, in a folder of its own.
private struct PrivatePage {
    private let folder: URL
    var path: String { folder.appending(path: name).path }
    private let name: String

    init(named name: String) throws {
        self.name = name
        folder = FileManager.default.temporaryDirectory.appending(path: "zona-\(UUID().uuidString)")
        do {
            try FileManager.default.createDirectory(
                at: folder, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
        } catch {
            throw Self.failure(folder.path, error)
        }
    }

    func write(_ text: String) throws {
        do { try Data(text.utf8).write(to: URL(filePath: path)) } catch { throw Self.failure(path, error) }
    }

    func read() throws -> String {
        guard let data = try? Data(contentsOf: URL(filePath: path)) else {
            throw CommandFailure(.file, "file", localized("the file \(path) cannot be read: check its name"))
        }
        guard let text = String(bytes: data, encoding: .utf8) else {
            throw CommandFailure(
                .badValue, "bad-value", localized("the file \(path) is not text in UTF-8: convert it"))
        }
        return text
    }

    func remove() {
        try? FileManager.default.removeItem(at: folder)
    }

    private static func failure(_ path: String, _ error: any Error) -> CommandFailure {
        CommandFailure(
            .file, "file",
            localized("\(path) cannot be written (\(error.localizedDescription)): make room, or set TMPDIR"))
    }
}
