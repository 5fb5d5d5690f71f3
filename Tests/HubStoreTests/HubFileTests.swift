import Foundation
import HubStore
import Testing

/// A hub's file that cannot be opened.
@Suite struct HubFileTests {
    @Test func `what stands in the place of a hub's file and is none is said to be the file's fault`() throws {
        let ambito = try Ambito()
        let path = ambito.folder + "/a-folder.sqlite"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)

        let error = #expect(throws: HubStoreError.self) { _ = try HubStore(path: path, key: ambito.hubKey) }

        #expect(error?.code == .readOnly)
    }
}
