import CCurl
import Texts

/// The request's headers in libcurl's own list, which is freed with this object.
final class HeaderList {
    /// The head of the list, for CURLOPT_HTTPHEADER. It must not be used after this object.
    private(set) var first: UnsafeMutablePointer<curl_slist>?

    init(_ headers: [(String, String)]) throws(TransportError) {
        // Without this libcurl asks "Expect: 100-continue" for larger bodies, and waits a second for a hub that says
        // nothing.
        try append("Expect:")
        for (name, value) in headers {
            let isName = !name.isEmpty && name.utf8.allSatisfy(Self.isNameByte)
            let isValue = value.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 }
            guard isName, isValue else {
                throw TransportError(
                    code: .badAddress,
                    context: localized(
                        """
                        The header \"\(name)\" cannot be sent: names hold letters, digits and hyphens, and \
                        values are one line.
                        """))
            }
            // libcurl's two notations: a colon with nothing behind it would remove the header.
            try append(value.isEmpty ? "\(name);" : "\(name): \(value)")
        }
    }

    deinit {
        // The only owner; accepts a missing list.
        curl_slist_free_all(first)
    }

    private func append(_ line: String) throws(TransportError) {
        // curl copies the line. On failure it leaves the list as it was, and `deinit` frees that.
        guard let longer = curl_slist_append(first, line) else { throw TransferFailure.noResources() }
        first = longer
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
            true
        default:
            false
        }
    }
}
