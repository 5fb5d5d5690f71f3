import Foundation

/// Which ways out this PC has now, as the kernel tells: addresses come and go with cables and wireless networks, and
/// the routes with them. Read anew each time; a few microseconds.
package struct NetworkState: Sendable, Equatable {
    /// The interfaces and destinations of all routes but those of the loopback, in order.
    package let routes: [String]

    package var hasRoute: Bool { !routes.isEmpty }

    /// - Parameters:
    ///   - ipv4: the text of `/proc/net/route`; `ipv6`: that of `/proc/net/ipv6_route`.
    package init(ipv4: String, ipv6: String) {
        let four = Self.fields(ipv4).dropFirst().compactMap { fields in
            fields.count > 3 && fields[0] != "lo" ? "\(fields[0]) \(fields[1]) \(fields[2])" : nil
        }
        // Each interface that is up has a link-local and a multicast route, which lead nowhere.
        let six = Self.fields(ipv6).compactMap { fields -> String? in
            guard fields.count > 9, fields[9] != "lo", !fields[0].hasPrefix("fe80"), !fields[0].hasPrefix("ff") else {
                return nil
            }
            return "\(fields[9]) \(fields[0]) \(fields[4])"
        }
        routes = (four + six).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    package static func now() -> NetworkState {
        func text(_ path: String) -> String { (try? String(contentsOfFile: path, encoding: .utf8)) ?? "" }
        return NetworkState(ipv4: text("/proc/net/route"), ipv6: text("/proc/net/ipv6_route"))
    }

    /// Whether a hub at this address needs no way out.
    package static func isHere(_ url: String) -> Bool {
        guard let host = URLComponents(string: url)?.host else { return false }
        return host == "localhost" || host.hasPrefix("127.") || host == "[::1]" || host == "::1"
    }

    private static func fields(_ text: String) -> [[Substring]] {
        text.split(separator: "\n").map { $0.split { $0 == " " || $0 == "\t" } }
    }
}
