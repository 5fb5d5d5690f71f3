import Foundation

/// Which file lies at a path, whatever it is called.
package struct FileIdentity: Equatable, Sendable {
    private let device: UInt64
    private let number: UInt64

    package init?(path: String) {
        var facts = stat()
        guard stat(path, &facts) == 0 else { return nil }
        device = UInt64(facts.st_dev)
        number = UInt64(facts.st_ino)
    }
}
