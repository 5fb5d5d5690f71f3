import SyncWire
import Testing

@testable import HubService

@Suite struct PartFilesTests {
    private let folder: TemporaryFolder
    private let hash = [UInt8](repeating: 0xAB, count: 32)
    private let now: Int64 = 1_800_000_000_000
    private var file: String { "\(Hash.text(hash)).part" }

    init() throws {
        folder = try TemporaryFolder()
    }

    @Test func `what comes in pieces is there as a whole, readable by its owner only`() throws {
        let parts = try PartFiles(folder: folder.path, now: now)

        let lease = try parts.begin(hash, offset: 0, total: 5, now: now)
        try parts.append([1, 2], to: lease, now: now)
        try parts.append([3, 4, 5], to: lease, now: now)

        #expect(try parts.contents(of: lease) == [1, 2, 3, 4, 5])
        #expect(folder.size(file) == 5)
        #expect(try folder.mode(file) == 0o600)
    }

    @Test func `an upload goes on where it was cut, also after a restart`() throws {
        let before = try PartFiles(folder: folder.path, now: now)
        try before.append([1, 2], to: try before.begin(hash, offset: 0, total: 4, now: now), now: now)

        // The file's time is the real one, so the clock of the test is not far from it here.
        let after = try PartFiles(folder: folder.path, now: 0)
        let size = after.size(of: hash, now: 0)
        let lease = try after.begin(hash, offset: 2, total: 4, now: 0)
        try after.append([3, 4], to: lease, now: 0)

        #expect(size == 2)
        #expect(try after.contents(of: lease) == [1, 2, 3, 4])
    }

    @Test func `another offset than what is here is refused and changes nothing`() throws {
        let parts = try PartFiles(folder: folder.path, now: now)
        try parts.append([1, 2], to: try parts.begin(hash, offset: 0, total: 4, now: now), now: now)

        for offset in [0, 1, 3] {
            let problem = #expect(throws: Problem.self) {
                try parts.begin(hash, offset: offset, total: 4, now: now)
            }
            #expect(problem?.code == .offsetMismatch)
        }

        #expect(parts.size(of: hash, now: now) == 2)
    }

    @Test func `a newer request takes a batch over from an older one`() throws {
        let parts = try PartFiles(folder: folder.path, now: now)
        let older = try parts.begin(hash, offset: 0, total: 4, now: now)
        try parts.append([1, 2], to: older, now: now)

        let newer = try parts.begin(hash, offset: 2, total: 4, now: now)
        let problem = #expect(throws: Problem.self) { try parts.append([9], to: older, now: now) }
        parts.remove(older)
        try parts.append([3, 4], to: newer, now: now)

        #expect(problem?.code == .offsetMismatch)
        #expect(try parts.contents(of: newer) == [1, 2, 3, 4])
    }

    @Test func `who asks how much is here takes a batch over: what comes late does not move its end`() throws {
        let parts = try PartFiles(folder: folder.path, now: now)
        let dead = try parts.begin(hash, offset: 0, total: 4, now: now)
        try parts.append([1, 2], to: dead, now: now)

        let size = parts.size(of: hash, now: now)
        let problem = #expect(throws: Problem.self) { try parts.append([3], to: dead, now: now) }
        let next = try parts.begin(hash, offset: size, total: 4, now: now)
        try parts.append([3, 4], to: next, now: now)

        #expect(problem?.code == .offsetMismatch)
        #expect(try parts.contents(of: next) == [1, 2, 3, 4])
    }

    @Test func `a finished batch leaves no file`() throws {
        let parts = try PartFiles(folder: folder.path, now: now)
        let lease = try parts.begin(hash, offset: 0, total: 1, now: now)
        try parts.append([1], to: lease, now: now)

        parts.remove(lease)

        #expect(parts.size(of: hash, now: now) == 0)
        #expect(folder.size(file) == nil)
    }

    @Test func `a batch is given up after a day without a byte`() throws {
        let parts = try PartFiles(folder: folder.path, now: now)
        try parts.append([1], to: try parts.begin(hash, offset: 0, total: 4, now: now), now: now)

        #expect(parts.size(of: hash, now: now + 86_399_999) == 1)
        #expect(parts.size(of: hash, now: now + 86_400_000) == 0)
        #expect(folder.size(file) == nil)
    }

    @Test func `old parts and foreign files go at the start`() throws {
        try folder.write("old", to: file)
        try folder.write("odd", to: "odd.part")

        _ = try PartFiles(folder: folder.path, now: .max)

        #expect(folder.size(file) == nil)
        #expect(folder.size("odd.part") == nil)
    }

    @Test func `the oldest goes when an ambito's parts would be too many`() throws {
        let parts = try PartFiles(folder: folder.path, now: now, limitBytes: 10)
        let hashes = (0..<3).map { [UInt8](repeating: $0, count: 32) }
        for (index, hash) in hashes[..<2].enumerated() {
            let time = now + Int64(index)
            try parts.append([1, 2, 3, 4], to: try parts.begin(hash, offset: 0, total: 4, now: time), now: time)
        }

        _ = try parts.begin(hashes[2], offset: 0, total: 6, now: now + 2)
        let tooLarge = #expect(throws: Problem.self) { try parts.begin(hash, offset: 0, total: 11, now: now + 2) }

        #expect(parts.size(of: hashes[0], now: now + 2) == 0)
        #expect(tooLarge?.code == .hubFault)
    }
}
