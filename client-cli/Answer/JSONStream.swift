/// A JSON document with one array that is printed as its elements come: none is held. The same text as `JSONValue`
/// makes of it.
struct JSONStream {
    private let after: [(key: String, value: JSONValue)]
    private let print: (String) throws -> Void
    private var isEmpty = true

    /// Prints what stands before the array. The members are put in order around it, as `JSONValue` does.
    init(
        _ members: [String: JSONValue], array name: String,
        print: @escaping (String) throws -> Void = { Swift.print($0, terminator: "") }
    ) throws {
        func isBefore(_ left: String, _ right: String) -> Bool {
            left.utf8.lexicographicallyPrecedes(right.utf8)
        }
        let sorted = members.sorted { isBefore($0.key, $1.key) }
        self.print = print
        after = sorted.filter { !isBefore($0.key, name) }
        var text = "{\n"
        for member in sorted where isBefore(member.key, name) { text += Self.line(member) + ",\n" }
        try print(text + "  \"\(name)\": [")
    }

    mutating func append(_ element: JSONValue) throws { try append(Self.text(of: element)) }

    /// An element that was made into text before.
    mutating func append(_ text: String) throws {
        try print((isEmpty ? "\n    " : ",\n    ") + text)
        isEmpty = false
    }

    static func text(of element: JSONValue) -> String {
        var text = ""
        element.write(to: &text, indent: 4)
        return text
    }

    func end() throws {
        var text = isEmpty ? "]" : "\n  ]"
        for member in after { text += ",\n" + Self.line(member) }
        try print(text + "\n}\n")
    }

    private static func line(_ member: (key: String, value: JSONValue)) -> String {
        var text = "  \"\(member.key)\": "
        member.value.write(to: &text, indent: 2)
        return text
    }
}

extension JSONValue {
    /// The document in one line, as JSON Lines have it.
    var line: String {
        switch self {
        case .array(let values): return "[" + values.map(\.line).joined(separator: ",") + "]"
        case .object(let members):
            let sorted = members.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
            return "{" + sorted.map { JSONValue.text($0.key).line + ":" + $0.value.line }.joined(separator: ",") + "}"
        case .null, .bool, .integer, .real, .text: return encoded
        }
    }
}
