import Testing

@testable import HubService

@Suite struct DataFolderTests {
    @Test func `only folders with a database are ambiti, in order`() throws {
        let folder = try TemporaryFolder()
        let data = DataFolder(folder.path + "/")
        for code in ["putignano", "Narni", "empty"] { try data.makeFolder(of: code) }
        try folder.write("", to: "putignano/hub.sqlite")
        try folder.write("", to: "Narni/hub.sqlite")

        #expect(try data.ambiti() == ["Narni", "putignano"])
        #expect(try data.hubFile(of: "Narni") == "\(folder.path)/Narni/hub.sqlite")
        #expect(try DataFolder("\(folder.path)/none").ambiti() == [])
    }

    @Test func `what is made twice in a second takes the name of the next`() throws {
        let folder = try TemporaryFolder()
        let path = { (name: String) in "\(folder.path)/\(name)" }
        try folder.write("", to: BackupFolder.name(at: 5_000))

        #expect(BackupFolder.freeName(at: 4_000, path) == BackupFolder.name(at: 4_000))
        #expect(BackupFolder.freeName(at: 5_000, path) == BackupFolder.name(at: 6_000))
    }

    @Test(arguments: [
        "", ".", "..", ".hidden", "a/b", "a b", "tls", "published", "è", String(repeating: "a", count: 65),
    ])
    func `a code that cannot name a folder is refused`(code: String) {
        let error = #expect(throws: HubServiceError.self) { try DataFolder("/x").folder(of: code) }

        #expect(error?.code == .badName)
    }
}
