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
        let text = filled.text(title: try title(), hints: try hints())
        let file = try PrivatePage(named: "\(entry.table.name).txt")
        do {
            let outcomes = try turns(file, text, page, hasWords: hasWords)
            file.remove()
            return outcomes
        } catch let left as TypedEntry.Left {
            file.remove()
            throw left
        } catch {
            // What somebody typed stays, whatever went wrong.
            guard file.differs(from: text), var failure = CommandFailure(error) else {
                file.remove()
                throw error
            }
            failure.message += "\n" + localized("what was typed is kept in \(file.path)")
            throw failure
        }
    }

    /// Opens the page until it can be written, or is given back as it was.
    private func turns(
        _ file: PrivatePage, _ first: String, _ page: EntryPage, hasWords: Bool
    ) throws -> [EntryOutcome] {
        var text = first
        var refusal: EntryRefusal?
        while true {
            try file.write(text)
            try Self.edit(file)
            let typed = try file.read()
            if typed == text {
                if let refusal { throw refusal }
                guard hasWords else { throw TypedEntry.Left() }
            }
            var faults: [Fault] = []
            do {
                guard let fields = try page.fields(of: typed) else { throw TypedEntry.Left() }
                try entry.requireAsShown(fields)
                return try entry.write(fields)
            } catch let fault as EntryPage.Unreadable {
                faults = [Fault(.syntax, nil, fault.message)]
            } catch let refused as EntryRefusal {
                faults = refused.faults.flatMap(\.faults)
            }
            refusal = EntryRefusal(faults: [(0, faults)], count: 1)
            text = EntryPage.text(typed, faults: faults.map(\.text))
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
            throw CommandFailure(.usage, "usage", localized("there is no editor: name one in EDITOR, or use --form"))
        }
        guard Editor.open(file.path, with: editor) else {
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

    func read() throws -> String { try InputFile.text(path) }

    /// Whether somebody has changed what he was given.
    func differs(from text: String) -> Bool {
        (try? Data(contentsOf: URL(filePath: path))).map { $0 != Data(text.utf8) } ?? false
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
