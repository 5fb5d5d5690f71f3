package import SyncCore

/// Why bytes from outside were not taken. Nothing was changed.
package struct WireError: Error, Sendable, CustomStringConvertible {
    package enum Code: String, Sendable {
        case malformed
        case unknownVersion = "unknown-version"
        case wrongKind = "wrong-kind"
        case overLimit = "over-limit"
        case wrongHash = "wrong-hash"
        case wrongSignature = "wrong-signature"
        case wrongRecipient = "wrong-recipient"
    }

    package let code: Code
    package let context: String

    package init(_ code: Code, _ context: String) {
        self.code = code
        self.context = context
    }

    package init(_ malformed: MalformedBytes) {
        self.init(.malformed, malformed.description)
    }

    package var description: String {
        "\(code.rawValue): \(context)"
    }
}
