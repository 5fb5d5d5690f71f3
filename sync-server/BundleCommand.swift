import ArgumentParser
import Bundles
import Foundation
import HubService
import HubStore
import SyncWire

struct BundleCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bundle",
        abstract: "Sync by stick: take bundles in, make those for replicas, look into a file.",
        discussion: """
            The hub may be serving at the same time.

            Examples:
              zona-server bundle import /media/stick/from-narni.zona --data /srv/zona
              zona-server bundle export --comune Narni --to /media/stick --data /srv/zona
              zona-server bundle inspect /media/stick/from-narni.zona --data /srv/zona
            """,
        subcommands: [BundleImport.self, BundleExport.self, BundleInspect.self])

    /// Before replicas are answered: a hub whose file was put back lives anew, and says so.
    static func begin(_ hub: HubStore) throws {
        guard try hub.noticePutBack(now: Answer.now) else { return }
        let said = "zona-server: \(hub.identity.code): \(HubStore.wasPutBack)\n"
        FileHandle.standardError.write(Data(said.utf8))
    }

    /// The hubs of all ambiti in a data folder.
    static func hubs(in folder: DataFolder) throws -> [HubStore] {
        try folder.ambiti().map { code in
            try HubStore(path: folder.hubFile(of: code), key: AmbitoKeys.load(for: code, in: folder))
        }
    }
}

struct BundleImport: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Take in bundles of replicas, and requests for an enrolment; write what is to be brought back.",
        discussion: """
            Each file is read to its end before anything of it is taken, and may be taken any number of times: what is \
            here already is only acknowledged again. For a bundle of changes a receipt is written, for a request the \
            answer with the first pull. To give a comune what it lacks, `bundle export` follows.

            Examples:
              zona-server bundle import /media/stick/from-narni.zona --data /srv/zona
              zona-server bundle import /media/stick/from-*.zona --receipt /media/other --data /srv/zona --json
            """)

    @OptionGroup var common: CommonOptions
    @Argument(help: "The files.")
    var files: [String]
    @Option(help: "The folder for receipts and answers. Without it they are written beside each file.")
    var receipt: String?

    func run() throws {
        try answering {
            let hubs = try BundleCommand.hubs(in: DataFolder(try common.folder()))
            for hub in hubs { try BundleCommand.begin(hub) }
            let desk = StickDesk(hubs: hubs, now: { Answer.now })
            var failure: Failure?
            var documents: [[String: Any]] = []
            for file in files {
                do {
                    let folder = receipt ?? (file as NSString).deletingLastPathComponent
                    let taken = try desk.take(file, answersTo: folder.isEmpty ? "." : folder)
                    documents.append(json(taken, file))
                    if !common.json { Answer.show(StickSafe.lines(text(taken, file))) }
                    if let problem = taken.problem { failure = failure ?? Failure(refusing: problem, file) }
                } catch {
                    let failed = (error as? Problem).map { Failure(refusing: $0, file) } ?? Failure(error)
                    documents.append(["file": file, "error": ["code": failed.code, "message": failed.message]])
                    if !common.json && failure != nil { failed.show(asJSON: false) }
                    failure = failure ?? failed
                }
            }
            if common.json { try Answer.show(["files": documents]) }
            if let failure { throw failure }
        }
    }

    private func json(_ taken: StickDesk.Taken, _ file: String) -> [String: Any] {
        var document: [String: Any] = [
            "file": file, "content": taken.content.rawValue, "ambito": taken.ambitoCode, "comune": taken.comuneName,
            "number": "\(taken.number)", "older": taken.isOlder, "stored_batches": taken.stored,
            "changes": taken.changes, "known_batches": taken.known, "answer": taken.answer,
        ]
        if let problem = taken.problem {
            document["problem"] = ["code": "\(problem.code)", "message": problem.message]
        }
        return document
    }

    static func count(_ count: Int, _ one: String, _ more: String) -> String { "\(count) \(count == 1 ? one : more)" }

    private func text(_ taken: StickDesk.Taken, _ file: String) -> String {
        guard taken.content == .changes else {
            return """
                \(file): \(taken.comuneName) is enrolled in \(taken.ambitoCode).
                  the answer, with its first pull: \(taken.answer)
                  there: zona bundle import
                """
        }
        let new = Self.count(taken.changes, "new change", "new changes")
        let known = taken.known > 0 ? ", \(Self.count(taken.known, "batch", "batches")) here already" : ""
        let older = taken.isOlder ? " It is an older bundle: the hub has heard more of this replica since." : ""
        return """
            \(file): from \(taken.comuneName), \(new)\(known).\(older)
              the receipt to bring back: \(taken.answer)
            """
    }
}

struct BundleExport: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Write a bundle for the replicas of a comune, or for all: what moved since they were last heard of.",
        discussion: """
            Each goes on from where its replica last said it was, by a sync or by a bundle of its own, and is sealed \
            for it alone. A replica that has told neither yet is named and left out.

            Examples:
              zona-server bundle export --comune 055022 --to /media/stick --data /srv/zona
              zona-server bundle export --all --to /media/stick --data /srv/zona --ambito UMB-11
            """)

    @OptionGroup var common: CommonOptions
    @OptionGroup var ambito: AmbitoOptions
    @Option(help: "The comune: ISTAT code or name.")
    var comune: String?
    @Flag(help: "Every comune of the ambito.")
    var all = false
    @Option(name: .customLong("to"), help: "The folder to write into.")
    var place: String

    func validate() throws {
        guard all != (comune != nil) else { throw ValidationError("give --comune or --all") }
    }

    func run() throws {
        try answering {
            let store = try ambito.open(common)
            let wanted = try comune.map { try Invite.find($0, in: store) }
            var isFolder: ObjCBool = false
            guard FileManager.default.fileExists(atPath: place, isDirectory: &isFolder), isFolder.boolValue else {
                throw StickError(.notThere, "there is no folder \(place): is the stick in, and mounted there?")
            }
            try BundleCommand.begin(store)
            let desk = StickDesk(hubs: [store], now: { Answer.now })
            var given: [StickDesk.Given] = []
            var missing: [String] = []
            var failure: Failure?
            // A file that does not fit any more keeps no smaller one away.
            for comune in try wanted.map({ [$0] }) ?? store.comuni() {
                do {
                    let written = try desk.give(store, comune: comune.id, to: place)
                    if !common.json { for one in written { Answer.show(StickSafe.lines(text(one))) } }
                    given += written
                } catch {
                    missing.append(comune.name)
                    failure = failure ?? Failure(error)
                }
            }
            if common.json { try Answer.show(["bundles": given.map(json), "missing": missing]) }
            if let failure {
                let names = missing.joined(separator: ", ")
                throw Failure(failure.status, failure.code, "not written for \(names): \(failure.message)")
            }
            guard !given.isEmpty else {
                throw Failure(
                    .notFound, "not-found",
                    "no replica is in use there: `zona-server invite` makes the code for a new one")
            }
        }
    }

    private func json(_ given: StickDesk.Given) -> [String: Any] {
        var document: [String: Any] = ["comune": given.comuneName, "number": "\(given.number)"]
        if case .written(let path, let bytes, let pages, let from, let to) = given.outcome {
            document.merge(["file": path, "bytes": bytes, "pages": pages, "from": from, "to": to]) { $1 }
        }
        document["left_out"] = document["file"] == nil
        return document
    }

    private func text(_ given: StickDesk.Given) -> String {
        switch given.outcome {
        case .written(let path, let bytes, let pages, _, _):
            pages > 0
                ? "\(path): for \(given.comuneName), \(BundleImport.count(pages, "page", "pages")), \(bytes) bytes"
                : "\(path): for \(given.comuneName), which must first meet this restored hub, and then brings a new one"
        case .unknown:
            "\(given.comuneName): left out, it has not synced and brought no bundle yet"
        }
    }
}

struct BundleInspect: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "inspect",
        abstract: "Say what a file on a stick is, from whom, and, if it is for this hub, what it holds.",
        discussion: """
            Takes nothing. With --json every change in it is shown.

            Examples:
              zona-server bundle inspect /media/stick/from-narni.zona --data /srv/zona
            """)

    @OptionGroup var common: CommonOptions
    @Argument(help: "The file.")
    var path: String

    func run() throws {
        try answering {
            let hubs = try BundleCommand.hubs(in: DataFolder(try common.folder()))
            let inspection = try StickInspection(path, keys: hubs.map { $0.signingKey.openingKey })
            guard common.json else {
                Answer.show(
                    StickSafe.lines(StickWords.text(inspection, moment: { Answer.moment($0) })))
                return
            }
            try inspection.json(catalog: hubs.first?.catalog) {
                FileHandle.standardOutput.write(Data($0.utf8))
            }
        }
    }
}

/// Names come from the stick: what could drive a terminal is taken out before they are shown.
enum StickSafe {
    static func lines(_ text: String) -> String {
        String(
            String.UnicodeScalarView(
                text.unicodeScalars.map { scalar in
                    switch scalar.properties.generalCategory {
                    case .control where scalar != "\n": "\u{FFFD}"
                    case .format, .lineSeparator, .paragraphSeparator, .surrogate: "\u{FFFD}"
                    default: scalar
                    }
                }))
    }
}
