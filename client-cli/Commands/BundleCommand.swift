import ArgumentParser
import Texts

/// `zona bundle`.
struct BundleCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bundle",
        abstract: localized("Sync by stick: write a bundle for the hub, take in what comes back, look into a file."),
        discussion: Help.discussion(
            localized(
                """
                A bundle holds what the other side lacks, signed, and sealed for its one recipient: whoever finds the \
                stick cannot read it, and what was altered or cut off is noticed. Stick and network may be mixed in \
                any order, and any file may be taken twice.
                """),
            examples: """
                  zona bundle export /media/stick
                  zona bundle import /media/stick/for-narni.zona
                  zona bundle inspect /media/stick/for-narni.zona
                """),
        subcommands: [BundleExport.self, BundleImport.self, BundleInspect.self])
}
