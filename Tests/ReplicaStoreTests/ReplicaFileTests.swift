import Foundation
import GRDB
import ReplicaStore
import Schema
import SyncCore
import Testing

/// Files that are not a replica, or not one for this program: told apart, and left as they are.
@Suite struct ReplicaFileTests {
    private let replica: ReplicaFixture

    init() throws {
        replica = try ReplicaFixture()
    }

    private func path(_ name: String) -> String {
        replica.folder.appending(path: name).path
    }

    @Test func `a file that is not there is not made by opening it`() throws {
        let error = #expect(throws: ReplicaStoreError.self) { try ReplicaStore(path: path("none.sqlite")) }

        #expect(error?.code == .notFound)
        #expect(!FileManager.default.fileExists(atPath: path("none.sqlite")))
    }

    @Test(arguments: [0, 50, 5000])
    func `a file that is no database is left as it is`(size: Int) throws {
        let bytes = Data(repeating: 0x41, count: size)
        try bytes.write(to: URL(filePath: path("text.txt")))

        let error = #expect(throws: ReplicaStoreError.self) { try ReplicaStore(path: path("text.txt")) }

        #expect(error?.code == .notAReplica)
        #expect(try Data(contentsOf: URL(filePath: path("text.txt"))) == bytes)
    }

    @Test func `another program's database is not taken for a replica`() throws {
        let queue = try DatabaseQueue(path: path("other.sqlite"))
        try queue.write { try $0.execute(sql: "CREATE TABLE a(b)") }
        try queue.close()

        let error = #expect(throws: ReplicaStoreError.self) { try ReplicaStore(path: path("other.sqlite")) }

        #expect(error?.code == .notAReplica)
    }

    @Test func `a replica whose pages are destroyed is told as damaged`() throws {
        try replica.store.close()
        let url = URL(filePath: replica.path)
        var bytes = try Data(contentsOf: url)
        bytes.replaceSubrange(100..<8192, with: Data(repeating: 0xFF, count: 8092))
        try bytes.write(to: url)

        let error = #expect(throws: ReplicaStoreError.self) { try ReplicaStore(path: replica.path) }

        #expect(error?.code == .notAReplica)
    }

    @Test func `a replica of a newer schema is not opened`() throws {
        try replica.sql("UPDATE zona_catalog SET since = 99 WHERE table_name = 'comune'")

        let error = #expect(throws: ReplicaStoreError.self) { try ReplicaStore(path: replica.path) }

        #expect(error?.code == .newerSchema)
        #expect(error?.context.contains("99") == true)
    }

    @Test func `a file that is there is not overwritten by a new replica`() throws {
        let url = URL(filePath: path("mine.txt"))
        try Data("mine".utf8).write(to: url)
        let enrolment = ReplicaFixture.enrolment(isCapofila: false, key: replica.key)

        let error = #expect(throws: ReplicaStoreError.self) {
            try ReplicaStore.create(at: url.path, enrolment: enrolment)
        }

        #expect(error?.code == .exists)
        #expect(try String(contentsOf: url, encoding: .utf8) == "mine")
    }

    @Test(arguments: ["-wal", "-journal"])
    func `what is left of a file that was deleted is neither taken for the new one's nor overwritten`(
        _ suffix: String
    ) throws {
        let left = path("again.sqlite" + suffix)
        try Data("work".utf8).write(to: URL(filePath: left))
        let enrolment = ReplicaFixture.enrolment(isCapofila: false, key: replica.key)

        let error = #expect(throws: ReplicaStoreError.self) {
            try ReplicaStore.create(at: path("again.sqlite"), enrolment: enrolment)
        }

        #expect(error?.code == .exists)
        #expect(error?.context.contains(left) == true)
        #expect(try String(contentsOf: URL(filePath: left), encoding: .utf8) == "work")
    }

    @Test func `a replica that cannot be made leaves nothing behind`() throws {
        let enrolment = ReplicaFixture.enrolment(isCapofila: false, key: replica.key)

        #expect(throws: ReplicaStoreError.self) {
            try ReplicaStore.create(
                at: path("broken.sqlite"), enrolment: enrolment, files: [.init(name: "broken", sql: "CREATE nonsense")])
        }

        let left = try FileManager.default.contentsOfDirectory(atPath: replica.folder.path)
        #expect(left.allSatisfy { !$0.hasPrefix("broken") })
    }

    /// A journal that stayed would be taken for another file's, and the next attempt refused.
    @Test func `a file is removed with what SQLite keeps beside it in either journal mode`() throws {
        let files = ["", "-wal", "-shm", "-journal"].map { path("gone.sqlite" + $0) }
        for file in files { try Data("x".utf8).write(to: URL(filePath: file)) }

        ReplicaStore.remove(at: files[0])

        #expect(files.allSatisfy { !FileManager.default.fileExists(atPath: $0) })
    }

    @Test func `a closed replica is one whole file`() throws {
        try replica.sql("UPDATE soggetto SET telefono = '1'")

        try replica.store.close()

        let copy = path("copy.sqlite")
        try FileManager.default.copyItem(atPath: replica.path, toPath: copy)
        let opened = try ReplicaStore(path: copy)
        #expect(try opened.status().pendingRecords == 1)
        try opened.close()
    }

    @Test func `a change over 1 MB is refused where it is written`() throws {
        let text = String(repeating: "à", count: Limits.changeBytes / 2 + 10)

        let error = #expect(throws: ReplicaStoreError.self) {
            try replica.store.update(
                ReplicaFixture.body, of: replica.table("soggetto"),
                replica.values("soggetto", ["denominazione": .text(text)]), by: replica.author)
        }

        #expect(error?.code == .notValid || error?.code == .tooLarge)
        #expect(try replica.store.status().pendingRecords == 0)
    }
}
