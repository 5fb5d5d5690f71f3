import Foundation
import Synchronization
import Testing

/// A wire to the hub that goes dead after so many bytes in one direction: what is under way stays under way, until
/// somebody is killed or the wire is cut. So a test can stop a program at a certain point without waiting for a time.
final class DeadWire: Sendable {
    enum Direction: Sendable { case up, down }

    private struct State {
        var left: Int
        var sockets: [Int32] = []
        var isCut = false
    }

    let url: String
    private let direction: Direction
    private let target: UInt16
    private let listener: Int32
    private let state: Mutex<State>
    private let death: AsyncStream<Void>
    private let died: AsyncStream<Void>.Continuation

    /// - Parameter hub: the hub's address, `https://127.0.0.1:PORT`.
    init(to hub: String, bytes: Int, _ direction: Direction) throws {
        target = try #require(hub.split(separator: ":").last.flatMap { UInt16($0) })
        self.direction = direction
        let (listener, port) = try Loopback.listen()
        self.listener = listener
        url = "https://127.0.0.1:\(port)"
        state = Mutex(State(left: bytes))
        (death, died) = AsyncStream.makeStream()
        Thread { [self] in accept() }.start()
    }

    /// Returns when the bytes have gone and nothing moves any more.
    func dies() async {
        for await _ in death { return }
    }

    /// Cuts all that is under way, and lets nothing new through.
    func cut() {
        state.withLock { state in
            guard !state.isCut else { return }
            state.isCut = true
            for socket in state.sockets + [listener] { shutdown(socket, Int32(SHUT_RDWR)) }
        }
    }

    private func accept() {
        while true {
            let client = Glibc.accept(listener, nil, nil)
            guard client >= 0 else { return }
            guard let hub = Loopback.connect(to: target) else {
                close(client)
                continue
            }
            let isOpen = state.withLock { state in
                guard !state.isCut else { return false }
                state.sockets += [client, hub]
                return true
            }
            guard isOpen else { return }
            Thread { [self] in pump(from: client, to: hub, .up) }.start()
            Thread { [self] in pump(from: hub, to: client, .down) }.start()
        }
    }

    private func pump(from source: Int32, to target: Int32, _ way: Direction) {
        var buffer = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = read(source, &buffer, buffer.count)
            guard count > 0 else { break }
            let passes = state.withLock { state in
                guard way == direction, state.left != Int.max else { return count }
                let passes = min(count, state.left)
                state.left -= passes
                return passes
            }
            if passes > 0 && !Loopback.send(buffer[..<passes], to: target) { break }
            guard passes == count else {
                died.finish()
                return
            }
        }
        shutdown(target, Int32(SHUT_WR))
    }
}

/// Something on a port that is no hub: it answers whatever comes with the same bytes.
final class Stranger: Sendable {
    let port: UInt16
    private let listener: Int32

    /// The login page of a public network.
    static func portal() throws -> Stranger {
        try Stranger(answering: "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 4\r\n\r\nciao")
    }

    /// A proxy that wants a password.
    static func login() throws -> Stranger {
        try Stranger(
            answering: "HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm=\"x\"\r\n"
                + "Content-Length: 0\r\nConnection: close\r\n\r\n")
    }

    /// A proxy that lets nobody through.
    static func guarded() throws -> Stranger {
        try Stranger(answering: "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
    }

    init(answering text: String) throws {
        let (listener, port) = try Loopback.listen()
        self.listener = listener
        self.port = port
        Thread {
            while case let client = accept(listener, nil, nil), client >= 0 {
                var buffer = [UInt8](repeating: 0, count: 4096)
                if read(client, &buffer, buffer.count) > 0 { _ = Loopback.send(Array(text.utf8)[...], to: client) }
                shutdown(client, Int32(SHUT_RDWR))
                close(client)
            }
        }.start()
    }

    func stop() {
        shutdown(listener, Int32(SHUT_RDWR))
    }
}

/// Sockets of this machine, on ports that the system chooses.
enum Loopback {
    static func listen() throws -> (socket: Int32, port: UInt16) {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = address(port: 0)
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listener, $0, size) == 0 && Glibc.listen(listener, 16) == 0
                    && getsockname(listener, $0, &size) == 0
            }
        }
        guard isBound else { throw Command.Failed(description: "no port: \(String(cString: strerror(errno)))") }
        return (listener, UInt16(bigEndian: address.sin_port))
    }

    static func connect(to port: UInt16) -> Int32? {
        let made = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = address(port: port)
        let isConnected = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(made, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
        guard isConnected else {
            close(made)
            return nil
        }
        return made
    }

    static func send(_ bytes: ArraySlice<UInt8>, to socket: Int32) -> Bool {
        var rest = bytes
        while !rest.isEmpty {
            let sent = rest.withUnsafeBytes { Glibc.send(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard sent > 0 else { return false }
            rest = rest.dropFirst(sent)
        }
        return true
    }

    private static func address(port: UInt16) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(INADDR_LOOPBACK).bigEndian
        return address
    }
}

/// A program that runs until a test ends it.
final class Victim: Sendable {
    private let process: Process
    private let ended: AsyncStream<Int32>

    /// Starts `zona … --file FILE`.
    init(_ file: String, _ arguments: String...) throws {
        let process = Process()
        process.executableURL = URL(filePath: try Programs.path(of: Programs.zona))
        process.arguments = arguments + ["--file", file, "--operator", "prova"]
        process.environment = Command.clean([:])
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        let (ended, signal) = AsyncStream.makeStream(of: Int32.self)
        process.terminationHandler = { process in
            signal.yield(process.terminationReason == .exit ? process.terminationStatus : -process.terminationStatus)
            signal.finish()
        }
        try process.run()
        self.process = process
        self.ended = ended
    }

    /// Its exit status; minus the signal if one killed it.
    func end(by signal: Int32? = nil) async -> Int32 {
        if let signal { kill(process.processIdentifier, signal) }
        for await status in ended { return status }
        return -1
    }
}
