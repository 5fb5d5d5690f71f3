package import SyncCore

/// What people call the records of a table: by their names, and by what else tells them apart, as a code.
package struct RecordNames: Sendable {
    package enum Finding: Sendable, Equatable {
        case found(RecordID)
        case several([RecordID])
        /// The names that may be meant.
        case none([String])
    }

    private var byAlias: [String: [(id: RecordID, alias: String)]] = [:]
    private var names: [RecordID: String] = [:]

    package init() {}

    package mutating func add(_ id: RecordID, _ name: String?, _ aliases: [String]) {
        names[id] = name
        for alias in aliases {
            let plain = Near.plain(alias)
            let isKnown = byAlias[plain]?.contains { $0.id == id && $0.alias == alias } == true
            if !plain.isEmpty, !isKnown { byAlias[plain, default: []].append((id, alias)) }
        }
    }

    /// Nothing when no record is called so. Where several are, those with the same accents and signs come first.
    package func find(_ text: String) -> Finding? {
        let plain = Near.plain(text)
        guard !plain.isEmpty, let all = byAlias[plain] else { return nil }
        let same = all.filter { $0.alias.lowercased() == text.lowercased() }
        let ids = Set((same.isEmpty ? all : same).map(\.id)).sorted()
        return ids.count == 1 ? .found(ids[0]) : .several(ids)
    }

    package func name(of id: RecordID) -> String? { names[id] }

    package func near(_ text: String) -> [String] {
        // Comparing with every name of a large table would take longer than the hint is worth.
        guard names.count <= 5_000 else { return [] }
        return Near.names(to: text, among: Set(names.values).sorted())
    }

    /// All records with their names, by name.
    package var all: [(id: RecordID, name: String)] {
        names.map { ($0.key, $0.value) }.sorted { ($0.1, $0.0) < ($1.1, $1.0) }.map { (id: $0.0, name: $0.1) }
    }

    /// A value as part of a name; nothing for what is no name.
    static func text(_ value: Value) -> String? {
        switch value {
        case .integer(let number): String(number)
        case .text(let text) where !text.isEmpty && text.count <= 500: String(decoding: text, as: UTF8.self)
        case .null, .real, .text, .blob: nil
        }
    }
}
