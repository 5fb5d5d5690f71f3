import Seeded
import SyncCore

/// Writes what any program might run against a replica's file, out of the catalog and a seed, without a look at any
/// file: the same seed is the same script.
struct ScriptGenerator {
    /// One step of a script.
    enum Step {
        case sql(String)
        /// The service captures, a minute has gone.
        case capture
        /// A whole conversation; with `losing` it is cut after so many answers.
        case sync(losing: Int)
        /// The other replica syncs.
        case other
    }

    /// Where a file of the script's own goes: each of the two files has another.
    static let attached = "{ATTACHED}"

    let tables: [TableDescription]
    let comuni: [String]
    let own: String
    /// Whether every statement gives its ids: another build of SQLite draws its own random numbers.
    let givesIDs: Bool
    var random: SeededGenerator
    private var weighted: [TableDescription] = []
    /// Objects of the program's own.
    var triggers: [String] = []
    var views: [(name: String, table: TableDescription)] = []
    var copies: [TableDescription] = []
    var isAttached = false
    private var made = 0

    /// - Parameter own: the id of the replica's comune.
    init(catalog: Catalog, comuni: [String], own: String, givesIDs: Bool, seed: UInt64) {
        tables = catalog.tables.filter { !$0.name.hasPrefix("zona_") }
        self.comuni = comuni
        self.own = own
        self.givesIDs = givesIDs
        random = SeededGenerator(seed: seed)
        let liked = [
            "soggetto": 6, "bisogno": 4, "risorsa": 4, "stanziamento_comune": 4, "valore_portato": 3, "incontro": 3,
            "partecipazione": 3, "progetto_rete": 4, "adesione": 4, "adesione_atto": 3, "progetto_soggetto": 3,
            "intervento": 3, "obiettivo": 3, "intervento_voce": 2, "movimento_spesa": 3, "proposta": 2,
            "voce_budget": 2, "rilevazione": 2, "personale_ambito": 2, "tavolo": 2, "quota_comune": 2, "scadenza": 2,
        ]
        weighted = tables.flatMap { Array(repeating: $0, count: liked[$0.name] ?? 1) }
    }

    mutating func table() -> TableDescription {
        random.pick(weighted)
    }

    mutating func name(_ kind: String) -> String {
        made += 1
        return "p_\(kind)\(made)"
    }

    /// The id of the `number`-th record that scripts name of a table.
    static func id(_ table: TableDescription, _ number: Int) -> String {
        let digits = String(table.number * 65_536 + number, radix: 16)
        return "0190c000-0000-7000-8000-" + String(repeating: "0", count: 12 - digits.count) + digits
    }

    static let poolSize = 7

    /// A script of ten to thirty statements.
    mutating func script() -> [Step] {
        var steps: [Step] = []
        if random.chance(30) { steps.append(.sql("PRAGMA recursive_triggers = ON")) }
        let count = 10 + random.below(20)
        while steps.count < count {
            switch random.below(100) {
            case 0..<7 where !givesIDs: steps.append(.capture)
            case 7..<10 where !givesIDs: steps.append(.sync(losing: 0))
            case 10..<12 where !givesIDs: steps.append(.sync(losing: 1))
            case 12..<13 where !givesIDs: steps.append(.other)
            case 13..<24: steps += transaction().map(Step.sql)
            case 24..<32: steps += object().map(Step.sql)
            case 32..<38: steps += housekeeping().map(Step.sql)
            default: steps += writing().map(Step.sql)
            }
        }
        if random.chance(50) { steps.append(.sql(random.chance(70) ? "COMMIT" : "ROLLBACK")) }
        return steps
    }

    private mutating func transaction() -> [String] {
        let savepoint = "s\(random.below(3))"
        return [
            random.pick([
                "BEGIN", "BEGIN IMMEDIATE", "BEGIN EXCLUSIVE", "COMMIT", "END", "ROLLBACK", "COMMIT",
                "SAVEPOINT \(savepoint)", "SAVEPOINT \(savepoint)", "ROLLBACK TO \(savepoint)",
                "ROLLBACK TO \(savepoint)", "RELEASE \(savepoint)", "RELEASE \(savepoint)",
            ])
        ]
    }

    private mutating func housekeeping() -> [String] {
        switch random.below(8) {
        case 0: return ["PRAGMA recursive_triggers = \(random.pick(["ON", "OFF"]))"]
        case 1: return ["PRAGMA foreign_keys = \(random.pick(["ON", "OFF"]))"]
        case 2: return ["VACUUM"]
        case 3: return [random.pick(["ANALYZE", "REINDEX", "PRAGMA optimize", "PRAGMA integrity_check"])]
        case 4:
            let table = table()
            return ["CREATE INDEX \(name("i")) ON \(table.name)(\(random.pick(table.columns).name))"]
        default: return attachment()
        }
    }

    /// Rows that come from another file, as from somebody's export.
    private mutating func attachment() -> [String] {
        guard isAttached else {
            isAttached = true
            let place = random.chance(50) ? ":memory:" : Self.attached
            return ["ATTACH '\(place)' AS esterno"] + importing()
        }
        if random.chance(20) {
            isAttached = false
            return ["DETACH esterno"]
        }
        return importing()
    }

    private mutating func importing() -> [String] {
        let table = table()
        let staged = name("e")
        let names = table.columns.map(\.name).joined(separator: ", ")
        let number = random.below(Self.poolSize)
        let fresh = "'\(Self.id(table, number))'"
        let changed = table.columns.map { column in
            random.chance(25) ? changedValue(column, table) : column.name
        }.joined(separator: ", ")
        return [
            "CREATE TABLE esterno.\(staged) AS SELECT * FROM main.\(table.name)",
            "INSERT INTO esterno.\(staged)(id, \(names)) \(row(of: table, id: fresh))",
            "INSERT \(clause()) INTO main.\(table.name)(id, \(names)) SELECT id, \(changed) FROM esterno.\(staged)",
        ]
    }

    mutating func clause() -> String {
        random.pick(["", "", "OR IGNORE", "OR REPLACE", "OR REPLACE", "OR ABORT", "OR FAIL", "OR ROLLBACK"])
    }
}
