import HTTPTypes
import SyncWire

/// Why a route gives no answer of its own.
enum RouteFailure: Error {
    /// Something the client must hear, signed by its ambito.
    case problem(Problem, of: Tenant, headers: HTTPFields = [:])
    /// Something that no ambito can sign, as one line of text.
    case plain(HTTPResponse.Status, String)
    /// The connection broke while the request came: nobody hears an answer.
    case cut(any Error)
}

extension Problem {
    /// The status that goes with the problem, for whoever sees only that: proxies, logs, people with curl.
    var status: HTTPResponse.Status {
        switch code {
        case .malformed, .clockUnusable: .badRequest
        case .sessionUnknown, .unknownReplica: .unauthorized
        case .wrongAmbito, .wrongSignature, .revoked, .codeUnknown, .codeUsed, .codeExpired: .forbidden
        case .notFound: .notFound
        case .gap, .forked, .offsetMismatch, .incarnationChanged: .conflict
        case .overLimit: .contentTooLarge
        case .schemaTooNew: .upgradeRequired
        case .hubFault: .internalServerError
        case .shuttingDown: .serviceUnavailable
        }
    }

    /// A stable word for logs and metrics.
    var word: String { "\(code)" }
}

extension HTTPField.Name {
    /// Marks every answer of a hub: without it something else answered, most often the login page of a public network.
    static let zonaHub = named("Zona-Hub")
    /// The session's id in hexadecimal.
    static let zonaSession = named("Zona-Session")
    /// Where in the batch the body begins, in bytes.
    static let zonaOffset = named("Zona-Offset")
    /// The bytes of the whole batch.
    static let zonaTotal = named("Zona-Total")
    /// Signed milliseconds that this PC should add to its clock, as it measured.
    static let zonaClock = named("Zona-Clock")
    /// How many bytes of a batch the hub has.
    static let zonaHave = named("Zona-Have")
    static let zonaStored = named("Zona-Stored")
    /// The hash of the page in hexadecimal.
    static let zonaPage = named("Zona-Page")
    static let zonaSeq = named("Zona-Seq")
    static let zonaRecords = named("Zona-Records")
    static let zonaBytes = named("Zona-Bytes")
    static let zonaPages = named("Zona-Pages")

    private static func named(_ name: String) -> HTTPField.Name {
        guard let name = HTTPField.Name(name) else { preconditionFailure("\(name) cannot name a header") }
        return name
    }
}
