import ArgumentParser
import Platform
import ReplicaSync
import Texts

/// The options of the commands that use the network.
struct NetworkOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            localized(
                """
                The proxy, as http://user:password@host:port. Default: ZONA_PROXY, else what the system says.
                """),
            valueName: "address"))
    var proxy: String?

    var settings: SyncSettings {
        SyncSettings(proxy: proxy ?? Environment.value("ZONA_PROXY"))
    }
}
