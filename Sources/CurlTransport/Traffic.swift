/// Bytes that exchanges have moved: heads and bodies, as HTTP counts them. Connections, proxies and TLS are not in it.
package struct Traffic: Sendable, Equatable {
    package var sent: Int64
    package var received: Int64

    package init(sent: Int64 = 0, received: Int64 = 0) {
        self.sent = sent
        self.received = received
    }

    package var total: Int64 { sent + received }

    package static func += (traffic: inout Traffic, more: Traffic) {
        traffic.sent += more.sent
        traffic.received += more.received
    }
}
