/// A text for people, as it stands in the code: English, with what was put into it apart. The English pattern is its
/// key in the catalogue, with `{1}`, `{2}` in the places of what varies, so that another language may order them
/// otherwise.
package struct Phrase: ExpressibleByStringInterpolation, Sendable {
    let key: String
    let arguments: [String]

    package init(stringLiteral value: String) {
        key = value
        arguments = []
    }

    package init(stringInterpolation: StringInterpolation) {
        key = stringInterpolation.key
        arguments = stringInterpolation.arguments
    }

    package struct StringInterpolation: StringInterpolationProtocol {
        var key = ""
        var arguments: [String] = []

        package init(literalCapacity: Int, interpolationCount: Int) {
            key.reserveCapacity(literalCapacity + 3 * interpolationCount)
            arguments.reserveCapacity(interpolationCount)
        }

        package mutating func appendLiteral(_ literal: String) { key += literal }

        package mutating func appendInterpolation(_ value: some Any) {
            arguments.append("\(value)")
            key += "{\(arguments.count)}"
        }
    }

    /// A pattern with the arguments in their places. A place that has no argument stays as it is.
    func filling(_ pattern: String) -> String {
        guard !arguments.isEmpty else { return pattern }
        var text = ""
        var rest = Substring(pattern)
        while let open = rest.firstIndex(of: "{") {
            text += rest[..<open]
            let after = rest.index(after: open)
            if let close = rest[after...].firstIndex(of: "}"), let place = Int(rest[after..<close]),
                arguments.indices.contains(place - 1)
            {
                text += arguments[place - 1]
                rest = rest[rest.index(after: close)...]
            } else {
                text += "{"
                rest = rest[after...]
            }
        }
        return text + rest
    }
}

/// A text in the language of the program (`Language.use`); in English where the catalogue does not have it.
///
/// - Parameter context: tells apart two texts that are the same in English and not elsewhere. A literal.
package func localized(_ phrase: Phrase, context: StaticString? = nil) -> String {
    let key = context.map { "\($0)\u{4}\(phrase.key)" } ?? phrase.key
    return phrase.filling(Language.catalogue?.text(for: key, plural: false) ?? phrase.key)
}

/// A text that counts: `localized(rows, one: "\(rows) row", other: "\(rows) rows")`.
package func localized(_ count: Int, one: Phrase, other: Phrase) -> String {
    let isOne = count == 1
    let phrase = isOne ? one : other
    return phrase.filling(Language.catalogue?.text(for: one.key, plural: !isOne) ?? phrase.key)
}
