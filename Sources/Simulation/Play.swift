import Foundation
import HubStore
import ReplicaStore
import SyncCore
import SyncSession
import SyncWire

/// What went wrong in a run.
package struct SimulationFailure: Error, CustomStringConvertible {
    package let what: String
    package var step = 0

    init(_ what: String) {
        self.what = what
    }

    package var description: String { "step \(step): \(what)" }
}

/// One run under way: the hub, the desks, the clock, the ground truth.
final class Play {
    let campaign: Campaign
    let seed: UInt64
    let template: Template
    let folder: String
    /// Where this run keeps what no other run has: copies, backups, new PCs.
    let side: String
    let catalog: Catalog
    var chance: Chance
    var world = World()
    var hub: HubEnd
    var desks: [Desk] = []
    /// The true time, Unix milliseconds; the hub's clock.
    var now: Int64 = 1_700_000_100_000
    var step = 0
    var batches: [[UInt8]: [Captured]] = [:]
    /// The captured changes of each dot: one, or more where a file was copied.
    var names: [Dot: Set<Int>] = [:]
    /// What each page showed: record, and the changes in it.
    var pages: [[UInt8]: [(key: RecordKey, seen: Set<Int>)]] = [:]
    /// Uploads that will come once more, late.
    var late: [LateUpload] = []
    /// Batches carried by hand.
    var sticks: [LateUpload] = []
    /// Bundles under way to the hub, and to PCs.
    var bundlesUp: [StickUp] = []
    var bundlesDown: [StickDown] = []
    /// Kept copies of the hub's file, and of PCs' files.
    var backups: [HubBackup] = []
    /// Pages that each PC was sent, the last ones: one may come again.
    var sentPages: [Int: [Frame]] = [:]
    /// No line loses or mixes anything up.
    var isCalm = false
    var deskBackups: [Int: (path: String, memory: Memory)] = [:]
    var counts: [String: Int] = [:]
    let isTracing: Bool

    init(_ campaign: Campaign, seed: UInt64, template: Template, folder: String, isTracing: Bool) throws {
        self.campaign = campaign
        self.seed = seed
        self.template = template
        template.stage.runs += 1
        side = folder + "/\(template.stage.runs)"
        self.folder = folder
        self.isTracing = isTracing
        catalog = campaign.has(.schema) ? template.laterCatalog : template.catalog
        chance = Chance(seed: seed)
        try FileManager.default.createDirectory(atPath: side, withIntermediateDirectories: true)
        hub = try Self.openHub(template, folder, keepsMark: campaign.has(.putBack) && campaign.restoresHub)
        for (index, seat) in template.seats.enumerated() {
            let skew: Int64 =
                campaign.has(.clock)
                ? chance.pick([0, -50, 80, 3_000, -90_000, 86_400_000, -86_400_000, 31_536_000_000])
                : chance.pick([0, 0, 0, -50, 80])
            let desk = try Self.openDesk(index, seat, skew: skew, template, folder)
            desks.append(desk)
            try mark(desk)
            if campaign.has(.refuse) { try dropChecks(desk) }
        }
        try hub.begin()
        if campaign.restoresHub { try backUp() }
    }

    /// As with a program that knows fewer checks than the hub.
    private func dropChecks(_ desk: Desk) throws {
        for table in ["scheda", "voce"] {
            for kind in ["insert", "update"] { try desk.program.run("DROP TRIGGER zona_check_\(table)_\(kind)") }
        }
    }

    private static func openHub(
        _ template: Template, _ folder: String, keepsMark: Bool
    ) throws -> HubEnd {
        let path = folder + "/hub.sqlite"
        let open = template.stage.hub
        template.stage.hub = nil
        if let open {
            try open.program.reset(to: template.file("hub"), isReplica: false)
        } else {
            try template.clone("hub", to: path)
        }
        return try HubEnd(path: path, key: template.hubKey, keepsMark: keepsMark, open: open)
    }

    private static func openDesk(
        _ index: Int, _ seat: Template.Seat, skew: Int64, _ template: Template, _ folder: String
    ) throws -> Desk {
        let path = folder + "/\(index).sqlite"
        let open = template.stage.desks.removeValue(forKey: index)
        if let open {
            try open.program.reset(to: template.file("\(index)"), isReplica: true)
        } else {
            try template.clone("\(index)", to: path)
        }
        return try Desk(
            index: index, path: path, key: seat.key, comune: seat.comune, isCapofila: seat.isCapofila, skew: skew,
            open: open)
    }

    /// Leaves what is whole to the next run, closes and removes the rest.
    func end(isWhole: Bool) throws {
        defer { try? FileManager.default.removeItem(atPath: side) }
        for desk in desks {
            desk.hangUp()
            if isWhole, campaign.leavesFilesAlike, desk.path == folder + "/\(desk.index).sqlite" {
                template.stage.desks[desk.index] = desk.programs
            } else {
                try desk.close()
                try remove(desk.path)
            }
        }
        if isWhole, campaign.leavesFilesAlike, !campaign.restoresHub, hub.store.incarnation == template.incarnation {
            template.stage.hub = (hub.store, hub.program)
        } else {
            try hub.close()
            try remove(hub.path)
        }
    }

    /// A file that was closed has no log beside it: one that stayed would be taken for the next file's.
    func remove(_ path: String) throws {
        let files = FileManager.default
        let size = try? files.attributesOfItem(atPath: path + "-wal")[.size] as? Int
        let isLeft = (size ?? 0) > 0
        for suffix in ["", "-wal", "-shm"] { try? files.removeItem(atPath: path + suffix) }
        if isLeft { throw SimulationFailure("\(path) was closed and left its log") }
    }

    func count(_ what: String, _ times: Int = 1) {
        counts[what, default: 0] += times
    }

    func note(_ text: @autoclosure () -> String) {
        if isTracing { print("\(step): \(text())") }
    }

    func table(_ number: Int) -> TableDescription? {
        catalog.table(number)
    }

    /// Counters and cursor never go back within one number and one life of the hub.
    func mark(_ desk: Desk) throws {
        guard
            let row = try desk.program.rows(
                "SELECT number, incarnation, next_counter, cursor, acknowledged_counter, applying FROM zona_state"
            ).first?.map(\.integer)
        else { throw SimulationFailure("a replica lost its state") }
        guard row[5] == 0 else { throw SimulationFailure("applying was committed as 1") }
        let old = desk.marks
        if old.number == row[0] && old.incarnation == row[1] {
            guard row[2] >= old.nextCounter, row[4] >= old.acknowledged else {
                throw SimulationFailure("a counter of desk \(desk.index) went back")
            }
            // A cursor goes to 0 when all is to be read again; otherwise never back.
            guard row[3] >= old.cursor || row[3] == 0 else {
                throw SimulationFailure("the cursor of desk \(desk.index) went back: \(old.cursor) to \(row[3])")
            }
        }
        desk.marks = Desk.Marks(
            number: row[0], incarnation: row[1], nextCounter: row[2], cursor: row[3], acknowledged: row[4])
    }

    /// No row in a replica's file that its comune may not read.
    func checkIsolation(_ desk: Desk) throws {
        guard !desk.isCapofila else { return }
        let mine = Value.id(desk.comune)
        let foreign = try desk.program.integer(
            """
            SELECT (SELECT count(*) FROM pratica WHERE comune_id IS NULL OR comune_id <> ?1)
                + (SELECT count(*) FROM zona_conflict WHERE scope NOT IN ('*', ?1))
            """, [mine])
        guard foreign == 0 else { throw SimulationFailure("desk \(desk.index) holds \(foreign) rows of others") }
    }
}

/// A batch that reaches the hub out of its conversation.
struct LateUpload {
    let bytes: [UInt8]
    let hash: [UInt8]
    /// Who made it, as the hub knows him.
    let peer: HubSession.Peer
    let clock: Int64
}
