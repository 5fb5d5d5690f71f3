import ReplicaStore
import Testing

@Suite struct FileHealthTests {
    @Test func `A new file has all its triggers, and they are those of the catalog`() throws {
        let fixture = try ReplicaFixture()

        #expect(try fixture.store.health().isSound)
    }

    @Test func `Triggers that were dropped, altered or added are named, and made anew`() throws {
        let fixture = try ReplicaFixture()
        try fixture.sql(
            """
            DROP TRIGGER zona_track_soggetto_update;
            DROP TRIGGER zona_track_soggetto_insert;
            CREATE TRIGGER zona_track_soggetto_insert AFTER INSERT ON soggetto BEGIN SELECT 1; END;
            CREATE TRIGGER zona_mine AFTER INSERT ON soggetto BEGIN SELECT 1; END;
            """)

        let health = try fixture.store.health()
        #expect(health.missingTriggers == ["zona_track_soggetto_update"])
        #expect(health.alteredTriggers == ["zona_track_soggetto_insert"])
        #expect(health.strangeTriggers == ["zona_mine"])
        #expect(!health.tracksEverything)
        try fixture.store.repairTriggers()

        #expect(try fixture.store.health().isSound)
    }

    @Test func `A switch that was left on is noticed, and switched off`() throws {
        let fixture = try ReplicaFixture()
        try fixture.sql("UPDATE zona_state SET applying = 1")

        #expect(try fixture.store.health().isSilenced)
        try fixture.store.repairTriggers()

        #expect(try fixture.store.health().isSound)
    }
}
