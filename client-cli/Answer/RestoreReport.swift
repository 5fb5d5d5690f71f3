import ReplicaStore
import ReplicaSync
import SyncCore
import Texts

/// What `zona restore` found, and did if it was told to.
struct RestoreReport {
    let restore: ReplicaRestore
    let path: String
    let isDone: Bool
    /// Where the file that was there lies now.
    let kept: String?
    let now: Int64

    private static let shown = 20

    var json: JSONValue {
        .object([
            "backup": .text(restore.backup.path), "made_at": .integer(restore.backup.manifest.madeAt),
            "file": .text(path), "restored": .bool(isDone), "kept": .optional(kept), "loss": lossJSON,
        ])
    }

    private var lossJSON: JSONValue {
        switch restore.loss {
        case .noFile: .null
        case .unreadable(let why): .object(["unreadable": .text(why)])
        case .known(let loss):
            .object([
                "unsent": .array(
                    loss.unsent.map {
                        .object([
                            "table": .text($0.table), "id": .text($0.id.description), "author": .text($0.author),
                            "changed_at": .integer($0.changedAt),
                        ])
                    }),
                "newer": .array(
                    loss.newer.map {
                        .object([
                            "table": .text($0.table), "written": .integer($0.written), "deleted": .integer($0.deleted),
                        ])
                    }), "refused": .integer(loss.refused),
            ])
        }
    }

    var text: String {
        var lines = [
            localized(
                """
                backup     \(SafeText.line(restore.backup.path)), sound, made \
                \(Moment.inWords(restore.backup.manifest.madeAt, now: now))
                """)
        ]
        lines += lossLines
        if isDone {
            lines.append(localized("restored   \(SafeText.line(path))"))
            if let kept { lines.append(localized("kept       what was there: \(SafeText.line(kept))")) }
            if let kept, case .known(let loss) = restore.loss, !loss.unsent.isEmpty {
                lines.append(
                    localized("rescue     `zona sync --file \(SafeText.line(kept))` sends what it has not sent"))
            }
            lines.append(localized("next       `zona sync`: it brings what was sent since, and takes a new number"))
        } else {
            lines.append(localized("nothing was changed: the same command with --yes restores"))
        }
        return lines.joined(separator: "\n")
    }

    private var lossLines: [String] {
        switch restore.loss {
        case .noFile: return [localized("lost       nothing: there is no file \(SafeText.line(path))")]
        case .unreadable(let why):
            return [
                localized("lost       cannot be told, the file that is there cannot be read: \(SafeText.line(why))")
            ]
        case .known(let loss) where loss.isNothing:
            return [localized("lost       nothing: the file holds what the backup holds")]
        case .known(let loss):
            return lines(loss)
        }
    }

    private func lines(_ loss: CopyLoss) -> [String] {
        var lines: [String] = []
        if loss.unsent.isEmpty {
            lines.append(localized("lost       nothing that was not sent"))
        } else {
            let count = loss.unsent.count
            lines.append(
                isDone
                    ? localized(
                        count, one: "lost       \(count) record that was not sent: it is in the file that is kept",
                        other: "lost       \(count) records that were not sent: they are in the file that is kept")
                    : localized(
                        count, one: "lost       \(count) record that was not sent: `zona sync` first, if it still can",
                        other: "lost       \(count) records that were not sent: `zona sync` first, if it still can"))
            for record in loss.unsent.prefix(Self.shown) {
                lines.append(
                    "           \(record.table) \(record.id), \(SafeText.line(record.author)), "
                        + Moment.local(record.changedAt))
            }
            if count > Self.shown {
                lines.append(localized("           … and \(count - Self.shown) more: --json names them all"))
            }
        }
        if loss.refused > 0 {
            lines.append(
                localized(
                    loss.refused, one: "           \(loss.refused) refused change (`zona refused list`)",
                    other: "           \(loss.refused) refused changes (`zona refused list`)"))
        }
        for table in loss.newer {
            lines.append(
                localized(
                    "comes back \(table.table): \(table.written) written and \(table.deleted) deleted since, at the hub"
                ))
        }
        return lines
    }
}
