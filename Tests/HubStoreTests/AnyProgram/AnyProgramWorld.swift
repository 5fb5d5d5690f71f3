import Foundation
import GRDB
import GRDBSQLite
import HubStore
import ReplicaStore
import SyncCore
import Testing

/// An ambito with two replicas of one comune. Scripts run at one of them and at a plain copy of it that has the check
/// triggers and no tracking; after a sync the other replica must hold what the plain copy holds.
final class AnyProgramWorld {
    struct Tally {
        var statements = 0
        var refused = 0
        var captures = 0
        var changes = 0
        var syncs = 0
    }

    let seed: UInt64
    let ambito: Ambito
    private(set) var desks: [Desk]
    private(set) var tally = Tally()
    private let tables: [TableDescription]
    private let comuni: [String]
    private let own: String
    /// A connection to each replica's file to look at it with; opening one costs more than most scripts.
    private var viewers: [String: ProgramConnection] = [:]
    private var plainPath: String { ambito.folder + "/plain.sqlite" }

    init(seed: UInt64) throws {
        self.seed = seed
        ambito = try Ambito()
        let narni = try ambito.replica(of: "055022", "narni")
        try Self.found(narni)
        // Every third world is the capofila's own, who may write what the others may not.
        let istat = seed % 3 == 0 ? "055022" : "055004"
        desks = [try ambito.replica(of: istat, "uno"), try ambito.replica(of: istat, "due")]
        tables = desks[0].store.catalog.tables.filter { !$0.name.hasPrefix("zona_") }
        comuni = try desks[0].values("SELECT id FROM comune ORDER BY id").map { $0.filter { $0 != "\"" } }
        own = try desks[0].value("SELECT comune FROM zona_state").filter { $0 != "\"" }
    }

    /// What everybody has before the first script: codes, a plan and its year, and rows that scripts name as parents.
    private static func found(_ capofila: Desk) throws {
        let tables = capofila.store.catalog.tables
        func id(_ name: String, _ number: Int) -> String {
            tables.first { $0.name == name }.map { "'\(ScriptGenerator.id($0, number))'" } ?? "NULL"
        }
        let lists = ScriptGenerator.codes.filter { !["fonte", "area_utenza", "tipo_soggetto"].contains($0.key) }
        var sql = lists.sorted { $0.key < $1.key }.map { list, code in
            "INSERT INTO vocabolario(tipo, codice, denominazione) VALUES ('\(list)', '\(code)', 'x')"
        }
        for number in 0..<3 {
            let plan = id("piano_di_zona", number)
            let year = id("annualita", number)
            sql += [
                "INSERT INTO piano_di_zona(id, ambito_id, denominazione, anno_inizio, anno_fine, strumento) "
                    + "SELECT \(plan), id, 'Piano', 2022, 2024, 'convenzione' FROM ambito",
                "INSERT INTO annualita(id, piano_id, anno) VALUES (\(year), \(plan), 2022)",
                "INSERT INTO soggetto(id, denominazione, tipo_soggetto) VALUES (\(id("soggetto", number)), 'Ente', 'VOL')",
                "INSERT INTO intervento(id, annualita_id, titolo, titolare) "
                    + "VALUES (\(id("intervento", number)), \(year), 'Scheda', 'comune')",
                "INSERT INTO obiettivo(id, piano_id, tipo, titolo) "
                    + "VALUES (\(id("obiettivo", number)), \(plan), 'strategico', 'Legami')",
                "INSERT INTO assegnazione_fondo(id, annualita_id, fonte, importo_cent) "
                    + "VALUES (\(id("assegnazione_fondo", number)), \(year), 'FNPS', 100000)",
                "INSERT INTO tavolo(id, piano_id, denominazione, tipo) "
                    + "VALUES (\(id("tavolo", number)), \(plan), 'Tavolo', 'tecnico')",
                "INSERT INTO progetto_rete(id, titolo) VALUES (\(id("progetto_rete", number)), 'Help')",
            ]
        }
        try capofila.sql(sql.joined(separator: ";\n"))
        try capofila.sync()
    }

    private func generator(_ number: Int, givesIDs: Bool) -> ScriptGenerator {
        ScriptGenerator(
            catalog: desks[0].store.catalog, comuni: comuni, own: own, givesIDs: givesIDs,
            seed: seed &* 1_000_003 &+ UInt64(number))
    }

    /// Plays the world's `number`-th script. Throws the first difference, with what replays it.
    func play(_ number: Int) throws {
        let writer = desks[number % 2]
        let other = desks[1 - number % 2]
        var generator = generator(number, givesIDs: false)
        let steps = generator.script()
        let source = seed &+ UInt64(number)
        let attachments = ["tracked", "plain"].map { ambito.folder + "/\($0)-esterno.sqlite" }
        for path in attachments { try? FileManager.default.removeItem(atPath: path) }
        try copyPlainly(writer)
        do {
            let tracked = try ProgramConnection(path: writer.store.path, seed: source, now: ambito.now)
            let plain = try ProgramConnection(path: plainPath, seed: source, now: ambito.now)
            for step in steps {
                if case .sql(let sql) = step {
                    try run(sql, tracked, plain, attachments)
                } else if !tracked.isInTransaction {
                    try happen(step, at: writer, other: other, plain: plain)
                }
            }
        } catch let difference as Difference {
            throw difference.played(seed, number, steps)
        }
        do { try settle(writer, other) } catch let difference as Difference {
            throw difference.played(seed, number, steps)
        }
    }

    /// The same with a program of another build, which has the replica's file to itself.
    func play(_ number: Int, by build: AnotherBuild) throws {
        let (place, otherPlace) = (number % 2, 1 - number % 2)
        let path = desks[place].store.path
        var generator = generator(number, givesIDs: true)
        let steps = generator.script()
        try copyPlainly(desks[place])
        viewers = [:]
        desks[place].endProgram()
        try desks[place].store.close()
        let statements = steps.compactMap { step in
            if case .sql(let sql) = step { return sql.replacing(ScriptGenerator.attached, with: ":memory:") }
            return nil
        }
        tally.statements += statements.count
        let (tracked, plain) = (try build.run(statements, at: path), try build.run(statements, at: plainPath))
        let old = desks[place]
        desks[place] = Desk(ambito: ambito, store: try ReplicaStore(path: path), key: old.key)
        do {
            guard tracked == plain else { throw Difference("\(build.name) prints\n\(tracked)\nand plainly\n\(plain)") }
            try settle(desks[place], desks[otherPlace])
        } catch let difference as Difference {
            throw difference.played(seed, number, steps)
        }
    }

    private func run(_ sql: String, _ tracked: ProgramConnection, _ plain: ProgramConnection, _ places: [String]) throws
    {
        let results = zip([tracked, plain], places).map { program, place in
            program.run(sql.replacing(ScriptGenerator.attached, with: place))
        }
        tally.statements += 1
        if results[1].code != SQLITE_OK { tally.refused += 1 }
        guard results[0] == results[1], tracked.isInTransaction == plain.isInTransaction else {
            throw Difference("after \(sql)\n  tracked: \(results[0])\n  plain:   \(results[1])")
        }
    }

    private func happen(_ step: ScriptGenerator.Step, at writer: Desk, other: Desk, plain: ProgramConnection) throws {
        switch step {
        case .sql: return
        case .capture:
            tally.captures += 1
            tally.changes += try writer.capture().changes
            try PlainCopy.takeDerivedIDs(plain, tables)
        case .sync(let losing):
            tally.syncs += 1
            do {
                try writer.sync(losing: losing)
                try PlainCopy.takeDerivedIDs(plain, tables)
                try PlainCopy.stashAll(plain, tables)
            } catch is LostAnswer {
                try PlainCopy.takeDerivedIDs(plain, tables)
            }
        case .other:
            try other.sync()
        }
    }

    /// Both replicas sync; then the three must be equal, and nothing may be left over.
    private func settle(_ writer: Desk, _ other: Desk) throws {
        let plain = try ProgramConnection(path: plainPath)
        try PlainCopy.takeDerivedIDs(plain, tables)
        let expected = try PlainCopy.dump(plain, tables)
        tally.changes += try writer.capture().changes
        try Difference.between(expected, try dump(writer), "the tracked replica")
        try writer.sync()
        try other.sync()
        try Difference.between(expected, try dump(writer), "the tracked replica after its sync")
        try Difference.between(expected, try dump(other), "the other replica")
        for desk in desks {
            let left = try viewer(of: desk).must(PlainCopy.leftovers(tables))
            guard left.isEmpty else { throw Difference("left at \(desk.store.path): \(left)") }
        }
    }

    private func dump(_ desk: Desk) throws -> [String: [String]] {
        try PlainCopy.dump(try viewer(of: desk), tables)
    }

    private func viewer(of desk: Desk) throws -> ProgramConnection {
        if let known = viewers[desk.store.path] { return known }
        let viewer = try ProgramConnection(path: desk.store.path)
        viewers[desk.store.path] = viewer
        return viewer
    }

    private func copyPlainly(_ writer: Desk) throws {
        let program = try viewer(of: writer)
        // What the program made in its last script stays until its next: pulls came meanwhile.
        try PlainCopy.dropObjects(program)
        try program.must("PRAGMA wal_checkpoint(TRUNCATE)")
        for end in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: plainPath + end) }
        try FileManager.default.copyItem(atPath: writer.store.path, toPath: plainPath)
        let plain = try ProgramConnection(path: plainPath)
        try PlainCopy.forgetTracking(plain)
        try PlainCopy.stashAll(plain, tables)
    }
}
