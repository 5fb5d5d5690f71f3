import ArgumentParser
import Foundation
import Platform
import ReplicaStore
import ReplicaSync
import Texts

/// `zona bundle import`.
struct BundleImport: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: localized("Take in what came from the hub: bundles, receipts, invitations."),
        discussion: Help.discussion(
            localized(
                """
                Each file is read to its end before anything of it is taken. One that is damaged, too old, out of \
                order or for somebody else changes nothing and says so; the others are taken all the same. After `zona \
                init --invitation` the hub's answer makes the replica.
                """),
            examples: """
                  zona bundle import /media/stick/for-narni.zona
                  zona bundle import /media/stick/receipt-narni.zona /media/stick/for-narni.zona --json
                  zona bundle import /media/stick/answer-narni.zona --file narni.sqlite
                """))

    @Argument(
        help: ArgumentHelp(localized("The files, in the order in which they are to be taken."), valueName: "file"))
    var files: [String]

    @OptionGroup var options: GlobalOptions

    func run() async throws {
        var failure: CommandFailure?
        var documents: [JSONValue] = []
        for file in files {
            do {
                let document = try await take(file)
                if let document { documents.append(document) }
            } catch {
                guard let failed = CommandFailure(error), failed.status != .interrupted else { throw error }
                // The last word is the first failure; the others are told as they happen.
                if failure != nil { Answer(isJSON: options.json).warn(failed.message) }
                failure = failure ?? failed
                documents.append(
                    .object([
                        "file": .text(file),
                        "error": .object(["code": .text(failed.code), "message": .text(failed.message)]),
                    ]))
            }
        }
        if options.json { print(JSONValue.object(["files": .array(documents)]).encoded) }
        if let failure { throw failure }
    }

    /// - Returns: what to say as JSON; text is printed at once.
    private func take(_ file: String) async throws -> JSONValue? {
        let path = options.path
        let isEnrolled: Bool
        if !FileManager.default.fileExists(atPath: path), !options.isPathGiven || StickEnrolling.isPending(for: path) {
            let store = try StickEnrolling.finish(path: path, answer: file)
            try store.close()
            isEnrolled = true
        } else {
            isEnrolled = false
        }
        let work = try Workplace(options)
        let runner = StickRunner(store: work.store, key: try ReplicaKey.load(for: path))
        let progress = StickProgressLine(isQuiet: options.json, verb: localized("read"))
        let done = try await Interruption.cancels {
            defer { progress.end() }
            return try runner.take(file, now: Moment.now(), onProgress: { progress.show($0) })
        }
        let report = StickReport(file, done, try work.store.status(), isEnrolled: isEnrolled)
        guard !options.json else { return report.json }
        print(report.text)
        return nil
    }
}
