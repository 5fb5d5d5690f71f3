import ArgumentParser
import Foundation
import Platform
import Texts

/// The options of every command.
struct GlobalOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            localized("The replica's file. Default: ZONA_FILE, else zona.sqlite in this folder."), valueName: "path"))
    var file: String?

    @Option(
        name: .customLong("operator"),
        help: ArgumentHelp(
            localized("Who works, for the history. Default: ZONA_OPERATOR, else the system's user."), valueName: "name")
    )
    var operatorName: String?

    @Option(
        help: ArgumentHelp(
            localized("The language of all texts: it or en. Default: the locale's, else en."), valueName: "language"),
        transform: { name in
            guard let language = Language(named: name) else {
                throw ValidationError(localized("the language \(name) is not known: it, en"))
            }
            return language
        })
    var lang: Language?

    @Flag(help: ArgumentHelp(localized("Answer with one JSON document on stdout, errors as JSON on stderr.")))
    var json = false

    /// Where the replica is, whether or not a file is there.
    var path: String {
        file ?? Environment.value("ZONA_FILE") ?? "zona.sqlite"
    }

    /// Whether somebody said which file is meant.
    var isPathGiven: Bool {
        file != nil || Environment.value("ZONA_FILE") != nil
    }

    var author: String {
        operatorName ?? Environment.value("ZONA_OPERATOR") ?? Environment.userName
    }

    /// What is said before the command line is understood is said in this language, too. A name that is none is told
    /// when it is parsed.
    static func language(of arguments: [String]) -> Language {
        let words = arguments.prefix { $0 != "--" }
        let named = words.last { $0.hasPrefix("--lang=") }.map { String($0.dropFirst("--lang=".count)) }
        let next = words.lastIndex(of: "--lang").flatMap { $0 + 1 < words.endIndex ? words[$0 + 1] : nil }
        return (named ?? next).flatMap { Language(named: $0) }
            ?? Language(environment: ProcessInfo.processInfo.environment)
    }
}
