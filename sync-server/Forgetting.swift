import ArgumentParser
import HubService
import HubStore
import SyncCore

struct Retire: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Retire a replica that has been silent: deletes wait for it no longer.",
        discussion: """
            The capofila's decision. When it comes again it is taken in with its work, and starts from a fresh
            pull if deletes that it has not seen were forgotten meanwhile.

            Example:
              zona-server retire 3c9x… --data /srv/zona --ambito UMB-11
            """)

    @OptionGroup var common: CommonOptions
    @OptionGroup var ambito: AmbitoOptions
    @Argument(help: "The replica's number, or the beginning of it, as `replicas` shows it.")
    var number: String

    func run() throws {
        try answering {
            let store = try ambito.open(common)
            let replica = try store.replica(startingWith: number)
            try store.retire(replica.number, now: Answer.now)
            if common.json {
                try Answer.show(["retired": "\(replica.number)", "comune": replica.comuneName])
            } else {
                Answer.show(
                    "Replica \(replica.number) of \(replica.comuneName) is retired: deletes wait for it no longer.")
            }
        }
    }
}

struct Collect: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Forget deleted records that every active replica has passed. The night does it by itself.",
        discussion: "Example:\n  zona-server collect --data /srv/zona --ambito UMB-11")

    @OptionGroup var common: CommonOptions
    @OptionGroup var ambito: AmbitoOptions

    func run() throws {
        try answering {
            let summary = try ambito.open(common).collect(now: Answer.now)
            if common.json {
                try Answer.show([
                    "collected": summary.collected, "horizon": summary.horizon, "passed_by_all": summary.floor,
                ])
            } else {
                let what = summary.collected == 1 ? "1 deleted record" : "\(summary.collected) deleted records"
                Answer.show("\(what) forgotten; every active replica has passed place \(summary.floor) of the log")
            }
        }
    }
}

struct NewLife: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "new-life",
        abstract: "Begin a new life of a hub whose file was put back by hand.",
        discussion: """
            `restore` does it by itself. Replicas refuse a hub in a life that they have left; after this they give
            back what it lacks, and compare. Stop the hub first.

            Example:
              zona-server new-life --data /srv/zona --ambito UMB-11
            """)

    @OptionGroup var common: CommonOptions
    @OptionGroup var ambito: AmbitoOptions

    func run() throws {
        try answering {
            let lock = try DataLock(DataFolder(try common.folder()))
            try withExtendedLifetime(lock) {
                let store = try ambito.open(common)
                try store.beginNewLife(now: Answer.now)
                if common.json {
                    try Answer.show(["incarnation": "\(store.incarnation)"])
                } else {
                    Answer.show(
                        "\(store.identity.code) lives anew. Next: zona-server serve; every replica syncs twice.")
                }
            }
        }
    }
}

extension HubStore {
    /// The one replica whose number begins so.
    func replica(startingWith prefix: String) throws -> KnownReplica {
        let found = try replicas().filter { "\($0.number)".hasPrefix(prefix) }
        guard let replica = found.first, found.count == 1 else {
            throw Failure(
                .notFound, "not-found",
                found.isEmpty
                    ? "no replica \(prefix): `zona-server replicas` lists them"
                    : "several replicas begin with \(prefix)")
        }
        return replica
    }
}
