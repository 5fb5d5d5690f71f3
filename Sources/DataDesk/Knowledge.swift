package import ReplicaStore
package import SyncCore

/// What the checks of a row need to know beside the catalog. `DeskKnowledge` asks a replica.
package protocol Knowledge: AnyObject {
    /// Whose replica it is.
    var comune: RecordID { get }
    var isCapofila: Bool { get }
    /// The day of today, `YYYY-MM-DD`.
    var today: [UInt8] { get }
    func codes(of list: String) throws -> CodeList
    func record(_ text: [UInt8], in table: TableDescription) throws -> RecordNames.Finding
    func table(named name: String) -> TableDescription?
    func isFine(_ values: [Value], under check: CheckDescription, of table: TableDescription) throws -> Bool
    /// The rows whose natural key is that of `values`; at most two.
    func twins(of values: [Value], in table: TableDescription) throws -> [RecordID]
    /// The state of what `comune` has reported for a year, where nothing may move any more; nothing while it may.
    func closedReporting(of comune: RecordID, annualita: RecordID) throws -> String?
    func annualita(of year: Int64) throws -> [RecordID]
}

extension Knowledge {
    /// To whom a new row belongs of which nobody says it, where it can belong to this comune alone.
    func onlyOwner(of table: TableDescription) -> (column: Int, value: Value)? {
        guard let owner = table.ownerColumn, table.columns[owner].isRequired,
            table.writable == .owner || table.writable == .ownerAndCapofila && !isCapofila
        else { return nil }
        return (owner, .text(Array(comune.description.utf8)))
    }
}

/// The same of a replica, within one session. Code lists and names are read once each.
package final class DeskKnowledge: Knowledge {
    private let session: DeskSession
    package let today: [UInt8]
    private var lists: [String: CodeList] = [:]
    private var names: [Int: RecordNames] = [:]
    private var reported: [[RecordID]: String?] = [:]

    package var comune: RecordID { session.comune }
    package var isCapofila: Bool { session.isCapofila }

    /// - Parameter today: `YYYY-MM-DD`, in Italy.
    package init(_ session: DeskSession, today: [UInt8]) {
        self.session = session
        self.today = today
    }

    package func codes(of list: String) throws -> CodeList {
        if let known = lists[list] { return known }
        let read = CodeList(try session.codes(of: list))
        lists[list] = read
        return read
    }

    package func table(named name: String) -> TableDescription? { session.catalog.table(named: name) }

    package func record(_ text: [UInt8], in table: TableDescription) throws -> RecordNames.Finding {
        let string = String(decoding: text, as: UTF8.self)
        if let id = RecordID(string.lowercased()) { return try session.exists(id, in: table) ? .found(id) : .none([]) }
        let names = try names(of: table)
        if let found = names.find(string) { return found }
        switch try session.ids(startingWith: string.lowercased(), in: table) {
        case let ids where ids.count == 1: return .found(ids[0])
        case let ids where ids.count > 1: return .several(ids)
        default: return .none(names.near(string))
        }
    }

    /// What people call the records of a table.
    package func names(of table: TableDescription) throws -> RecordNames {
        if let known = names[table.number] { return known }
        let aliases = Self.aliases(table)
        var read = RecordNames()
        try session.each(of: table, aliases) { id, name, values in
            read.add(id, name, [name].compactMap { $0 } + values.compactMap(RecordNames.text))
        }
        names[table.number] = read
        return read
    }

    /// Columns by whose values a record is found beside its name.
    private static func aliases(_ table: TableDescription) -> [Int] {
        let codes = ["codice_scheda", "codice_istat"].compactMap(table.column(named:))
        let key = table.naturalKey.count == 1 ? table.naturalKey : []
        let columns = [table.tellingColumn].compactMap { $0 } + key + codes
        return columns.filter { table.columns[$0].parent == nil }
    }

    /// A row that was written in this session.
    package func add(_ id: RecordID, _ values: [Value], to table: TableDescription) {
        guard names[table.number] != nil else { return }
        let told = Self.aliases(table).compactMap { RecordNames.text(values[$0]) }
        names[table.number]?.add(id, told.first, told)
    }

    package func isFine(_ values: [Value], under check: CheckDescription, of table: TableDescription) throws -> Bool {
        try session.isFine(values, under: check, of: table)
    }

    package func twins(of values: [Value], in table: TableDescription) throws -> [RecordID] {
        guard !table.naturalKey.isEmpty else { return [] }
        return try session.ids(
            in: table, where: table.naturalKey, hold: table.naturalKey.map { values[$0] },
            nullsAreEqual: table.nullsAreEqual)
    }

    package func closedReporting(of comune: RecordID, annualita: RecordID) throws -> String? {
        if let known = reported[[comune, annualita]] { return known }
        let states = try session.passages(of: comune, annualita: annualita).map(Reporting.state)
        let closed = states.first(where: Reporting.isClosed)
        reported[[comune, annualita]] = .some(closed)
        return closed
    }

    package func annualita(of year: Int64) throws -> [RecordID] { try session.annualita(of: year) }
}

/// The state of a comune's reporting: the end of the chain of its passages (`schema/domain/D004_rendiconto.sql`).
enum Reporting {
    /// Follows the chain from its beginning. A passage follows if it begins in the state that holds and names no other
    /// one before it; of two that follow the earlier counts, what follows none is passed over.
    ///
    /// - Parameter passages: oldest first.
    static func state(_ passages: [DeskSession.Passage]) -> String {
        var state = "da_compilare"
        var last: RecordID?
        var rest = passages
        while let next = rest.firstIndex(where: { $0.from == state && ($0.previous == nil || $0.previous == last) }) {
            let passage = rest.remove(at: next)
            (state, last) = (passage.to, passage.id)
        }
        return state
    }

    /// Whether what was reported must not move: sent, being examined, validated, or put away.
    static func isClosed(_ state: String) -> Bool {
        ["inviata", "in_riesame", "validata", "storicizzata"].contains(state)
    }
}
