import Bundles
import SyncCore
import SyncWire

/// What a file from the hub holds, once all of it has been read and believed: everything but the pages themselves.
struct StickContent {
    let card: KeyCard?
    let answer: EnrolmentAnswer?
    let receipt: Receipt
    let greeting: HubGreeting
    /// Where its pages begin and end; nothing without pages.
    let pages: (from: UInt64, to: UInt64)?
    let framesBeforePages: Int

    /// A receipt by itself.
    init(receipt frame: Frame, by hub: VerifyingKey, in path: String) throws(StickError) {
        do throws(WireError) {
            (receipt, greeting) = try Receipt.read(frame, by: hub)
        } catch {
            throw StickError(error, in: path)
        }
        (card, answer, pages, framesBeforePages) = (nil, nil, nil, 0)
    }

    /// Reads a bundle from end to end: every frame must be signed by the hub, and its pages must follow one another up
    /// to a complete one.
    init(checking bundle: BundleReader, key: OpeningKey, by hub: VerifyingKey) throws(StickError) {
        let path = bundle.path
        try bundle.begin(with: key)
        card = try bundle.card()
        var before = 2
        var read: EnrolmentAnswer?
        if bundle.header.content == .answer {
            let frame = try bundle.next(.enrolmentAnswer)
            read = try Self.believed(path) { () throws(WireError) in
                try frame.verify(by: hub)
                return try EnrolmentAnswer(reading: frame)
            }
            before += 1
        }
        answer = read
        framesBeforePages = before
        let frame = try bundle.next(.receipt)
        (receipt, greeting) = try Self.believed(path) { () throws(WireError) in try Receipt.read(frame, by: hub) }
        var pages: (from: UInt64, to: UInt64)?
        var isComplete = true
        while let bytes = try bundle.next() {
            let page = try bundle.frame(bytes, .page, limit: Limits.unpackedBytes)
            let header = try Self.believed(path) { () throws(WireError) in
                try page.verify(by: hub)
                let header = try PageHeader(reading: page)
                guard pages?.to ?? header.from == header.from, pages == nil || !isComplete else {
                    throw WireError(.malformed, "pages that do not follow one another")
                }
                return header
            }
            pages = (pages?.from ?? header.from, header.to)
            isComplete = header.isComplete
        }
        guard isComplete else { throw StickError(WireError(.malformed, "the last page is missing"), in: path) }
        self.pages = pages
    }

    private static func believed<Result>(
        _ path: String, _ body: () throws(WireError) -> Result
    ) throws(StickError) -> Result {
        do throws(WireError) { return try body() } catch { throw StickError(error, in: path) }
    }
}
