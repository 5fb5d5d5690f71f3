/// One request to the hub.
package struct HTTPExchange: Sendable {
    /// `GET`, `HEAD`, `PUT`, `POST`: capital letters only.
    package var method: String
    /// Begins with a slash, already percent-encoded; a query may follow. It is put behind the configured address.
    package var path: String
    /// Names and values in the order in which they are sent. Lengths, `Host`, `Expect` and `User-Agent` are added here.
    package var headers: [(String, String)]
    /// The bytes to send. Empty for `HEAD`.
    package var body: [UInt8]

    /// A request; nothing is checked before it is sent.
    package init(method: String, path: String, headers: [(String, String)] = [], body: [UInt8] = []) {
        self.method = method
        self.path = path
        self.headers = headers
        self.body = body
    }
}
