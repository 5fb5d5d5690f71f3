import SyncCore

// What a replica and its hub say when they look for the records in which they differ. Rows are left out: they may be
// personal, and the ids say which they are.
extension JSONRendering {
    static func checkpoint(_ checkpoint: Checkpoint) -> [(key: String, value: JSONText)] {
        [
            ("ambito", id(checkpoint.ambito)), ("entry", .integer(checkpoint.entry)),
            ("chain", .hex(checkpoint.chain)), ("fileHash", .hex(checkpoint.fileHash)),
            ("madeAt", .integer(checkpoint.madeAt)),
        ]
    }

    static func comparison(_ request: ComparisonRequest) -> [(key: String, value: JSONText)] {
        let question: JSONText =
            switch request.question {
            case .tables: .text("tables")
            case .buckets(let table): .object([("buckets", .integer(table))])
            case .ids(let table, let bucket):
                .object([("ids", .integer(table)), ("bucket", .integer(Int(bucket)))])
            case .rows(let keys): .object([("rows", .list(keys.map { .text($0.description) }))])
            }
        return [
            ("cursor", .counter(request.cursor)),
            ("leftOut", .list(request.leftOut.map { .text($0.description) })), ("question", question),
        ]
    }

    static func comparison(_ answer: ComparisonAnswer) -> [(key: String, value: JSONText)] {
        func sums(_ named: [(String, DigestSum)]) -> JSONText {
            .list(
                named.map { name, sum in
                    .object([("of", .text(name)), ("rows", .counter(sum.rows)), ("sum", .hex(sum.bytes))])
                })
        }
        let content: JSONText =
            switch answer.content {
            case .tables(let tables): sums(tables.sorted { $0.key < $1.key }.map { ("table \($0.key)", $0.value) })
            case .buckets(let buckets): sums(buckets.sorted { $0.key < $1.key }.map { ("bucket \($0.key)", $0.value) })
            case .ids(let ids): sums(ids.sorted { $0.key < $1.key }.map { ("\($0.key)", $0.value) })
            case .rows(let rows): .list(rows.keys.sorted().map { .text($0.description) })
            }
        return [
            ("incarnation", .text(answer.incarnation.description)), ("cursor", .counter(answer.cursor)),
            ("moved", .list(answer.moved.map { .text($0.description) })), ("content", content),
        ]
    }
}
