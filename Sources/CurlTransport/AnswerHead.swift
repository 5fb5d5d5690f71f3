/// The head of an answer as it comes in, line by line.
struct AnswerHead {
    /// Names in lower case, in order.
    private(set) var headers: [(String, String)] = []
    /// All lines of this and earlier heads of the same transfer, in bytes.
    private(set) var receivedBytes = 0

    /// More than any hub sends. A head beyond it is an attack or a fault.
    static let maximumBytes = 262_144

    /// Whether the hub marked the answer as its own. Login pages of public networks and proxies do not.
    var isFromHub: Bool {
        headers.contains { $0.0 == "zona-hub" && $0.1 == "1" }
    }

    /// Takes the next line, with its end. A status line begins a new head: what came before was an interim answer.
    mutating func receiveLine(_ line: UnsafeRawBufferPointer) {
        receivedBytes += line.count
        guard !line.starts(with: "HTTP/".utf8) else {
            headers = []
            return
        }
        guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else { return }
        let name = String(decoding: line[..<colon], as: UTF8.self).lowercased()
        headers.append((name, Self.trimmed(line[line.index(after: colon)...])))
    }

    // The slice is of the caller's line, which is there for the whole call; a String copies what is kept of it.
    private static func trimmed(_ bytes: Slice<UnsafeRawBufferPointer>) -> String {
        func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }
        guard let first = bytes.firstIndex(where: { !isBlank($0) }),
            let last = bytes.lastIndex(where: { !isBlank($0) })
        else { return "" }
        return String(decoding: bytes[first...last], as: UTF8.self)
    }
}
