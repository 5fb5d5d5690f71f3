import Crypto
import FoundationEssentials
import Glibc
import SwiftASN1
import X509

/// How the hub's two certificates are made, and when one must be made anew. Files are not touched here.
enum ServerCertificate {
    private static let day: Int64 = 86_400_000
    /// A PC whose clock is a day behind must not find the certificate to be of the future.
    private static let slackMilliseconds = day
    private static let authorityMilliseconds = 30 * 365 * day
    /// Browsers and others take no longer ones.
    private static let serverMilliseconds = 825 * day
    private static let renewalMilliseconds = 30 * day

    /// The hub's own authority, signed by itself.
    static func authority(key: P256.Signing.PrivateKey, now: Int64) throws(HubServiceError) -> Certificate {
        try made {
            let name = try DistinguishedName { CommonName("Zona hub authority") }
            let signing = Certificate.PrivateKey(key)
            return try Certificate(
                version: .v3, serialNumber: .init(), publicKey: signing.publicKey,
                notValidBefore: date(now - slackMilliseconds), notValidAfter: date(now + authorityMilliseconds),
                issuer: name, subject: name, signatureAlgorithm: .ecdsaWithSHA256,
                extensions: try Certificate.Extensions {
                    Critical(BasicConstraints.isCertificateAuthority(maxPathLength: 0))
                    Critical(KeyUsage(keyCertSign: true, cRLSign: true))
                    SubjectKeyIdentifier(hash: signing.publicKey)
                },
                issuerPrivateKey: signing)
        }
    }

    /// The certificate under which the hub serves.
    ///
    /// - Throws: `badSetting` when there is no name, or one that is neither a DNS name nor an address.
    static func server(
        key: P256.Signing.PrivateKey, names: [String], issuer: Certificate, issuerKey: P256.Signing.PrivateKey,
        now: Int64
    ) throws(HubServiceError) -> Certificate {
        guard let first = names.first else {
            throw HubServiceError(
                .badSetting, "names: none given. Name the hub as it is reached, for example --name hub.example.it")
        }
        var alternatives: [GeneralName] = []
        for name in names { alternatives.append(try generalName(name)) }
        return try made {
            let signing = Certificate.PrivateKey(key)
            return try Certificate(
                version: .v3, serialNumber: .init(), publicKey: signing.publicKey,
                notValidBefore: date(now - slackMilliseconds), notValidAfter: date(now + serverMilliseconds),
                issuer: issuer.subject, subject: try DistinguishedName { CommonName(String(first.prefix(64))) },
                signatureAlgorithm: .ecdsaWithSHA256,
                extensions: try Certificate.Extensions {
                    Critical(BasicConstraints.notCertificateAuthority)
                    Critical(KeyUsage(digitalSignature: true))
                    try ExtendedKeyUsage([.serverAuth])
                    SubjectAlternativeNames(alternatives)
                    SubjectKeyIdentifier(hash: signing.publicKey)
                    AuthorityKeyIdentifier(
                        keyIdentifier: SubjectKeyIdentifier(hash: Certificate.PrivateKey(issuerKey).publicKey)
                            .keyIdentifier)
                },
                issuerPrivateKey: Certificate.PrivateKey(issuerKey))
        }
    }

    /// Whether a certificate can go on serving: of this key and authority, for these names, and not near its end.
    static func isGood(
        _ certificate: Certificate, key: P256.Signing.PrivateKey, names: [String], issuer: Certificate, now: Int64
    ) -> Bool {
        certificate.publicKey == Certificate.PrivateKey(key).publicKey
            && issuer.publicKey.isValidSignature(certificate.signature, for: certificate)
            && self.names(of: certificate).sorted() == names.map(canonical).sorted()
            && certificate.notValidBefore <= date(now)
            && certificate.notValidAfter > date(now + renewalMilliseconds)
    }

    /// The names that a certificate is for; those of a kind that we never write are left out.
    static func names(of certificate: Certificate) -> [String] {
        guard let alternatives = try? certificate.extensions.subjectAlternativeNames else { return [] }
        return alternatives.compactMap { name in
            switch name {
            case .dnsName(let name): name
            case .ipAddress(let octets): address(Array(octets.bytes))
            default: nil
            }
        }
    }

    private static func date(_ milliseconds: Int64) -> Date {
        Date(timeIntervalSince1970: Double(milliseconds / 1000))
    }

    private static func made(_ make: () throws -> Certificate) throws(HubServiceError) -> Certificate {
        do {
            return try make()
        } catch {
            throw HubServiceError(.badKey, "the certificate could not be made", underlying: error)
        }
    }

    private static func generalName(_ name: String) throws(HubServiceError) -> GeneralName {
        if let octets = octets(name) { return .ipAddress(ASN1OctetString(contentBytes: octets[...])) }
        let isDNS =
            (1...253).contains(name.utf8.count)
            && name.utf8.allSatisfy { byte in
                switch byte {
                case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x2A: true
                default: false
                }
            }
        guard isDNS else {
            throw HubServiceError(
                .badSetting,
                "names: \"\(name)\" is neither a DNS name nor an IP address. Write it without https:// and port.")
        }
        return .dnsName(name)
    }

    /// An address in its one spelling, so that two spellings of it are the same name.
    private static func canonical(_ name: String) -> String {
        octets(name).flatMap(address) ?? name
    }

    private static func octets(_ name: String) -> [UInt8]? {
        var four = in_addr()
        if inet_pton(AF_INET, name, &four) == 1 { return withUnsafeBytes(of: &four) { Array($0) } }
        var six = in6_addr()
        if inet_pton(AF_INET6, name, &six) == 1 { return withUnsafeBytes(of: &six) { Array($0) } }
        return nil
    }

    private static func address(_ octets: [UInt8]) -> String? {
        guard octets.count == 4 || octets.count == 16 else { return nil }
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        let family = octets.count == 4 ? AF_INET : AF_INET6
        guard inet_ntop(family, octets, &text, socklen_t(text.count)) != nil else { return nil }
        return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
