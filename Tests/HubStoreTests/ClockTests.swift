import ReplicaStore
import SyncCore
import Testing

@Suite struct ClockTests {
    private static let minute: Int64 = 60_000

    /// A record that both have.
    private func world() throws -> (ambito: Ambito, narni: Desk, amelia: Desk) {
        let ambito = try Ambito()
        let (narni, amelia) = (try ambito.replica(of: "055022", "narni"), try ambito.replica(of: "055004", "amelia"))
        try narni.sql("INSERT INTO soggetto(denominazione, tipo_soggetto) VALUES ('Auser', 'VOL')")
        try narni.sync()
        try amelia.sync()
        return (ambito, narni, amelia)
    }

    private func write(_ column: String, _ value: String, _ desk: Desk, after minutes: Int64) throws {
        desk.ambito.now += minutes * Self.minute
        try desk.sql("UPDATE soggetto SET \(column) = '\(value)'")
        try desk.capture()
    }

    private func expect(_ shown: String, losing lost: String, at desks: [Desk]) throws {
        for _ in 0..<2 { for desk in desks { try desk.sync() } }
        for desk in desks {
            #expect(try desk.value("SELECT telefono FROM soggetto") == "\"\(shown)\"")
            let open = try desk.store.conflicts().filter { $0.state == "open" }
            #expect(open.map(\.other.values) == [[.text(lost)]])
        }
    }

    @Test(arguments: [400 * 24 * 60, -3 * 24 * 60, -60 * 24 * 365 * 50] as [Int64])
    func `a clock that is wrong by years makes nothing later than it was, however often it captured alone`(
        ahead: Int64
    ) throws {
        let (ambito, narni, amelia) = try world()
        amelia.skew = max(ahead * Self.minute, -ambito.now)

        try write("pec", "a@b.example", amelia, after: 1)
        try write("telefono", "earlier", amelia, after: 5)
        try write("telefono", "later", narni, after: 5)
        try narni.sync()
        ambito.now += 50 * Self.minute

        try expect("later", losing: "earlier", at: [amelia, narni])
    }

    @Test func `a value that had lost does not come back because the winner's clock was set right`() throws {
        let (ambito, narni, amelia) = try world()
        amelia.skew = 24 * 60 * Self.minute

        try write("telefono", "first", amelia, after: 1)
        amelia.skew = 0
        try write("telefono", "second", amelia, after: 5)
        try write("telefono", "other", narni, after: 5)
        try narni.sync()
        ambito.now += 50 * Self.minute

        try expect("second", losing: "other", at: [amelia, narni])
    }
}
