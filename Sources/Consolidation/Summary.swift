import ReplicaStore
import SyncCore

/// What the summary tells. Everything is counted in the published file; only time and contacts come from the caller.
struct Summary {
    struct Comune {
        let id: TextKey
        let name: String
        let freshness: Freshness
        let lastComplete: Int64?
        /// Nothing when nobody said.
        let replicas: Int?
    }

    struct Source {
        let code: TextKey?
        let name: String?
        let cents: Int128
    }

    /// A total of one comune: nothing when it is missing. Missing is never zero.
    struct ComuneTotal {
        /// Nothing for the capofila's rows that belong to no comune.
        let id: TextKey?
        let name: String
        let cents: Int128?
        let sources: [Source]
        /// Nothing for a line that is no comune of the ambito on the day.
        let freshness: Freshness?
    }

    struct Total {
        let kind: AmountKind
        let sources: [Source]
        let comuni: [ComuneTotal]
        /// Nothing when there is no row and nobody from whom one could be expected to have come.
        let cents: Int128?
        /// Comuni whose part is in the total, and all of them.
        let present: Int
        let of: Int
        /// An open conflict contests an amount of it.
        let isProvisional: Bool

        var isPartial: Bool { present < of }
    }

    struct Count {
        let table: String
        let label: String
        let rows: Int
    }

    let date: RomeDate
    let time: Int64
    let picture: FrozenPicture
    let counts: [Count]
    /// By name.
    let comuni: [Comune]
    let totals: [Total]
    let duplicates: [FrozenFile.Duplicate]

    init(
        request: PublishRequest, picture: FrozenPicture, counts: [Count], registry: Registry, amounts: Amounts,
        duplicates: [FrozenFile.Duplicate]
    ) {
        date = RomeDate(at: request.time)
        time = request.time
        self.picture = picture
        self.counts = counts
        self.duplicates = duplicates
        let comuni = Self.comuni(of: request, registry)
        self.comuni = comuni
        let contested = Set(picture.openConflicts.filter(\.isContested).map(\.table))
        totals = AmountKind.allCases.map { kind in
            Self.total(
                kind, amounts.sums(of: kind), comuni: comuni, registry: registry,
                isProvisional: contested.contains(kind.table))
        }
    }

    var rows: Int { counts.reduce(0) { $0 + $1.rows } }

    /// The comuni of the ambito on the day; when no membership is known, those of which the caller told.
    private static func comuni(of request: PublishRequest, _ registry: Registry) -> [Comune] {
        var contacts: [TextKey: ComuneContact] = [:]
        for contact in request.contacts { contacts[TextKey(Array(contact.comune.description.utf8))] = contact }
        let ids = registry.members.isEmpty ? Set(contacts.keys) : registry.members
        let comuni = ids.map { id in
            let contact = contacts[id]
            let freshness = contact.map { Freshness(lastComplete: $0.lastComplete, at: request.time) } ?? .unknown
            return Comune(
                id: id, name: registry.comuneNames[id] ?? contact?.name ?? id.string, freshness: freshness,
                lastComplete: contact?.lastComplete, replicas: contact?.replicas)
        }
        return comuni.sorted {
            let (left, right) = (Array($0.name.utf8), Array($1.name.utf8))
            return left == right ? $0.id < $1.id : left.lexicographicallyPrecedes(right)
        }
    }

    private static func total(
        _ kind: AmountKind, _ sums: [(place: Amounts.Place, cents: Int128)], comuni: [Comune], registry: Registry,
        isProvisional: Bool
    ) -> Total {
        func sources(_ parts: [(place: Amounts.Place, cents: Int128)]) -> [Source] {
            var bySource: [TextKey?: Int128] = [:]
            for part in parts { bySource[part.place.source, default: 0] += part.cents }
            return bySource.sorted { ($0.key?.bytes ?? []).lexicographicallyPrecedes($1.key?.bytes ?? []) }.map {
                source in
                Source(code: source.key, name: source.key.flatMap { registry.sourceNames[$0] }, cents: source.value)
            }
        }
        func sum(_ parts: [(place: Amounts.Place, cents: Int128)]) -> Int128 { parts.reduce(0) { $0 + $1.cents } }
        let capofilas = comuni.first { $0.id == registry.capofila }?.freshness ?? .unknown
        var lines: [ComuneTotal] = []
        var present = 0
        for comune in comuni {
            let own = sums.filter { $0.place.comune == comune.id }
            let writer = kind.isCapofilas ? capofilas : comune.freshness
            // What only the ambito has is there for every comune as soon as there is any.
            let hasRows = kind.isByComune ? !own.isEmpty : !sums.isEmpty
            if writer.isPresent ?? hasRows { present += 1 }
            // Not even what others write is zero for a comune of which nothing is heard.
            let isKnown = hasRows || (writer.isPresent == true && comune.freshness.isPresent == true)
            guard kind.isByComune else { continue }
            lines.append(
                ComuneTotal(
                    id: comune.id, name: comune.name, cents: isKnown ? sum(own) : nil, sources: sources(own),
                    freshness: comune.freshness))
        }
        let known = Set(comuni.map(\.id))
        for other in Set(sums.map(\.place.comune)).filter({ $0.map { !known.contains($0) } ?? kind.isByComune })
            .sorted(by: { ($0?.bytes ?? []).lexicographicallyPrecedes($1?.bytes ?? []) })
        {
            let own = sums.filter { $0.place.comune == other }
            let name = other.map { registry.comuneNames[$0] ?? $0.string } ?? "Ambito (righe del capofila)"
            lines.append(ComuneTotal(id: other, name: name, cents: sum(own), sources: sources(own), freshness: nil))
        }
        return Total(
            kind: kind, sources: sources(sums), comuni: lines, cents: sums.isEmpty && present == 0 ? nil : sum(sums),
            present: present, of: comuni.count, isProvisional: isProvisional)
    }
}
