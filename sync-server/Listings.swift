import ArgumentParser
import HubService
import HubStore
import SyncCore

struct Replicas: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "List the replicas: whose they are, when they were last here, what they have.",
        discussion: """
            A file that was copied, put back from a backup, or met a restored hub goes on under a new number: its
            former ones are listed with --all, and always as JSON.

            Examples:
              zona-server replicas --data /srv/zona --ambito UMB-11
              zona-server replicas --all --json
            """)

    @OptionGroup var common: CommonOptions
    @OptionGroup var ambito: AmbitoOptions
    @Flag(help: "Former numbers of files that go on under another one, too.")
    var all = false

    func run() throws {
        try answering {
            let replicas = try ambito.open(common).replicas().filter { !$0.isInside }
            guard !common.json else {
                try Answer.show([
                    "replicas": replicas.map { replica -> [String: Any] in
                        var line: [String: Any] = [
                            "number": "\(replica.number)", "comune": replica.comuneName, "capofila": replica.isCapofila,
                            "stored": replica.storedCounter, "folded": replica.foldedCounter, "cursor": replica.cursor,
                            "enrolled_at": replica.enrolledAt, "clock_offset_ms": replica.clockOffset,
                        ]
                        line["last_contact"] = replica.lastContact
                        line["last_complete"] = replica.lastComplete
                        line["revoked_at"] = replica.revokedAt
                        line["retired_at"] = replica.retiredAt
                        line["superseded_at"] = replica.supersededAt
                        return line
                    }
                ])
                return
            }
            let shown = replicas.filter { all || $0.supersededAt == nil || $0.revokedAt != nil }
            for replica in shown {
                var marks = replica.isCapofila ? " (capofila)" : ""
                if replica.revokedAt != nil { marks += " REVOKED" }
                if let retired = replica.retiredAt { marks += " RETIRED \(Answer.moment(retired))" }
                if replica.supersededAt != nil { marks += " goes on under another number" }
                Answer.show(
                    "\(replica.number)  \(replica.comuneName)\(marks): last whole sync "
                        + "\(Answer.moment(replica.lastComplete)), \(replica.foldedCounter) "
                        + "change\(replica.foldedCounter == 1 ? "" : "s") taken")
            }
            let hidden = replicas.count - shown.count
            if hidden > 0 { Answer.show("\(hidden) former number\(hidden == 1 ? "" : "s") of these files: --all") }
            if replicas.isEmpty { Answer.show("No replica yet. Next: zona-server invite --comune …") }
        }
    }
}

struct Revoke: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Shut a replica out: a PC that was lost or stolen. What it sent stays.",
        discussion:
            "It is its key that is shut out, and with it every number that files with this key have had.\n\n"
            + "Example:\n  zona-server revoke 3c9x… --data /srv/zona --ambito UMB-11")

    @OptionGroup var common: CommonOptions
    @OptionGroup var ambito: AmbitoOptions
    @Argument(help: "The replica's number, or the beginning of it, as `replicas` shows it.")
    var number: String

    func run() throws {
        try answering {
            let store = try ambito.open(common)
            let replica = try store.replica(startingWith: number)
            let before = Set(try store.replicas().filter { $0.revokedAt == nil }.map(\.number))
            try store.revoke(replica.number, now: Answer.now)
            let all = try store.replicas().filter { $0.revokedAt != nil && before.contains($0.number) }.map(\.number)
            if common.json {
                try Answer.show([
                    "revoked": "\(replica.number)", "comune": replica.comuneName, "numbers": all.map { "\($0)" },
                ])
                return
            }
            let others = all.filter { $0 != replica.number }
            Answer.show("Replica \(replica.number) of \(replica.comuneName) is shut out.")
            if !others.isEmpty {
                Answer.show(
                    "With it go the other numbers of its key, of this file and of copies of it: "
                        + others.map { "\($0)" }.joined(separator: ", "))
            }
            Answer.show("A new code: zona-server invite")
        }
    }
}

struct Conflicts: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "List the open conflicts of an ambito.",
        discussion: """
            They are decided on a replica: zona conflicts resolve.

            Example:
              zona-server conflicts --data /srv/zona
            """
    )

    @OptionGroup var common: CommonOptions
    @OptionGroup var ambito: AmbitoOptions

    func run() throws {
        try answering {
            let conflicts = try ambito.open(common).openConflicts()
            func text(_ conflict: HubConflict, _ column: String) -> String {
                if case .text(let bytes) = conflict.values[column] { return String(decoding: bytes, as: UTF8.self) }
                return ""
            }
            guard !common.json else {
                try Answer.show([
                    "conflicts": conflicts.map { conflict -> [String: Any] in
                        [
                            "id": "\(conflict.id)", "table": conflict.table, "record": "\(conflict.recordID)",
                            "columns": text(conflict, "columns").split(separator: ",").map(String.init),
                            "kind": text(conflict, "kind"),
                            "rule": text(conflict, "rule"), "contested": conflict.values["contested"] == .integer(1),
                        ]
                    }
                ])
                return
            }
            for conflict in conflicts {
                let what = text(conflict, "columns")
                let contested = conflict.values["contested"] == .integer(1) ? "  CONTESTED" : ""
                Answer.show(
                    "\("\(conflict.id)".prefix(13))  \(text(conflict, "kind"))  \(conflict.table)"
                        + "\(what.isEmpty ? "" : ".\(what)")  \("\(conflict.recordID)".prefix(13))\(contested)")
            }
            if conflicts.isEmpty { Answer.show("No open conflict.") }
        }
    }
}
