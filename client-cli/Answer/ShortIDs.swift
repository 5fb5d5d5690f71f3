import SyncCore

/// Ids cut so short that they still differ within one listing: 13 characters at least, a hyphen included.
struct ShortIDs {
    static let shortest = 13
    private let length: Int

    init(_ ids: some Sequence<RecordID>) {
        let all = Set(ids)
        length =
            [Self.shortest, 18, 23].first { length in
                Set(all.map { $0.description.prefix(length) }).count == all.count
            } ?? 36
    }

    func text(_ id: RecordID) -> String {
        String(id.description.prefix(length))
    }
}
