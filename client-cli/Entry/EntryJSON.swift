import DataDesk
import Foundation
import ReplicaStore
import SyncCore
import Texts

/// Records as JSON: an object of values by column, or an array of such objects. An object of `zona show --json`, with
/// its id and values, does as well.
enum EntryJSON {
    /// One value as JSON has it; numbers keep their digits apart from fractions.
    private enum Node: Decodable {
        case null
        case bool(Bool)
        case integer(Int64)
        case real(Double)
        case text(String)
        case array([Node])
        case object([String: Node])

        init(from decoder: any Decoder) throws {
            if let members = try? decoder.container(keyedBy: Key.self) {
                var object: [String: Node] = [:]
                for key in members.allKeys { object[key.stringValue] = try members.decode(Node.self, forKey: key) }
                self = .object(object)
                return
            }
            if var items = try? decoder.unkeyedContainer() {
                var array: [Node] = []
                while !items.isAtEnd { array.append(try items.decode(Node.self)) }
                self = .array(array)
                return
            }
            let value = try decoder.singleValueContainer()
            if value.decodeNil() {
                self = .null
            } else if let bool = try? value.decode(Bool.self) {
                self = .bool(bool)
            } else if let integer = try? value.decode(Int64.self) {
                self = .integer(integer)
            } else if let real = try? value.decode(Double.self) {
                self = .real(real)
            } else {
                self = .text(try value.decode(String.self))
            }
        }

        var isNull: Bool { if case .null = self { true } else { false } }

        private struct Key: CodingKey {
            let stringValue: String
            var intValue: Int? { nil }
            init(stringValue: String) { self.stringValue = stringValue }
            init?(intValue: Int) { nil }
        }
    }

    /// - Parameters:
    ///   - id: the record to change, where the command names one.
    ///   - isEdit: whether every object must name a record that is there.
    ///   - fields: of the command's words; they come on top of those of each object.
    static func inputs(
        _ path: String, _ table: TableDescription, id: RecordID?, isEdit: Bool,
        adding fields: [(column: Int, input: FieldInput)]
    ) throws -> [EntryInput] {
        let data = try InputFile.bytes(
            path, limit: 64 << 20, tooLarge: localized("\(path) is over 64 MB: give it in parts"))
        let node: Node
        do { node = try JSONDecoder().decode(Node.self, from: data) } catch let error as DecodingError {
            throw bad(localized("\(path) is not JSON: \(reason(error))"))
        }
        if let key = JSONKeys.repeated(in: data) {
            throw bad(localized("\(path) has an object that says \(key) twice: which one is meant?"))
        }
        let objects: [Node]
        if case .array(let items) = node { objects = items } else { objects = [node] }
        guard !objects.isEmpty else { throw bad(localized("\(path) holds no record: give at least one object")) }
        var places: [RecordID: Int] = [:]
        return try CommandFailure.collect(objects.enumerated()) { place, object in
            guard case .object(let members) = object else {
                throw bad(localized("record \(place + 1) of \(path) is no object of values by column"))
            }
            let input = try input(members, table, id: id, isEdit: isEdit, adding: fields, place: place)
            if let id = input.id, let other = places.updateValue(place, forKey: id) {
                throw bad(localized("records \(other + 1) and \(place + 1) are the same one, \(id): give it once"))
            }
            return input
        }
    }

    private static func input(
        _ members: [String: Node], _ table: TableDescription, id: RecordID?, isEdit: Bool,
        adding fields: [(column: Int, input: FieldInput)], place: Int
    ) throws -> EntryInput {
        var values = members
        var named = id
        if case .text(let text)? = members["id"], isEdit {
            guard let given = RecordID(text.lowercased()), id == nil || id == given else {
                throw bad(localized("record \(place + 1): its id is not that of a record to change: \(text)"))
            }
            named = given
        }
        if !isEdit, let id = members["id"], !id.isNull {
            throw bad(
                localized("record \(place + 1) has an id: `zona edit \(table.name) --from-json` changes what is there"))
        }
        if case .object(let inner)? = members["values"] { values = inner }
        values["id"] = nil
        guard named != nil || !isEdit else {
            throw bad(localized("record \(place + 1) has no id: each object names the record that it changes"))
        }
        let read = try CommandFailure.collect(values.sorted { $0.key < $1.key }) { name, node in
            do {
                let column = try Names.column(name, of: table)
                return (column: column, input: try field(node, table.columns[column]))
            } catch let failure as CommandFailure {
                throw CommandFailure(failure.status, failure.code, localized("record \(place + 1): ") + failure.message)
            }
        }
        let columns = read.map(\.column)
        if let twice = columns.first(where: { column in columns.count { $0 == column } > 1 }) {
            throw bad(localized("record \(place + 1): ") + localized("\(table.columns[twice].name) is given twice"))
        }
        let others = read.filter { one in !fields.contains { $0.column == one.column } }
        return EntryInput(id: named, fields: (others + fields).sorted { $0.column < $1.column })
    }

    private static func field(_ node: Node, _ column: ColumnDescription) throws -> FieldInput {
        switch node {
        case .null: return .value(.null)
        case .bool(let bool) where column.format == .boolean: return .value(.integer(bool ? 1 : 0))
        case .integer(let number):
            return column.type == .integer ? .value(.integer(number)) : .text(Array(String(number).utf8))
        case .real(let number) where column.type == .real: return .value(.real(number))
        case .text(let text): return .text(Array(text.utf8))
        case .bool, .real, .array, .object:
            throw bad(
                localized(
                    """
                    \(column.name) (\(column.shownLabel)) takes text, a whole number or null (money in cents, or as \
                    text “1.250,00”)
                    """))
        }
    }

    private static func reason(_ error: DecodingError) -> String {
        switch error {
        case .dataCorrupted(let context), .keyNotFound(_, let context), .typeMismatch(_, let context),
            .valueNotFound(_, let context):
            let underlying = (context.underlyingError as? NSError)?.userInfo["NSDebugDescription"] as? String
            return underlying ?? context.debugDescription
        @unknown default: return "\(error)"
        }
    }

    private static func bad(_ message: String) -> CommandFailure {
        CommandFailure(.badValue, "bad-value", message)
    }
}
