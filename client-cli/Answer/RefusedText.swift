import ReplicaStore
import SyncCore
import Texts

/// A refused change in words and as JSON.
enum RefusedText {
    static func operation(_ change: RefusedChange) -> String {
        switch change.operation {
        case .insert: "insert"
        case .update: "update"
        case .delete: "delete"
        }
    }

    /// The same for people.
    static func what(_ change: RefusedChange) -> String {
        switch change.operation {
        case .insert: localized("insert", context: "operation")
        case .update: localized("update", context: "operation")
        case .delete: localized("delete", context: "operation")
        }
    }

    /// Why, and what to do about it.
    static func reason(_ change: RefusedChange) -> String {
        let field = change.detail.isEmpty ? "" : " (\(change.detail))"
        return switch change.reason {
        case .outOfScope: localized("the record belongs to another comune")
        case .notYours: localized("this is not yours to write\(field): ask whoever writes it")
        case .notValid: localized("a value is not allowed\(field): mend it and write it again")
        case .noSuchRecord: localized("the hub does not have this record: add it anew if it is still wanted")
        case .appendOnly: localized("rows of this table are only added: correct it with a new row")
        case .unknown:
            localized("the hub does not know this table or column\(field): its program is older or newer than yours")
        case .withItsAction:
            localized(
                """
                another change of the same command was refused: mend that one, then write both again together
                """)
        case .ownerChanged: localized("the owner of a record never changes\(field): add a new record instead")
        case .wrongID: localized("the id is not the one that the key makes: add the row again without an id")
        case .undone: localized("it was written past Zona's checks, and `zona doctor --undo` took it back")
        case .reverted: localized("`zona revert` took it back before it was synced")
        case .incomplete: localized("the rest of this record never reached the hub: add it anew")
        case .replaced:
            localized(
                """
                a sync brought the hub's values: these were here before, and perhaps nobody else has them; write them \
                again if they are right
                """)
        }
    }

    static func json(_ change: RefusedChange) -> JSONValue {
        var values: [String: JSONValue] = [:]
        for value in change.values { values[value.column] = ValueText.json(value.value) }
        return .object([
            "id": .text(change.dot.description), "table": .text(change.table),
            "record_id": .text(change.id.description),
            "operation": .text(operation(change)), "values": .object(values), "author": .text(change.author),
            "changed": .array(change.values.filter(\.isChanged).map { .text($0.column) }),
            "reason": .text(change.reason.name), "detail": .text(change.detail), "message": .text(reason(change)),
            "refused_at": .integer(change.refusedAt),
        ])
    }
}
