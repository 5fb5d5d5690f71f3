import Foundation
import Synchronization
import Testing

/// A wire to the hub on which every connection ends after so many bytes in one direction; the next one may begin at
/// once. What a line does that breaks down every few seconds, without a clock.
final class DyingWire: Sendable {
    let url: String
    private let direction: DeadWire.Direction
    private let bytes: Int
    private let target: UInt16
    private let listener: Int32
    private let counted = Mutex((deaths: 0, passed: 0))

    /// How many connections it has ended.
    var deaths: Int { counted.withLock { $0.deaths } }
    /// Bytes that went over it in its direction.
    var passed: Int { counted.withLock { $0.passed } }

    init(to hub: String, bytes: Int, _ direction: DeadWire.Direction) throws {
        target = try #require(hub.split(separator: ":").last.flatMap { UInt16($0) })
        (self.bytes, self.direction) = (bytes, direction)
        let (listener, port) = try Loopback.listen()
        self.listener = listener
        url = "https://127.0.0.1:\(port)"
        Thread { [self] in accept() }.start()
    }

    func close() {
        shutdown(listener, Int32(SHUT_RDWR))
    }

    private func accept() {
        while case let client = Glibc.accept(listener, nil, nil), client >= 0 {
            guard let hub = Loopback.connect(to: target) else {
                Glibc.close(client)
                continue
            }
            Thread { [self] in pump(from: client, to: hub, isCounted: direction == .up) }.start()
            Thread { [self] in pump(from: hub, to: client, isCounted: direction == .down) }.start()
        }
    }

    private func pump(from source: Int32, to target: Int32, isCounted: Bool) {
        var buffer = [UInt8](repeating: 0, count: 4096)
        var left = bytes
        while case let count = read(source, &buffer, buffer.count), count > 0 {
            let passes = isCounted ? min(count, left) : count
            guard Loopback.send(buffer[..<passes], to: target) else { break }
            guard isCounted else { continue }
            left -= passes
            let isDead = left == 0
            counted.withLock { $0 = ($0.deaths + (isDead ? 1 : 0), $0.passed + passes) }
            if isDead { break }
        }
        for socket in [source, target] { shutdown(socket, Int32(SHUT_RDWR)) }
    }
}
