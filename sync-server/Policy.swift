import ArgumentParser
import Foundation
import HubService
import HubStore
import SyncCore

struct Policy: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "policy",
        abstract: "Merge rules: what another one would have come to.",
        discussion: """
            Example:
              zona-server policy try --data /srv/zona --table soggetto --column telefono --rule capofila
            """,
        subcommands: [PolicyTry.self])
}

struct PolicyTry: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "try",
        abstract: "Play the recorded history again under another rule, and show what would have been different.",
        discussion: """
            Folds the log of the ambito into a file beside the hub's, under the other rule, and compares: rows that \
            would show other values, conflicts that would or would not have been listed. Changes nothing in the hub, \
            which may be serving meanwhile; the file goes at the end, and what a killed run left goes at the next. It \
            needs as much free disk as the hub's file takes.

            What people did afterwards is played as they did it. A decision about a conflict that would not have been \
            listed is a plain change then. What was pruned stays as it is.

            Examples:
              zona-server policy try --data /srv/zona --table soggetto --rule manual
              zona-server policy try --data /srv/zona --table soggetto --column telefono --rule capofila --json
            """)

    @OptionGroup var common: CommonOptions
    @OptionGroup var ambito: AmbitoOptions
    @Option(help: "The table.")
    var table: String
    @Option(help: "One column of it, or the declared group that the column is in.")
    var column: String?
    @Option(
        help: """
            The rule: last-writer-wins, fields, manual, capofila, owner; of a column also ordered, and not fields.
            """)
    var rule: String

    func run() throws {
        try answering {
            guard let rule = MergeRule(rawValue: rule) else {
                throw Failure(
                    .usage, "usage",
                    "there is no rule \(rule): they are \(MergeRule.allCases.map(\.rawValue).joined(separator: ", "))")
            }
            let folder = DataFolder(try common.folder())
            let code = try ambito.code(in: folder)
            let store = try ambito.open(common)
            let scratches = ScratchFiles(beside: try folder.hubFile(of: code), named: "policy")
            scratches.removeLeftOver()
            let scratch = scratches.own
            defer { ScratchFiles.remove(scratch) }
            let trial = try store.tryPolicy(
                PolicyChange(table: table, column: column, rule: rule), foldingInto: scratch,
                checkpoint: try Verify.checkpoint(of: code, in: folder))
            let text = TrialText(
                trial: trial, code: code, table: table, column: column, rule: rule)
            Answer.show(common.json ? VisibleText.json(try Answer.text(text.json)) : text.text)
        }
    }
}

/// Files that a command folds into beside a hub's file, named with the process that made them.
struct ScratchFiles {
    private let prefix: String

    init(beside file: String, named name: String) {
        prefix = "\(file).\(name)-"
    }

    /// This process's own.
    var own: String { "\(prefix)\(ProcessInfo.processInfo.processIdentifier)" }

    /// Removes what processes left that are there no more.
    func removeLeftOver() {
        let folder = (prefix as NSString).deletingLastPathComponent
        let start = (prefix as NSString).lastPathComponent
        for name in (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [] where name.hasPrefix(start) {
            let digits = name.dropFirst(start.count).prefix { $0.isASCII && $0.isNumber }
            guard let process = Int32(digits), process > 0, kill(process, 0) != 0, errno == ESRCH else { continue }
            Self.remove("\(prefix)\(digits)")
        }
    }

    static func remove(_ scratch: String) {
        for base in [scratch, scratch + ".new"] { HubStore.remove(at: base) }
    }
}
