import SyncCore

/// The ambiti that one service serves.
struct Tenants: Sendable {
    /// In the order of their codes' bytes.
    let all: [Tenant]
    private let byID: [RecordID: Tenant]

    init(_ tenants: [Tenant]) {
        all = tenants.sorted { $0.code.utf8.lexicographicallyPrecedes($1.code.utf8) }
        byID = Dictionary(all.map { ($0.ambito, $0) }) { first, _ in first }
    }

    /// The ambito whose id stands in an address, in its canonical text form.
    subscript(text: String) -> Tenant? {
        RecordID(text).flatMap { byID[$0] }
    }
}
