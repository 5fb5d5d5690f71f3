import ReplicaStore
import ReplicaSync
import Schema
import SyncCore
import SyncSession
import SyncWire

/// A captured change as the simulation follows it: what it wrote, and what its writer had really seen.
struct Captured {
    let name: Int
    let dot: Dot
    let key: RecordKey
    let operation: SyncCore.Operation
    /// Column and value of those that are followed.
    let values: [(column: Int, value: Int)]
    /// Every followed value that travels along, changed or not.
    let carried: [Int]
    let seen: Set<Int>
    let isCopy: Bool
    let decides: [RecordID]
    /// What its writer settled, when it decides.
    var settled: [World.Settled] = []
}

/// What a person at a PC has seen and done, beside the file. A copy of the file takes a copy of this along.
struct Memory {
    /// Changes that were in a row when the hub showed it.
    var seen: [RecordKey: Set<Int>] = [:]
    /// The same of rows that a pull had to skip.
    var skipped: [RecordKey: Set<Int>] = [:]
    /// Own changes, captured.
    var own: [RecordKey: Set<Int>] = [:]
    /// What own captured changes wrote: one that is captured again, under another number, is the same deed.
    var deeds: [RecordKey: [(values: [Int], number: ReplicaNumber, name: Int)]] = [:]
    /// Records written since the last capture: how the row stood.
    var written: [RecordKey: Beginning] = [:]
    /// The last values that this person wrote and that no batch holds yet.
    var edits: [World.Place: Int] = [:]
    var lastHash: [UInt8] = Hash.none

    struct Beginning {
        let row: [Value]?
        var made: Set<Int> = []
        var hasDecision = false
    }
}

/// A record open in a form: the row as it stood when it was shown.
struct Form {
    let key: RecordKey
    var row: [Value]
    let touchedAt: Int64
}

/// One replica with somebody at it.
final class Desk {
    let index: Int
    let path: String
    let key: SigningKey
    let comune: RecordID
    let isCapofila: Bool
    /// The schema of Zona as it is installed here.
    var files = Toys.files
    /// The sync's program.
    var store: ReplicaStore
    /// The same file as the person at this PC has it open: what he writes through Zona goes through here.
    var person: ReplicaStore
    var program: OtherProgram
    var memory = Memory()
    var form: Form?
    /// Milliseconds that this PC's clock is off.
    var skew: Int64
    /// The step until which this PC has no network.
    var awayUntil = 0
    var talk: Conversation?
    var request: Conversation.Request?
    var peer: HubSession.Peer?
    /// What lies on the stick that this conversation is held with; nothing over a line.
    var stick: StickDown?
    var marks = Marks()
    /// Whether the last conversation did all its work.
    var wentThrough = false

    /// Counters that never go back within one number and one life of the hub.
    struct Marks {
        var number: Int64 = 0
        var incarnation: Int64 = 0
        var nextCounter: Int64 = 0
        var cursor: Int64 = 0
        var acknowledged: Int64 = 0
    }

    /// - Parameter open: stores of a run before, whose content was put back.
    init(
        index: Int, path: String, key: SigningKey, comune: RecordID, isCapofila: Bool, skew: Int64,
        files: [Schema.File] = Toys.files, open: Stage.Programs? = nil
    ) throws {
        self.index = index
        self.path = path
        self.key = key
        self.comune = comune
        self.isCapofila = isCapofila
        self.skew = skew
        self.files = files
        store = try open?.store ?? ReplicaStore(path: path, files: files)
        person = try open?.person ?? ReplicaStore(path: path, files: files)
        program = try open?.program ?? OtherProgram(path: path)
    }

    func hangUp() {
        talk = nil
        request = nil
        peer = nil
        stick = nil
    }

    /// Closes both programs and opens them again, as after a power cut.
    func reopen() throws {
        hangUp()
        form = nil
        try close()
        try reopenFiles()
    }

    var programs: Stage.Programs { Stage.Programs(store: store, person: person, program: program) }

    func reopenFiles() throws {
        store = try ReplicaStore(path: path, files: files)
        person = try ReplicaStore(path: path, files: files)
        program = try OtherProgram(path: path)
    }

    func close() throws {
        try programs.close()
    }

    var number: UInt64 {
        get throws { UInt64(bitPattern: try program.integer("SELECT number FROM zona_state")) }
    }

    /// The tables as this PC's schema has them.
    var catalog: Catalog { store.catalog }

    func table(_ number: Int) -> TableDescription? {
        catalog.table(number)
    }

    func row(_ key: RecordKey, _ table: TableDescription) throws -> [Value]? {
        try program.rows("SELECT \(Self.columns(table)) FROM \(table.name) WHERE id = ?1", [.id(key.id)]).first
    }

    func ids(_ table: TableDescription) throws -> [RecordID] {
        try program.rows("SELECT id FROM \(table.name) ORDER BY id").compactMap { RecordID($0[0].string) }
    }

    static func columns(_ table: TableDescription) -> String {
        table.columns.map(\.name).joined(separator: ", ")
    }

    /// Records that a pull left behind.
    func behind() throws -> Set<RecordKey> {
        let sql = "SELECT table_no, id FROM zona_behind UNION SELECT table_no, id FROM zona_absent WHERE kind = 3"
        return Set(
            try program.rows(sql).compactMap { row in
                RecordID(row[1].string).map { RecordKey(table: Int(row[0].integer), id: $0) }
            })
    }
}
