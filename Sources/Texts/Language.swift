import Synchronization

/// A language that people may have the program speak.
package enum Language: String, Sendable, CaseIterable {
    case english = "en"
    case italian = "it"

    /// What texts come out in; English until `use` says otherwise.
    package static var current: Language { chosen.withLock { $0.language } }

    /// The language that was asked for by name, `it` or `en`, also as a locale writes it (`it_IT.UTF-8`).
    package init?(named name: String) {
        let language = name.prefix { $0 != "_" && $0 != "." && $0 != "@" && $0 != "-" }.lowercased()
        self.init(rawValue: language)
    }

    /// The language of an environment, by POSIX's order: the first of LC_ALL, LC_MESSAGES and LANG that is not empty
    /// decides; `LANGUAGE` goes before them as GNU gettext has it, where the locale is not C. English where none of
    /// ours is named.
    package init(environment: [String: String]) {
        func value(_ name: String) -> String? { environment[name].flatMap { $0.isEmpty ? nil : $0 } }
        let locale = value("LC_ALL") ?? value("LC_MESSAGES") ?? value("LANG") ?? "C"
        let isPlain = ["C", "POSIX"].contains(locale.prefix { $0 != "." })
        let preferred = isPlain ? [] : (value("LANGUAGE") ?? "").split(separator: ":").map(String.init)
        self = (preferred + [locale]).lazy.compactMap { Language(named: $0) }.first ?? .english
    }

    /// Makes every text from here on come out in this language. Called once, before anything else is said.
    package func use() {
        let catalogue = self == .english ? nil : Catalogue.italian
        Self.chosen.withLock { $0 = (self, catalogue) }
    }

    /// What stands before the decimals of a number.
    package var decimalMark: String { self == .italian ? "," : "." }

    static var catalogue: Catalogue? { chosen.withLock { $0.catalogue } }

    private static let chosen = Mutex<(language: Language, catalogue: Catalogue?)>((.english, nil))
}
