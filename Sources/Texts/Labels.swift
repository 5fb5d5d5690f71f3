extension Catalogue {
    /// The labels of the schema's tables and columns in English, by their Italian: read when the first is asked for.
    package static let englishLabels: Catalogue = {
        var catalogue = Catalogue()
        try? catalogue.read(englishLabelsFile)
        return catalogue
    }()

    package static let englishLabelsFile: [UInt8] = PackageResources.labels_po
}

/// A label of the schema, which is Italian, in the language of the program.
package func localizedLabel(_ italian: String) -> String { localizedLabel(italian, in: .current) }

/// The same in a language.
package func localizedLabel(_ italian: String, in language: Language) -> String {
    guard language != .italian else { return italian }
    return Catalogue.englishLabels.text(for: italian, plural: false) ?? italian
}
