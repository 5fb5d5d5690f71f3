import Texts

package import SyncWire

/// Why a file on a stick was not written, or not taken. Nothing was changed.
package struct StickError: Error, Sendable, CustomStringConvertible {
    package enum Code: String, Sendable, CaseIterable {
        /// No file, or no folder to write into: perhaps the stick is not there.
        case notThere = "not-there"
        /// The system cannot read or write it, for another reason: perhaps the stick was pulled out.
        case unusable = "stick-unusable"
        case full = "stick-full"
        case readOnly = "stick-read-only"
        /// A file is there that is none of Zona's, and was left as it is.
        case exists
        /// Not a file that Zona writes on a stick.
        case notOurs = "not-a-bundle"
        /// Cut off, altered, or with its parts in another order.
        case damaged
        /// Written by a later program.
        case newer = "newer-format"
        /// Sealed for somebody else.
        case otherRecipient = "other-recipient"
    }

    package let code: Code
    package let context: String

    package init(_ code: Code, _ context: String) {
        self.code = code
        self.context = context
    }

    package var description: String { context }

    /// - Parameter path: of the file whose bytes were read.
    package init(_ error: WireError, in path: String) {
        switch error.code {
        case .unknownVersion:
            self.init(.newer, localized("\(path) was written by a newer Zona (\(error.context)): upgrade this one"))
        case .wrongRecipient:
            self.init(
                .otherRecipient,
                localized(
                    """
                    \(path) is sealed for somebody else: nobody but its recipient can read it. Take the file \
                    that was made for here
                    """))
        case .malformed, .wrongKind, .overLimit, .wrongHash, .wrongSignature:
            self.init(
                .damaged,
                localized(
                    """
                    \(path) is damaged (\(error.context)): nothing of it was taken. Copy it again, or have it \
                    made anew
                    """))
        }
    }
}
