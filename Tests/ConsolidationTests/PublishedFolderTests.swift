import Consolidation
import Foundation
import SyncWire
import Testing

@Suite
struct PublishedFolderTests {
    private func names(_ folder: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
    }

    @Test
    func `the folder has the date in Rome, and only finished folders stand beside it`() throws {
        let sample = try SampleAmbito()
        try sample.fill()

        // 23:30 UTC is the next day in Rome.
        let publication = try sample.publish(at: SampleAmbito.night - 3 * SampleAmbito.hour)

        #expect(publication.date.description == "2026-11-23")
        #expect(try names(sample.output) == ["2026-11-23"])
        #expect(publication.cursor == 42)
        #expect(publication.rows == 11)
    }

    @Test
    func `a second publication of a date gets the next number, and the first stays as it is`() throws {
        let sample = try SampleAmbito()
        let first = try sample.publish()
        let before = try first.bytes("impronta.txt")

        let second = try sample.publish(at: SampleAmbito.night + 60_000)
        try FileManager.default.removeItem(atPath: second.folder)
        try FileManager.default.createDirectory(
            atPath: sample.output + "/2026-11-23.9", withIntermediateDirectories: true)
        let third = try sample.publish()

        #expect(second.folder.hasSuffix("/2026-11-23.2"))
        #expect(third.folder.hasSuffix("/2026-11-23.10"))
        #expect(try first.bytes("impronta.txt") == before)
        #expect(try Consolidation.lastPublished(in: sample.output) == RomeDate("2026-11-23"))
    }

    @Test
    func `what a crash left unfinished goes at the next run, and nothing else does`() throws {
        let sample = try SampleAmbito()
        let left = sample.output + "/.in-corso-vecchio"
        try FileManager.default.createDirectory(atPath: left, withIntermediateDirectories: true)
        try Data("a meta".utf8).write(to: URL(fileURLWithPath: left + "/comune.csv"))
        try Data("mio".utf8).write(to: URL(fileURLWithPath: sample.output + "/appunti.txt"))

        _ = try sample.publish()

        #expect(try names(sample.output) == ["2026-11-23", "appunti.txt"])
    }

    @Test
    func `every file has its fingerprint, in the order of names`() throws {
        let sample = try SampleAmbito()
        try sample.fill()

        let publication = try sample.publish()

        let others = try names(publication.folder).filter { $0 != "impronta.txt" }
        let expected = try others.map { "\(Hash.text(Hash.of(try publication.bytes($0))))  \($0)\n" }.joined()
        #expect(try publication.content("impronta.txt") == expected)
    }

    @Test
    func `where no folder can be made nothing changes and the error names the path`() throws {
        let sample = try SampleAmbito()
        try Data("mio".utf8).write(to: URL(fileURLWithPath: sample.output))

        let fault = #expect(throws: ConsolidationError.self) { try sample.publish() }

        #expect(fault?.code == .folder)
        #expect(fault?.context.contains(sample.output) == true)
        #expect(FileManager.default.contents(atPath: sample.output) == Data("mio".utf8))
    }

    @Test
    func `a failure half way leaves no folder behind`() throws {
        let sample = try SampleAmbito()
        _ = try sample.publish()
        try sample.applied("DROP TABLE giustificazione")

        let fault = #expect(throws: ConsolidationError.self) { try sample.publish() }

        #expect(fault?.code == .replica)
        #expect(try names(sample.output) == ["2026-11-23"])
    }

    @Test
    func `while one publication is under way another is told to wait`() throws {
        let sample = try SampleAmbito()
        try FileManager.default.createDirectory(atPath: sample.output, withIntermediateDirectories: true)
        let lock = open(sample.output, O_RDONLY | O_DIRECTORY)
        #expect(flock(lock, LOCK_EX | LOCK_NB) == 0)

        let fault = #expect(throws: ConsolidationError.self) { try sample.publish() }
        close(lock)

        #expect(fault?.code == .busy)
        #expect(fault?.isRetryable == true)
        #expect(try names(sample.output) == [])
        #expect(try sample.publish().date == RomeDate("2026-11-23"))
    }

    @Test(arguments: ["", "../fuori", "a b", String(repeating: "a", count: 65)])
    func `a token that is no plain name is refused`(token: String) throws {
        let sample = try SampleAmbito()

        let fault = #expect(throws: ConsolidationError.self) { try sample.publish(token: token) }

        #expect(fault?.code == .badRequest)
    }

    @Test
    func `a replica of one comune, or one that never pulled, is not consolidated`() throws {
        let comunes = try SampleAmbito(isCapofila: false)
        let fresh = try SampleAmbito(hasPulled: false)

        let first = #expect(throws: ConsolidationError.self) { try comunes.publish() }
        let second = #expect(throws: ConsolidationError.self) { try fresh.publish() }

        #expect(first?.code == .notCapofila)
        #expect(second?.code == .neverPulled)
        #expect(!FileManager.default.fileExists(atPath: fresh.output))
    }
}
