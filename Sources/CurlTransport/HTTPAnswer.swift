/// One whole answer of the hub, whatever its status.
package struct HTTPAnswer: Sendable {
    /// The HTTP status.
    package var status: Int
    /// Names in lower case, in the order in which they came.
    package var headers: [(String, String)]
    /// The body, as it came: nothing is decompressed.
    package var body: [UInt8]
    /// `HTTP/1.1`, `HTTP/2` and so on.
    package var httpVersion: String
    /// From when the hub's certificate is valid, in libcurl's words, for people to read; `nil` if it is not known.
    package var certificateNotBefore: String?
    /// Until when the hub's certificate is valid, likewise.
    package var certificateNotAfter: String?

    /// An answer from its parts; the names of the headers must be in lower case.
    package init(
        status: Int,
        headers: [(String, String)] = [],
        body: [UInt8] = [],
        httpVersion: String = "HTTP/1.1",
        certificateNotBefore: String? = nil,
        certificateNotAfter: String? = nil
    ) {
        self.status = status
        self.headers = headers
        self.body = body
        self.httpVersion = httpVersion
        self.certificateNotBefore = certificateNotBefore
        self.certificateNotAfter = certificateNotAfter
    }

    /// The first value of a header, whose name may be written in any case.
    package func header(_ name: String) -> String? {
        let wanted = name.lowercased()
        return headers.first { $0.0 == wanted }?.1
    }
}
