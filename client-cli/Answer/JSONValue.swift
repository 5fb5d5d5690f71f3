/// A JSON document. Integers and reals are written exactly, keys sorted by their bytes.
enum JSONValue: Sendable {
    case null
    case bool(Bool)
    case integer(Int64)
    case real(Double)
    case text(String)
    case array([JSONValue])
    case object([String: JSONValue])

    static func integer(_ value: Int) -> JSONValue { .integer(Int64(value)) }

    /// The text, or null.
    static func optional(_ text: String?) -> JSONValue { text.map(JSONValue.text) ?? .null }
    static func optional(_ integer: Int64?) -> JSONValue { integer.map { .integer($0) } ?? .null }

    var encoded: String {
        var text = ""
        write(to: &text, indent: 0)
        return text
    }

    /// - Parameter indent: of the lines inside.
    func write(to target: inout String, indent: Int) {
        switch self {
        case .null: target += "null"
        case .bool(let value): target += value ? "true" : "false"
        case .integer(let value): target += String(value)
        // JSON knows no infinity; as text it is not mistaken for a missing value.
        case .real(let value): target += value.isFinite ? value.description : "\"\(value)\""
        case .text(let value): Self.write(value, to: &target)
        case .array(let values):
            Self.list(values.count, "[", "]", to: &target, indent: indent) { index, target in
                values[index].write(to: &target, indent: indent + 2)
            }
        case .object(let members):
            let sorted = members.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
            Self.list(sorted.count, "{", "}", to: &target, indent: indent) { index, target in
                Self.write(sorted[index].key, to: &target)
                target += ": "
                sorted[index].value.write(to: &target, indent: indent + 2)
            }
        }
    }

    private static func list(
        _ count: Int, _ open: String, _ close: String, to target: inout String, indent: Int,
        _ item: (Int, inout String) -> Void
    ) {
        target += open
        for index in 0..<count {
            target += index == 0 ? "\n" : ",\n"
            target += String(repeating: " ", count: indent + 2)
            item(index, &target)
        }
        if count > 0 { target += "\n" + String(repeating: " ", count: indent) }
        target += close
    }

    /// Control and format characters are escaped, too, so that a document shown on a terminal cannot drive it.
    static func write(_ text: String, to target: inout String) {
        target += "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": target += "\\\""
            case "\\": target += "\\\\"
            case "\n": target += "\\n"
            case "\r": target += "\\r"
            case "\t": target += "\\t"
            default:
                guard SafeText.isDangerous(scalar) else {
                    target.unicodeScalars.append(scalar)
                    continue
                }
                for unit in String(scalar).utf16 {
                    let digits = String(unit, radix: 16)
                    target += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
                }
            }
        }
        target += "\""
    }
}
