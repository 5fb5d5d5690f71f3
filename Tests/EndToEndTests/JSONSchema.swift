import Foundation

/// As much of JSON Schema as `docs/json.schema.json` uses. A member that the schema does not name is a fault, too:
/// what a command tells is written down.
struct JSONSchema {
    private let root: [String: Any]

    init(file: String) throws {
        let data = try Data(contentsOf: URL(filePath: file))
        root = try JSONSerialization.jsonObject(with: data) as? [String: Any] ?? [:]
    }

    /// The faults of a document under a definition, each with its path.
    func faults(of text: String, under definition: String) throws -> [String] {
        let document = try JSONSerialization.jsonObject(with: Data(text.utf8))
        return faults(document, ["$ref": "#/$defs/\(definition)"], at: definition)
    }

    private func faults(_ value: Any, _ schema: [String: Any], at path: String) -> [String] {
        if let reference = schema["$ref"] as? String {
            let name = reference.replacing("#/$defs/", with: "")
            guard let target = (root["$defs"] as? [String: Any])?[name] as? [String: Any] else {
                return ["\(path): there is no definition \(name)"]
            }
            return faults(value, target, at: path)
        }
        if let choices = schema["anyOf"] as? [[String: Any]] {
            let all = choices.map { faults(value, $0, at: path) }
            return all.contains(where: \.isEmpty) ? [] : all.flatMap { $0 }
        }
        if let allowed = schema["enum"] as? [String] {
            return allowed.contains { $0 == value as? String } ? [] : ["\(path): \(value) is none of \(allowed)"]
        }
        let types = (schema["type"] as? [String]) ?? (schema["type"] as? String).map { [$0] } ?? []
        guard types.isEmpty || types.contains(where: { Self.is(value, $0) }) else {
            return ["\(path): \(value) is no \(types)"]
        }
        if let pattern = schema["pattern"] as? String, let text = value as? String {
            return text.range(of: pattern, options: .regularExpression) == nil ? ["\(path): \(text)"] : []
        }
        if let items = schema["items"] as? [String: Any], let array = value as? [Any] {
            return array.enumerated().flatMap { faults($1, items, at: "\(path)[\($0)]") }
        }
        guard let object = value as? [String: Any] else { return [] }
        let missing = (schema["required"] as? [String] ?? []).filter { object[$0] == nil }
        let properties = schema["properties"] as? [String: [String: Any]] ?? [:]
        let others = schema["additionalProperties"] as? [String: Any]
        return missing.map { "\(path): \($0) is missing" }
            + object.sorted { $0.key < $1.key }.flatMap { key, member in
                guard let schema = properties[key] ?? others else {
                    return types.isEmpty ? [] : ["\(path): \(key) is not written down"]
                }
                return faults(member, schema, at: "\(path).\(key)")
            }
    }

    private static func `is`(_ value: Any, _ type: String) -> Bool {
        switch type {
        case "null": value is NSNull
        case "string": value is String
        case "array": value is [Any]
        case "object": value is [String: Any]
        case "boolean": isBoolean(value)
        case "integer": value is Int && !isBoolean(value)
        case "number": value is Double && !isBoolean(value)
        default: false
        }
    }

    private static func isBoolean(_ value: Any) -> Bool {
        guard let number = value as? NSNumber else { return false }
        return String(cString: number.objCType) == "c" || String(cString: number.objCType) == "B"
    }
}
