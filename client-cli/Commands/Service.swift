import ArgumentParser
import Texts

/// `zona service`.
struct Service: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: localized("Capture and synchronise in the background, so that nobody has to think of it."),
        discussion: Help.discussion(
            localized(
                """
                The service looks every minute what was written here, sends it as soon as it can, and asks every \
                quarter of an hour what the others have written. Without a line it tries again by itself, and soon \
                when the network comes back. Everybody may go on working in the file meanwhile, with Zona or any other \
                program.
                """),
            examples: """
                  zona service install
                  zona service status
                  zona service run --file narni.sqlite
                  zona service uninstall
                """),
        subcommands: [ServiceRun.self, ServiceInstall.self, ServiceUninstall.self, ServiceStatus.self])
}
