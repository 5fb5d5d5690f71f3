/// What a campaign does beside the everyday: which situations it makes, and which it must have made to count.
package struct Campaign: Sendable {
    /// Situations that runs may get into.
    enum Situation: String, Sendable {
        case refuse, scope, rules, touch, revert, crash, stick, clock, keys
        case bundle
        case clone, putBack, restore, oldBackup, lostPC, collect, move, schema, deletes
        /// Work is about the few records that somebody wrote last.
        case near
        /// Copies of a file talk in turn with what they are copies of.
        case twins
        /// A PC goes, or two, and the hub with them: lost, or put back from their backups.
        case fire
        /// Conflicts that were decided or closed are opened again.
        case reopen
        /// Rows of which two may make one that a check does not pass.
        case checks
        /// Clocks of another year, and of another century.
        case centuries
        /// History and the bytes of the log go.
        case prune
        /// Who did not hear the answer to an upload is away for a while.
        case silence
    }

    package let name: String
    let situations: Set<Situation>
    /// What must have happened at least once in the campaign's runs.
    package let promises: [String]

    func has(_ situation: Situation) -> Bool {
        situations.contains(situation)
    }

    /// Whether the next run can begin with the files of this one, their rows put back.
    var leavesFilesAlike: Bool {
        situations.isDisjoint(with: [.refuse, .schema])
    }

    var restoresHub: Bool {
        has(.restore)
    }

    var hasDisasters: Bool {
        !situations.isDisjoint(with: [.clone, .putBack, .restore, .lostPC, .move])
    }

    private static let daily = [
        "insert", "update", "delete", "capture", "conversation", "conflict update", "request lost", "answer lost",
        "upload doubled", "upload late", "upload cut", "pull interrupted", "skipped", "unit of many batches",
        "pull of many pages", "decision", "by another program", "replace", "upsert", "settled", "digest equal",
        "log folded again",
    ]

    package static let all = [
        Campaign(
            name: "base", situations: [], promises: daily + ["conflict edit-delete", "rule manual", "rule ordered"]),
        Campaign(name: "refuse", situations: [.refuse], promises: daily + ["refused", "resubmitted"]),
        Campaign(name: "scope", situations: [.scope], promises: daily + ["refused", "insert over a hidden id"]),
        Campaign(
            name: "rules", situations: [.rules],
            promises: daily + [
                "rule capofila", "rule owner", "rule set", "insert again", "appended", "derived id", "rule fields",
            ]),
        Campaign(
            name: "keys", situations: [.keys],
            promises: daily + [
                "conflict duplicate", "conflict orphan", "merge", "duplicates at rest", "family deleted",
            ]),
        Campaign(name: "touch", situations: [.touch], promises: daily + ["form", "form saved", "form too old"]),
        Campaign(name: "revert", situations: [.revert], promises: daily + ["revert", "skipped row took its place"]),
        Campaign(
            name: "crash", situations: [.crash, .touch],
            promises: daily + [
                "crash of a PC", "crash of the hub", "power cut at a PC", "power cut at the hub",
            ]),
        Campaign(name: "stick", situations: [.stick], promises: daily + ["batch by stick", "page out of turn"]),
        Campaign(name: "clock", situations: [.clock], promises: daily + ["clock stepped"]),
        Campaign(
            name: "clone", situations: [.clone, .stick], promises: daily + ["clone", "forked", "batch by stick"]),
        Campaign(name: "repback", situations: [.putBack], promises: daily + ["PC put back", "forked"]),
        Campaign(
            name: "restore", situations: [.restore],
            promises: daily + ["restore", "restore without a word", "metHub", "copy", "new life of the hub by itself"]),
        Campaign(
            name: "schema", situations: [.schema],
            promises: daily + [
                "PC upgraded", "PC upgraded with work that waits", "hub upgraded", "problem schemaTooNew",
            ]),
        Campaign(
            name: "schemaback", situations: [.schema, .restore, .putBack, .touch],
            promises: daily + ["PC upgraded", "hub upgraded", "restore", "PC put back", "form saved"]),
        Campaign(name: "gc", situations: [.collect], promises: daily + ["collected", "startedAfresh"]),
        Campaign(
            name: "gcrestore", situations: [.collect, .restore, .move],
            promises: daily + ["collected", "startedAfresh", "restore", "copy"]),
        Campaign(name: "lostpc", situations: [.restore, .lostPC], promises: daily + ["PC lost", "restore", "copy"]),
        Campaign(
            name: "oldbackup", situations: [.restore, .oldBackup, .stick],
            promises: daily + ["restore", "batch by stick", "copy"]),
        Campaign(
            name: "both", situations: [.restore, .putBack], promises: daily + ["restore", "PC put back", "copy"]),
        Campaign(
            name: "gone", situations: [.restore, .putBack, .deletes],
            promises: daily + ["restore", "PC put back", "copy", "conflict edit-delete"]),
        Campaign(
            name: "gctouch", situations: [.collect, .touch, .revert, .deletes],
            promises: daily + ["collected", "form saved", "conflict edit-delete", "startedAfresh"]),
        Campaign(
            name: "bundle", situations: [.bundle, .clone, .collect],
            promises: daily + [
                "bundle", "bundle taken", "bundle taken again", "pages by stick", "pages before the cursor",
                "stick refused older", "stick known", "startedAfresh",
            ]),
        Campaign(
            name: "bundleback", situations: [.bundle, .restore],
            promises: daily + ["bundle taken", "pages by stick", "metHub by stick", "restore", "copy"]),
        Campaign(
            name: "all", situations: [.restore, .refuse, .collect, .revert, .touch, .crash],
            promises: daily + ["restore", "refused", "collected", "revert", "form saved", "crash of a PC", "copy"]),
        Campaign(name: "near", situations: [.near, .touch, .deletes], promises: daily + ["form saved"]),
        Campaign(
            name: "nearback", situations: [.near, .restore, .deletes, .silence],
            promises: daily + ["restore", "copy", "silence", "conflict restored"]),
        Campaign(
            name: "nearbad", situations: [.near, .restore, .refuse],
            promises: daily + ["restore without a word", "copy", "refused", "copy written over"]),
        Campaign(
            name: "fire", situations: [.near, .restore, .lostPC, .deletes, .fire],
            promises: daily + ["fire", "restore", "copy", "PC lost"]),
        Campaign(
            name: "neargone", situations: [.near, .restore, .putBack, .deletes, .fire],
            promises: daily + ["fire", "restore", "copy", "PC put back"]),
        Campaign(
            name: "twins", situations: [.clone, .twins, .near, .stick],
            promises: daily + ["clone", "forked", "talked between", "batch by stick", "batch over another"]),
        Campaign(name: "reopen", situations: [.reopen], promises: daily + ["reopened", "reopened at rest"]),
        Campaign(name: "checks", situations: [.checks], promises: daily + ["conflict invalid", "invalid at rest"]),
        Campaign(
            name: "centuries", situations: [.clock, .centuries],
            promises: daily + ["clock of 1970", "clock ahead", "clock stepped"]),
        Campaign(name: "prune", situations: [.collect, .prune], promises: daily + ["pruned", "collected"]),
    ]

    /// One of those above, or one of any situations, named by them: `clone,collect`.
    package static func named(_ name: String) -> Campaign? {
        all.first { $0.name == name } ?? Campaign(of: name)
    }
}

extension Campaign {
    /// Any situations together; promises nothing.
    fileprivate init?(of names: String) {
        let situations = names.split(separator: ",").map { Situation(rawValue: String($0)) }
        guard situations.count > 1, !situations.contains(nil) else { return nil }
        self.init(name: names, situations: Set(situations.compactMap(\.self)), promises: [])
    }
}
