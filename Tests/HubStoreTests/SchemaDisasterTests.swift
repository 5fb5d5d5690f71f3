import HubStore
import ReplicaStore
import ReplicaSync
import SyncCore
import Testing

/// Files of an earlier schema that come back from backups.
@Suite struct SchemaDisasterTests {
    private let record = TwoSchemas.record

    @Test func `A replica put back from a backup of before its upgrade gets its later work back, new columns too`()
        throws
    {
        let (ambito, new, amelia) = try TwoSchemas.apart()
        try amelia.sync()
        let backup = try amelia.copy("vecchia", files: TwoSchemas.old)
        let upgraded = try amelia.reopened(files: TwoSchemas.new)
        try upgraded.sql("UPDATE voce SET a = 'dopo', n = 9; INSERT INTO nuova(titolo) VALUES ('Nuova')")
        try upgraded.sync()
        try new.sync()

        try backup.sql("UPDATE voce SET b = 'dal backup'")
        try backup.capture()
        let again = try backup.reopened(files: TwoSchemas.new)
        try again.sync()

        #expect(again.events == [.forked])
        try settleAll([again, new])
        #expect(try again.value("SELECT a, b, n FROM voce") == "\"dopo\"|\"dal backup\"|9")
        #expect(try again.value("SELECT titolo FROM nuova") == "\"Nuova\"")
        #expect(try new.store.conflicts().isEmpty)
        try ambito.expectConverged(new, again)
    }

    @Test(arguments: [false, true])
    func `A hub put back from a backup of before its upgrade gets the new columns and tables back`(
        _ isOldFirst: Bool
    ) throws {
        let (ambito, narni, amelia) = try TwoSchemas.world()
        let backup = try ambito.backup()
        try ambito.upgradeHub(to: TwoSchemas.new)
        let new = try narni.reopened(files: TwoSchemas.new)
        try new.sync()
        try new.sql("UPDATE voce SET n = 7; INSERT INTO nuova(titolo) VALUES ('Nuova')")
        try new.sync()
        try amelia.sync()
        try amelia.sql("UPDATE voce SET a = 'di Amelia'")
        try amelia.sync()
        try new.sync()

        try ambito.putBack(backup, files: TwoSchemas.new)
        try settleAll(isOldFirst ? [amelia, new] : [new, amelia])

        #expect(try new.value("SELECT a, n FROM voce") == "\"di Amelia\"|7")
        #expect(try new.value("SELECT titolo FROM nuova") == "\"Nuova\"")
        #expect(try amelia.value("SELECT a FROM voce") == "\"di Amelia\"")
        #expect(try new.store.conflicts().isEmpty)
        try ambito.expectConverged(new)
    }

    @Test(arguments: [false, true])
    func `Rows given back by both schemas make one row, and its new column is shown or kept`(_ isOldFirst: Bool) throws
    {
        let (ambito, narni, amelia) = try TwoSchemas.world()
        let backup = try ambito.backup()
        try ambito.upgradeHub(to: TwoSchemas.new)
        let new = try narni.reopened(files: TwoSchemas.new)
        let otricoli = try ambito.replica(of: "055024", "otricoli", files: TwoSchemas.new)
        try new.sql("INSERT INTO voce(id, a, n) VALUES ('0190a000-0000-7000-8000-00000000dd09', 'perduta', 8)")
        try settleAll([new, otricoli, amelia], rounds: 1)

        // The backup comes back, and the file of who wrote the row does not.
        try ambito.putBack(backup, files: TwoSchemas.new)
        try settleAll(isOldFirst ? [amelia, otricoli] : [otricoli, amelia])

        let shown = try otricoli.value("SELECT a, n FROM voce WHERE a = 'perduta'")
        let kept = try otricoli.store.refusedChanges().flatMap(\.values).contains { $0.value == .integer(8) }
        #expect(shown == "\"perduta\"|8" || kept)
        #expect(try amelia.values("SELECT a FROM voce WHERE a = 'perduta'").count == 1)
        try ambito.expectConverged(otricoli)
    }

    /// Amelia's program does not know all columns of the row that she edits: the hub sends it to her again. What she
    /// gives back to a restored hub is the version that Otricoli knew, and knows to be deleted.
    @Test func `A delete is known of a record too that came back from a program of the earlier schema`() throws {
        let (ambito, narni, amelia) = try TwoSchemas.world()
        try ambito.upgradeHub(to: TwoSchemas.new)
        let new = try narni.reopened(files: TwoSchemas.new)
        let otricoli = try ambito.replica(of: "055024", "otricoli", files: TwoSchemas.new)
        try new.sql("INSERT INTO voce(id, a, n) VALUES ('0190a000-0000-7000-8000-00000000dd09', 'prima', 8)")
        try settleAll([new, otricoli, amelia])
        let backup = try ambito.backup()
        try amelia.sql("UPDATE voce SET a = 'di Amelia' WHERE a = 'prima'")
        try settleAll([amelia, new])
        try new.sql("DELETE FROM voce WHERE a = 'di Amelia'")
        try settleAll([new, otricoli])

        // Who deleted it is lost, and the hub is put back.
        try ambito.putBack(backup, files: TwoSchemas.new)
        try settleAll([amelia, otricoli], rounds: 3)

        for desk in [amelia, otricoli] { #expect(try desk.values("SELECT a FROM voce WHERE a = 'di Amelia'").isEmpty) }
        try ambito.expectConverged(otricoli)
    }

    /// Rows of a table that its program lacked were never sent to it, though what it knew covers who wrote them.
    @Test func `Who upgrades before a hub is put back does not take the rows of a new table for deleted ones`() throws {
        let (ambito, new, amelia) = try TwoSchemas.apart()
        try new.sql("INSERT INTO nuova(titolo) VALUES ('Nuova')")
        try settleAll([new, amelia], rounds: 2)
        let upgraded = try amelia.reopened(files: TwoSchemas.new)

        try ambito.hub.beginNewLife(now: ambito.now)
        try settleAll([upgraded, new], rounds: 3)

        #expect(try new.store.conflicts().isEmpty)
        #expect(try upgraded.value("SELECT titolo FROM nuova") == "\"Nuova\"")
        try ambito.expectConverged(new, upgraded)
    }
}
