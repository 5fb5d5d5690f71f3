import Foundation
import Texts

/// When the hub's certificate is valid.
///
/// The pin is the hub's key, so dates never stop a sync; people are told what is odd about them.
struct CertificateDates: Sendable {
    private let from: Int64
    private let to: Int64

    /// Reads dates as libcurl writes them (`Nov 25 06:55:45 2026 GMT`); nothing when they cannot be read.
    init?(from: String?, to: String?) {
        let formatter = DateFormatter()
        formatter.locale = Locale(identifier: "en_US_POSIX")
        formatter.timeZone = TimeZone(secondsFromGMT: 0)
        formatter.dateFormat = "MMM d HH:mm:ss yyyy 'GMT'"
        func milliseconds(_ text: String?) -> Int64? {
            text.flatMap { formatter.date(from: $0.replacing("  ", with: " ")) }
                .map { Int64($0.timeIntervalSince1970 * 1000) }
        }
        guard let from = milliseconds(from), let to = milliseconds(to) else { return nil }
        self.from = from
        self.to = to
    }

    /// What to tell, if anything.
    ///
    /// - Parameters:
    ///   - now: this PC's clock, Unix milliseconds.
    ///   - offset: milliseconds to add to it to get the hub's.
    func note(now: Int64, offset: Int64) -> String? {
        if isValid(at: now) { return nil }
        if isValid(at: now + offset) {
            return localized(
                """
                this PC's date is wrong: it makes the hub's certificate look invalid to other programs. Zona \
                goes on, because the hub's key is the right one. Set the PC's clock
                """)
        }
        return localized(
            """
            the hub's certificate has expired. Zona goes on, because the hub's key is the same. Tell the \
            technician
            """)
    }

    private func isValid(at time: Int64) -> Bool {
        time >= from && time <= to
    }
}
