import CurlTransport
import Foundation
import SyncWire
import Testing

@testable import HubService

@Suite struct ServerKeysTests {
    private let folder: TemporaryFolder
    private let data: DataFolder
    private let now: Int64 = 1_800_000_000_000
    private let day: Int64 = 86_400_000

    init() throws {
        folder = try TemporaryFolder()
        data = DataFolder(folder.path)
    }

    @Test func `the keys are readable by their owner only`() throws {
        _ = try ServerKeys.create(in: data, names: ["hub.example.it"], now: now)

        #expect(try folder.mode("tls/ca.key") == 0o600)
        #expect(try folder.mode("tls/server.key") == 0o600)
        #expect(try folder.mode("tls/server.pem") == 0o644)
        #expect(try folder.mode("tls") == 0o700)
    }

    @Test func `a second init leaves the keys as they are`() throws {
        let first = try ServerKeys.create(in: data, names: ["hub.example.it"], now: now)

        let second = try ServerKeys.create(in: data, names: ["hub.example.it"], now: now)

        #expect(second.fingerprint == first.fingerprint)
        #expect(second.certificatePEM == first.certificatePEM)
        #expect(second.authorityPEM == first.authorityPEM)
    }

    @Test func `a certificate with more than 30 days left stays`() throws {
        let first = try ServerKeys.create(in: data, names: ["hub.example.it"], now: now)

        let later = try ServerKeys.load(in: data, names: [], now: now + 790 * day)

        #expect(later.certificatePEM == first.certificatePEM)
        #expect(!later.isNewlyIssued)
    }

    @Test(arguments: [800, 2000]) func `a certificate near or past its end is renewed with the same key and names`(
        days: Int64
    ) throws {
        let first = try ServerKeys.create(in: data, names: ["hub.example.it", "10.0.0.1"], now: now)

        let renewed = try ServerKeys.load(in: data, names: [], now: now + days * day)
        let again = try ServerKeys.load(in: data, names: ["10.0.0.1", "hub.example.it"], now: now + days * day)

        #expect(renewed.isNewlyIssued)
        #expect(renewed.certificatePEM != first.certificatePEM)
        #expect(renewed.fingerprint == first.fingerprint)
        #expect(renewed.expiresAt == now + (days + 825) * day)
        #expect(!again.isNewlyIssued)
    }

    @Test func `other names give another certificate for the same key`() throws {
        let first = try ServerKeys.create(in: data, names: ["old.example.it"], now: now)

        let second = try ServerKeys.load(in: data, names: ["new.example.it"], now: now)

        #expect(second.isNewlyIssued)
        #expect(second.fingerprint == first.fingerprint)
    }

    @Test func `serving without init says to run init`() throws {
        let error = #expect(throws: HubServiceError.self) { try ServerKeys.load(in: data, names: ["a"], now: now) }

        #expect(error?.code == .missing)
        #expect(error?.context.contains("zona-server init") == true)
    }

    @Test func `a lost key is never replaced silently`() throws {
        let first = try ServerKeys.create(in: data, names: ["hub.example.it"], now: now)
        try folder.remove("tls/server.key")

        let error = #expect(throws: HubServiceError.self) {
            try ServerKeys.create(in: data, names: ["hub.example.it"], now: now)
        }

        #expect(error?.code == .badKey)
        #expect(folder.size("tls/server.key") == nil)
        #expect(first.fingerprint.count == 32)
    }

    @Test func `a name that is neither DNS nor address is refused`() throws {
        let error = #expect(throws: HubServiceError.self) {
            try ServerKeys.create(in: data, names: ["https://hub.example.it:8443"], now: now)
        }

        #expect(error?.code == .badSetting)
    }

    @Test func `an ambito's key is made once and read again`() throws {
        let made = try AmbitoKeys.create(for: "narni", in: data)
        let read = try AmbitoKeys.load(for: "narni", in: data)
        let again = #expect(throws: HubServiceError.self) { try AmbitoKeys.create(for: "narni", in: data) }

        #expect(read.seed == made.seed)
        #expect(again?.code == .exists)
        #expect(try AmbitoKeys.load(for: "narni", in: data).seed == made.seed)
        #expect(try folder.mode("narni/ambito.key") == 0o600)
    }

    @Test func `an ambito's key that is not there or is no key is told apart`() throws {
        let missing = #expect(throws: HubServiceError.self) { try AmbitoKeys.load(for: "narni", in: data) }
        try data.makeFolder(of: "narni")
        try folder.write("abc", to: "narni/ambito.key")
        let bad = #expect(throws: HubServiceError.self) { try AmbitoKeys.load(for: "narni", in: data) }

        #expect(missing?.code == .missing)
        #expect(bad?.code == .badKey)
    }
}
