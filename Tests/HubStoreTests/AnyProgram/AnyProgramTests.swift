import Testing

/// Any program may write: whatever a script does to a replica's file, the other side comes to hold what a plain file
/// holds after the same script.
@Suite struct AnyProgramTests {
    @Test(arguments: AnyProgramRun.seeds)
    func `what any script leaves in a plain file reaches the other replica, byte for byte`(seed: UInt64) throws {
        let world = try AnyProgramWorld(seed: seed)

        for number in 0..<AnyProgramRun.scriptsPerWorld { try world.play(number) }

        #expect(world.tally.statements > 0)
        if AnyProgramRun.isCampaign { print("any program: seed \(seed), \(world.tally)") }
    }

    @Test(arguments: AnotherBuild.all)
    func `what another build of SQLite writes while nobody has the file open reaches the other replica`(
        build: AnotherBuild
    ) throws {
        #expect(try build.version().hasPrefix("3."), "\(build.name) does not run")
        var statements = 0

        for seed in AnyProgramRun.seedsOfAnotherBuild {
            let world = try AnyProgramWorld(seed: seed)
            for number in 0..<AnyProgramRun.scriptsPerWorld { try world.play(number, by: build) }
            statements += world.tally.statements
            if AnyProgramRun.isCampaign {
                print("any program: seed \(seed), \(build.name) \(try build.version()), \(world.tally)")
            }
        }

        #expect(statements > 0)
    }
}
