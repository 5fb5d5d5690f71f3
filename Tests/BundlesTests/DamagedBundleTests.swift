import Bundles
import Foundation
import SyncCore
import SyncWire
import Testing

/// A stick is handed about, pulled out and copied by anybody: whatever is not as it was written is refused.
@Suite struct DamagedBundleTests {
    @Test func `a bundle cut off at any byte is refused`() throws {
        let folder = try StickFolder()
        let whole = try Golden.bytes("bundle-changes")

        for count in 0..<whole.count {
            let path = try folder.write(whole.prefix(count), as: "cut.zona")
            #expect(throws: StickError.self, "\(count) bytes") { try Golden.read(path) }
        }
    }

    @Test func `a bundle with one flipped bit is refused`() throws {
        let folder = try StickFolder()
        let whole = try Golden.bytes("bundle-changes")

        for place in whole.indices {
            var bytes = whole
            bytes[place] ^= 1 << UInt8(place % 8)
            let path = try folder.write(bytes, as: "bit.zona")
            #expect(throws: StickError.self, "bit \(place % 8) of byte \(place)") { try Golden.read(path) }
        }
    }

    @Test func `a bundle with something behind it is refused`() throws {
        let folder = try StickFolder()
        let path = try folder.write(Golden.bytes("bundle-changes") + [0], as: "more.zona")

        #expect(throws: StickError.self) { try Golden.read(path) }
    }

    /// The parts as they stand in the file, behind the header's frame.
    private func parts(_ bundle: [UInt8]) throws -> (head: [UInt8], parts: [[UInt8]]) {
        var place = try #require(Frame.length(of: bundle))
        let head = Array(bundle[..<place])
        var parts: [[UInt8]] = []
        while place < bundle.count {
            let part = try #require(BundlePart.read(prefix: Array(bundle[place..<place + 5])))
            parts.append(Array(bundle[place..<place + 5 + part.sealedBytes]))
            place += 5 + part.sealedBytes
        }
        return (head, parts)
    }

    @Test func `parts in another order, doubled or left out are refused`() throws {
        let folder = try StickFolder()
        let (head, parts) = try parts(Golden.bytes("bundle-changes"))
        try #require(parts.count == 4)
        let orders = [[1, 0, 2, 3], [0, 2, 1, 3], [0, 1, 1, 2, 3], [0, 1, 3], [0, 1, 2], [3], []]

        for order in orders {
            let path = try folder.write(head + order.flatMap { parts[$0] }, as: "order.zona")
            #expect(throws: StickError.self, "\(order)") { try Golden.read(path) }
        }
        let path = try folder.write(head + parts.flatMap { $0 }, as: "order.zona")
        #expect(try Golden.read(path).count == 3)
    }

    @Test func `parts of another bundle for the same reader are refused`() throws {
        let folder = try StickFolder()
        let (head, parts) = try parts(Golden.bytes("bundle-changes"))
        try Golden.write(.changes, to: folder.file("other.zona"))
        let other = try self.parts(Array(try Data(contentsOf: URL(filePath: folder.file("other.zona")))))

        let path = try folder.write(head + (parts.dropLast() + other.parts.suffix(1)).flatMap { $0 }, as: "mix.zona")

        #expect(throws: StickError.self) { try Golden.read(path) }
    }

    @Test func `who a bundle is not for cannot open it`() throws {
        let folder = try StickFolder()
        let path = try folder.write(Golden.bytes("bundle-changes"), as: "a.zona")
        guard case .bundle(let bundle) = try StickFile.open(path) else {
            Issue.record("not a bundle")
            return
        }

        let error = #expect(throws: StickError.self) { try bundle.begin(with: Golden.replicaKey.openingKey) }

        #expect(error?.code == .otherRecipient)
    }

    @Test func `a bundle of a later format says that this program is too old`() throws {
        let folder = try StickFolder()
        var later = try Golden.bytes("bundle-changes")
        later[4] = 2
        let path = try folder.write(later, as: "later.zona")

        let error = #expect(throws: StickError.self) { try StickFile.open(path) }

        #expect(error?.code == .newer)
        #expect(error?.context.contains("upgrade") == true)
    }

    @Test(arguments: [("", StickError.Code.notOurs), ("SQLite format 3", .notOurs), ("ZONA", .damaged)])
    func `what is no bundle is told apart`(_ text: String, _ code: StickError.Code) throws {
        let folder = try StickFolder()
        let path = try folder.write(text.utf8, as: "a.zona")

        let error = #expect(throws: StickError.self) { try StickFile.open(path) }

        #expect(error?.code == code)
    }
}
