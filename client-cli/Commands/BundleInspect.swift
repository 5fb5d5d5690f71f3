import ArgumentParser
import Bundles
import Foundation
import ReplicaStore
import ReplicaSync
import SyncCore
import SyncWire
import Texts

/// `zona bundle inspect`.
struct BundleInspect: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "inspect",
        abstract: localized(
            """
            Say what a file on a stick is, for whom, and, if it is for this file, what it holds. Takes nothing.
            """),
        discussion: Help.discussion(
            localized(
                """
                The outside of a bundle can be read by anybody: what it is, of which ambito and comune, when it was \
                made. The inside is sealed for one recipient, and its sender cannot read it either. With --json every \
                record in it is shown.
                """),
            examples: """
                  zona bundle inspect /media/stick/for-narni.zona
                  zona bundle inspect /media/stick/for-narni.zona --file narni.sqlite --json
                """))

    @Argument(help: ArgumentHelp(localized("The file."), valueName: "file"))
    var path: String

    @OptionGroup var options: GlobalOptions

    func run() throws {
        // No replica is needed for the outside.
        let isHere = FileManager.default.fileExists(atPath: options.path)
        let store = isHere ? try ReplicaStore(path: options.path) : nil
        let key = store == nil ? nil : try? ReplicaKey.load(for: options.path)
        let inspection = try StickInspection(path, keys: key.map { [$0.openingKey] } ?? [])
        if options.json {
            try inspection.json(catalog: store?.catalog) { print($0, terminator: "") }
        } else {
            print(SafeText.lines(StickWords.text(inspection, moment: { Moment.inWords($0) })))
        }
    }
}
