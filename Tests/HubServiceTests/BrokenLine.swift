import Foundation

/// A client that begins an upload over HTTP/1.1 and stays in the middle of it, until it breaks off.
final class BrokenLine {
    private let process = Process()
    private let input = Pipe()

    /// Sends the head, and `body` of the `length` bytes that the head promises.
    init(port: Int, head: String, body: [UInt8]) throws {
        let script = """
            import socket, ssl, sys
            context = ssl.create_default_context()
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
            line = context.wrap_socket(socket.create_connection(("127.0.0.1", int(sys.argv[1]))))
            line.sendall(sys.stdin.buffer.read(int(sys.argv[2])))
            sys.stdin.buffer.read()
            """
        let bytes = Data(head.utf8) + Data(body)
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["python3", "-c", script, "\(port)", "\(bytes.count)"]
        process.standardInput = input
        try process.run()
        try input.fileHandleForWriting.write(contentsOf: bytes)
    }

    /// Breaks the connection, and waits until it is broken.
    func breakOff() {
        try? input.fileHandleForWriting.close()
        process.waitUntilExit()
    }

    deinit {
        breakOff()
    }
}
