import Foundation

/// Whether this PC's network has changed since it was last asked: its routes, as Linux tells them. They change when a
/// cable is plugged in, a wireless network is joined, a modem dials.
struct NetworkWatch {
    private var known = Self.routes()

    mutating func hasChanged() -> Bool {
        let now = Self.routes()
        defer { known = now }
        return now != known
    }

    /// Interface, destination and gateway of each route: the rest of a line counts uses.
    private static func routes() -> [String] {
        let lines = ["/proc/net/route", "/proc/net/ipv6_route"].flatMap { path in
            (FileManager.default.contents(atPath: path) ?? Data()).split(separator: UInt8(ascii: "\n"))
        }
        return lines.map { line in
            let words = String(decoding: line, as: UTF8.self).split(whereSeparator: \.isWhitespace)
            return words.count > 9
                ? [words[0], words[1], words[4], words[words.count - 1]].joined(separator: " ")
                : words.prefix(3).joined(separator: " ")
        }.sorted()
    }
}
