import Foundation
import Testing

extension EndToEnd {
    /// What answers is not the hub, or nothing answers. What waits stays, and goes when the hub is back.
    @Suite struct BadInputNetworkTests {
        @Test(.timeLimit(.minutes(3)))
        func `Whatever the network does, it is told apart, and nothing is lost`() async throws {
            try await Stage.with("UMB-11") { stage in
                let narni = try await stage.enrol("UMB-11", "Narni")
                let url = try stage.running.url
                try await stage.zona(narni, "add", "soggetto", "denominazione=Uno", "tipo_soggetto=VOL")
                let (portal, login, guarded) = (try Stranger.portal(), try Stranger.login(), try Stranger.guarded())
                defer { for stranger in [portal, login, guarded] { stranger.stop() } }
                // A port that was the system's to give a moment ago, and where nobody listens any more.
                let (closed, port) = try Loopback.listen()
                close(closed)

                for (address, short) in [
                    ("https://127.0.0.1:\(port)", "6 unreachable"), ("https://hub.invalid:8443", "6 unreachable"),
                    ("https://127.0.0.1:\(portal.port)", "6 portal"), ("http://127.0.0.1:1", "3 bad-address"),
                    ("ciao", "3 bad-address"),
                ] {
                    try stage.lead(narni, to: address)
                    #expect(try await stage.complaint(narni, "sync").short == short, "\(address)")
                }
                try stage.lead(narni, to: url)
                for (proxy, short) in [(login, "6 proxy"), (guarded, "6 proxy")] {
                    let address = "http://127.0.0.1:\(proxy.port)"
                    #expect(try await stage.complaint(narni, "sync", "--proxy", address).short == short)
                }
                try await Stage.with("UMB-11") { other in
                    try stage.lead(narni, to: try other.running.url)
                    #expect(try await stage.complaint(narni, "sync").short == "7 wrong-hub")
                }
                try stage.lead(narni, to: url)
                #expect(try stage.sql(narni, "SELECT count(*) FROM zona_pending") == [["1"]])
                try await stage.zona(narni, "sync")
                try stage.expectSound(narni)
            }
        }
    }
}
