package import ReplicaStore

/// A code list, searched by code or by label, whatever the case, accents and spaces.
package struct CodeList: Sendable {
    package enum Finding: Sendable {
        case found(DeskSession.Code)
        case several([DeskSession.Code])
        /// The codes that may be meant.
        case none([DeskSession.Code])
    }

    package let codes: [DeskSession.Code]
    private let exact: [[UInt8]: Int]
    private let plainCodes: [String: [Int]]
    private let plainLabels: [String: [Int]]

    package init(_ codes: [DeskSession.Code]) {
        self.codes = codes
        exact = Dictionary(codes.enumerated().map { ($1.code, $0) }) { first, _ in first }
        plainCodes = Dictionary(grouping: codes.indices) { Near.plain(codes[$0].code) }
        plainLabels = Dictionary(grouping: codes.indices) { Near.plain(codes[$0].label) }
    }

    package func code(_ code: [UInt8]) -> DeskSession.Code? { exact[code].map { codes[$0] } }

    package func find(_ text: [UInt8]) -> Finding {
        if let place = exact[text] { return .found(codes[place]) }
        let plain = Near.plain(text)
        for known in [plainCodes, plainLabels] {
            guard !plain.isEmpty, let places = known[plain] else { continue }
            return places.count == 1 ? .found(codes[places[0]]) : .several(places.map { codes[$0] })
        }
        return .none(near(text))
    }

    /// The codes whose code or label holds the text; all for an empty one.
    package func holding(_ text: String) -> [DeskSession.Code] {
        let plain = Near.plain(text)
        return codes.filter { Near.plain($0.code).contains(plain) || Near.plain($0.label).contains(plain) }
    }

    private func near(_ text: [UInt8]) -> [DeskSession.Code] {
        let wanted = String(decoding: text, as: UTF8.self)
        let byCode = Near.names(to: wanted, among: codes.map { String(decoding: $0.code, as: UTF8.self) })
        let byLabel = Near.names(to: wanted, among: codes.map { String(decoding: $0.label, as: UTF8.self) })
        let plain = Near.plain(text)
        let part = plain.utf8.count < 3 ? [] : codes.filter { Near.plain($0.label).contains(plain) }
        let named = codes.filter {
            byCode.contains(String(decoding: $0.code, as: UTF8.self))
                || byLabel.contains(String(decoding: $0.label, as: UTF8.self))
        }
        return Array((named + part.filter { !named.contains($0) }).prefix(3))
    }
}

extension DeskSession.Code {
    /// `VOL (Organizzazione di volontariato)`.
    package var text: String { "\(String(decoding: code, as: UTF8.self)) (\(String(decoding: label, as: UTF8.self)))" }

    /// Whether it could be used on a day.
    package func isValid(on day: [UInt8]) -> Bool {
        if let validFrom, day.lexicographicallyPrecedes(validFrom) { return false }
        if let validTo, validTo.lexicographicallyPrecedes(day) { return false }
        return true
    }
}
