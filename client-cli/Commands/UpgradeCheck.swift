import ArgumentParser
import Foundation
import Platform
import ReplicaStore
import ReplicaSync
import Schema
import Texts

/// `zona upgrade-check`.
struct UpgradeCheck: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "upgrade-check",
        abstract: localized("Say what this program would do to the file, before or after an upgrade."),
        discussion: localized(
            """
            Looks at the file without bringing it up: which schema it has and which this program knows, what the \
            upgrade would do, whether there is room for it, when the last backup was made, and what waits to be sent \
            (an upgrade does not touch it). A file that is up to date is also shown to the hub, unless --offline: \
            whether the hub knows its schema. The hub is upgraded first, then the replicas, in any order. Exit code 9 \
            when something must be done first.

            EXAMPLES
              zona upgrade-check
              /opt/zona-new/bin/zona upgrade-check --file narni.sqlite
            """))

    @Flag(help: ArgumentHelp(localized("Do not ask the hub.")))
    var offline = false

    @OptionGroup var network: NetworkOptions
    @OptionGroup var options: GlobalOptions

    func run() async throws {
        let path = options.path
        guard FileManager.default.fileExists(atPath: path) else {
            throw CommandFailure(
                .file, "no-replica", localized("there is no replica at \(path): name it with --file or ZONA_FILE"))
        }
        let facts = try ReplicaStore.facts(ofCopy: path)
        let hub = facts.isDue || facts.isNewer || offline ? nil : try await askHub(path)
        let checks = [
            Self.schema(facts), Self.damage(facts), Self.room(path, facts), Self.waiting(facts),
            Self.backup(path, facts),
            Self.service(path, facts), Self.hub(hub, facts),
        ]
        let answer = Answer(isJSON: options.json)
        answer.give(
            .object([
                "file": .text(path), "file_schema": .integer(facts.schemaVersion),
                "program_schema": .integer(Schema.version), "due": .bool(facts.isDue), "newer": .bool(facts.isNewer),
                "well": .bool(!checks.contains { $0.state == .fault }), "checks": .array(checks.map(\.json)),
            ])
        ) { checks.flatMap(\.lines).joined(separator: "\n") }
        if let fault = checks.first(where: { $0.state == .fault }) {
            throw CommandFailure(.differs, "differs", fault.remedy ?? fault.says)
        }
    }

    private func askHub(_ path: String) async throws -> Result<HubCheck.Answer, SyncFault> {
        let store = try ReplicaStore(path: path)
        var settings = network.settings
        settings.connectTimeout = .seconds(6)
        settings.stallTimeout = .seconds(6)
        let asked = settings
        do {
            return .success(try await Interruption.cancels { try await HubCheck(store: store, settings: asked).run() })
        } catch let fault as SyncFault {
            return .failure(fault)
        }
    }

    private static func schema(_ facts: CopyFacts) -> DoctorCheck {
        if facts.isNewer {
            return DoctorCheck(
                "schema", .fault,
                localized("the file has schema \(facts.schemaVersion), this program knows \(Schema.version)"),
                remedy: localized("the file is of a newer Zona: install that one, this program refuses the file"))
        }
        guard facts.isDue else {
            return DoctorCheck(
                "schema", .ok, localized("\(facts.schemaVersion), as this program has it: nothing to do"))
        }
        return DoctorCheck(
            "schema", .attention,
            localized(
                """
                the file has schema \(facts.schemaVersion), this program \(Schema.version): the first command that \
                opens it brings it up, all or nothing; the earlier program then refuses it
                """),
            remedy: localized(
                "upgrade the hub first; then any command here, and `zona sync`, which brings everything once"))
    }

    private static func damage(_ facts: CopyFacts) -> DoctorCheck {
        facts.damage.isEmpty
            ? DoctorCheck("file", .ok, localized("sound", context: "doctor"))
            : DoctorCheck(
                "file", .fault, facts.damage.prefix(3).map { SafeText.line($0) }.joined(separator: "\n"),
                remedy: localized("mend this before any upgrade: `zona doctor` says how"))
    }

    private static func room(_ path: String, _ facts: CopyFacts) -> DoctorCheck {
        let folder = (path as NSString).deletingLastPathComponent
        let system = try? FileManager.default.attributesOfFileSystem(forPath: folder.isEmpty ? "." : folder)
        let file = try? FileManager.default.attributesOfItem(atPath: path)
        let free = (system?[.systemFreeSize] as? NSNumber)?.int64Value ?? 0
        // A log as large as the file, and a backup of it.
        let needed = 2 * ((file?[.size] as? NSNumber)?.int64Value ?? 0)
        let found = localized("\(Words.bytes(free)) free, \(Words.bytes(needed)) are enough")
        return free >= needed
            ? DoctorCheck("disk", .ok, found)
            : DoctorCheck("disk", .fault, found, remedy: localized("make room before the upgrade"))
    }

    private static func waiting(_ facts: CopyFacts) -> DoctorCheck {
        DoctorCheck(
            "records", .ok,
            facts.pendingRecords == 0
                ? localized("nothing waits to be sent")
                : localized(
                    facts.pendingRecords,
                    one: "\(facts.pendingRecords) waits to be sent, and an upgrade leaves it alone",
                    other: "\(facts.pendingRecords) wait to be sent, and an upgrade leaves them alone"))
    }

    private static func backup(_ path: String, _ facts: CopyFacts) -> DoctorCheck {
        let note = BackupNote(of: path)
        let last =
            note.map { localized("last backup \(Moment.distance($0.madeAt, Moment.now()))") }
            ?? localized("no backup", context: "doctor")
        let isFresh = Moment.now() - (note?.madeAt ?? 0) < 86_400_000
        guard facts.isDue && !isFresh else { return DoctorCheck("backup", .ok, last) }
        return DoctorCheck(
            "backup", .attention, last,
            remedy: localized("with the earlier program: `zona backup`; there is no other way back from an upgrade"))
    }

    private static func service(_ path: String, _ facts: CopyFacts) -> DoctorCheck {
        guard ServiceLock.holder(of: path) != nil else { return DoctorChecks.service(path) }
        return DoctorCheck(
            "service", .ok, localized("runs; it ends at an upgrade of the file and is started anew by systemd"))
    }

    private static func hub(_ asked: Result<HubCheck.Answer, SyncFault>?, _ facts: CopyFacts) -> DoctorCheck {
        switch asked {
        case nil: DoctorCheck("network", .ok, localized("the hub was not asked"))
        case .success: DoctorCheck("network", .ok, localized("the hub knows schema \(facts.schemaVersion)"))
        case .failure(let fault) where fault.code == .hubTooOld:
            DoctorCheck("network", .fault, CauseText.words(fault.cause), remedy: SafeText.line(fault.context))
        case .failure(let fault):
            DoctorCheck("network", .attention, CauseText.words(fault.cause), remedy: SafeText.line(fault.context))
        }
    }
}
