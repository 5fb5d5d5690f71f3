import Bundles
import Foundation
import SyncWire
import Testing

@Suite struct StickWriterTests {
    @Test func `a bundle that was not finished leaves nothing`() throws {
        let folder = try StickFolder()
        do {
            let writer = try BundleWriter(
                folder.file("a.zona"), header: Golden.header(.changes), key: Golden.replicaKey)
            try writer.add(Golden.bytes("batch"))
            #expect(try folder.names == ["a.zona.part"])
        }

        #expect(try folder.names == [])
    }

    @Test func `a newer bundle takes the place of an older one, and of what a killed program left`() throws {
        let folder = try StickFolder()
        try Golden.write(.changes, to: folder.file("a.zona"))
        _ = try folder.write([1, 2, 3], as: "a.zona.part")

        try Golden.write(.records, to: folder.file("a.zona"))

        #expect(try folder.names == ["a.zona"])
        #expect(try Golden.read(folder.file("a.zona")).count == 3)
    }

    @Test func `a file that is none of Zona's stays`() throws {
        let folder = try StickFolder()
        let path = try folder.write("letter".utf8, as: "a.zona")

        let error = #expect(throws: StickError.self) { try Golden.write(.changes, to: path) }

        #expect(error?.code == .exists)
        #expect(try String(contentsOfFile: path, encoding: .utf8) == "letter")
    }

    @Test func `a folder that is not there is named`() throws {
        let error = #expect(throws: StickError.self) { try Golden.write(.changes, to: "/nowhere/a.zona") }

        #expect(error?.code == .notThere)
    }

    @Test(arguments: [
        ("Calvi dell'Umbria", "from-calvi-dell-umbria.zona"), ("Forlì", "from-forli.zona"),
        ("../\u{1B}[2J", "from-2j.zona"), ("", "from-comune.zona"),
    ]) func `a comune's name becomes a file's name`(_ name: String, _ file: String) {
        #expect(StickPath.name("from", of: name) == file)
    }
}
