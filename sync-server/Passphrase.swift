import ArgumentParser
import Foundation

/// The passphrase of a backup's keys: from a file, from ZONA_PASSPHRASE, or typed on a terminal. Never an argument,
/// which every user of the machine could read.
struct PassphraseOptions: ParsableArguments {
    @Option(help: "A file with the passphrase of the backup's keys (or ZONA_PASSPHRASE; asked for on a terminal).")
    var passphraseFile: String?

    /// - Parameter confirms: asks twice on a terminal.
    func passphrase(confirms: Bool = false) throws -> String {
        if let passphraseFile {
            guard let data = FileManager.default.contents(atPath: passphraseFile) else {
                throw Failure(.file, "file", "\(passphraseFile) cannot be read: check the path")
            }
            return try usable(String(decoding: data, as: UTF8.self).trimmingCharacters(in: .newlines))
        }
        if let given = ProcessInfo.processInfo.environment["ZONA_PASSPHRASE"] { return try usable(given) }
        guard isatty(STDIN_FILENO) == 1, let typed = getpass("Passphrase of the backup's keys: ") else {
            throw Failure(
                .usage, "usage", "which passphrase? Give --passphrase-file FILE, or set ZONA_PASSPHRASE")
        }
        let passphrase = String(cString: typed)
        if confirms, let again = getpass("The same again: "), String(cString: again) != passphrase {
            throw Failure(.badValue, "bad-passphrase", "the two are not the same: nothing was done")
        }
        return try usable(passphrase)
    }

    private func usable(_ passphrase: String) throws -> String {
        guard passphrase.utf8.count >= 12 else {
            throw Failure(
                .badValue, "bad-passphrase",
                "a passphrase has at least 12 bytes: four words taken at random are easy to keep and hard to guess")
        }
        return passphrase
    }
}
