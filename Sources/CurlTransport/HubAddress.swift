import CCurl
import Texts

/// The configured address, checked once. Only https is accepted: over anything else the pin would not be looked at.
struct HubAddress: Sendable {
    /// The address without slashes at its end.
    let base: String
    /// The host, for messages.
    let host: String

    init(_ text: String) throws(TransportError) {
        func bad(_ reason: String) -> TransportError {
            TransportError(
                code: .badAddress,
                context: localized("The hub's address \"\(text)\" \(reason): write it as https://host:port."))
        }
        guard let url = curl_url() else { throw TransferFailure.noResources() }
        // The parser is freed once, on every way out, and is not used after this scope.
        defer { curl_url_cleanup(url) }

        // curl copies the string before it returns, and would read it only up to a zero byte.
        guard !text.utf8.contains(0), curl_url_set(url, CURLUPART_URL, text, 0) == CURLUE_OK else {
            throw bad(localized("is not a web address"))
        }
        guard Self.part(CURLUPART_SCHEME, of: url) == "https" else { throw bad(localized("does not begin with https")) }
        guard let host = Self.part(CURLUPART_HOST, of: url), !host.isEmpty else {
            throw bad(localized("names no computer"))
        }
        let parts = [CURLUPART_USER, CURLUPART_PASSWORD, CURLUPART_QUERY, CURLUPART_FRAGMENT]
        guard parts.allSatisfy({ Self.part($0, of: url) == nil }) else {
            throw bad(localized("holds more than computer, port and path"))
        }
        var base = text
        while base.hasSuffix("/") { base.removeLast() }
        self.base = base
        self.host = host
    }

    /// The whole address of one exchange.
    func url(path: String) throws(TransportError) -> String {
        // A fragment would be dropped silently; spaces and control characters must come percent-encoded.
        let isUsable = path.utf8.allSatisfy { (0x21...0x7E).contains($0) && $0 != UInt8(ascii: "#") }
        guard path.utf8.first == UInt8(ascii: "/"), isUsable else {
            throw TransportError(
                code: .badAddress,
                context: localized(
                    """
                    The path \"\(path)\" cannot be asked for: it must begin with a slash and be percent-encoded.
                    """))
        }
        return base + path
    }

    private static func part(_ part: CURLUPart, of url: OpaquePointer) -> String? {
        // curl allocates the text for us, and it is there until we free it: it is copied into the String before that.
        var text: UnsafeMutablePointer<CChar>?
        guard curl_url_get(url, part, &text, 0) == CURLUE_OK, let text else { return nil }
        defer { curl_free(text) }
        return String(cString: text)
    }
}
