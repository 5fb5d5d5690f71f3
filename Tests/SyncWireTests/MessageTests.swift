import SyncCore
import SyncWire
import Testing

@Suite struct MessageTests {
    @Test func `every message comes back as it was`() throws {
        let (mine, theirs) = (Samples.replicaKey, Samples.ambitoKey)

        #expect(try Nonce(reading: Samples.nonce.frame(key: theirs)) == Samples.nonce)
        #expect(try Certificate(reading: Samples.certificate.frame(key: theirs)) == Samples.certificate)
        #expect(try ClientGreeting(reading: Samples.clientGreeting.frame(key: mine)) == Samples.clientGreeting)
        #expect(try HubGreeting(reading: Samples.hubGreeting.frame(key: theirs)) == Samples.hubGreeting)
        #expect(try Acknowledgement(reading: Samples.acknowledgement.frame(key: theirs)) == Samples.acknowledgement)
        #expect(try EnrolmentRequest(reading: Samples.enrolmentRequest.frame(key: mine)) == Samples.enrolmentRequest)
        #expect(try EnrolmentAnswer(reading: Samples.enrolmentAnswer.frame(key: theirs)) == Samples.enrolmentAnswer)
    }

    @Test(arguments: Problem.Code.allCases) func `every problem comes back`(_ code: Problem.Code) throws {
        let problem = Problem(code, "perché: \(code)")

        #expect(try Problem(reading: problem.frame(key: Samples.ambitoKey)) == problem)
    }

    @Test func `a code of a later program is a fault of the hub to this one`() throws {
        let frame = Frame(.problem, header: [200, 0], key: Samples.ambitoKey)

        #expect(try Problem(reading: frame).code == .hubFault)
    }

    @Test func `a message that is too long for its limit is cut`() throws {
        let problem = Problem(.hubFault, String(repeating: "a", count: 3_000))

        #expect(try Problem(reading: problem.frame(key: Samples.ambitoKey)).message.count == 2_000)
    }

    @Test func `messages that end too early or go on are refused at every byte`() {
        for (name, frame) in Samples.frames where frame.kind != .batch && frame.kind != .page {
            let header = WireReading.header(of: frame)
            for length in 0..<header.count {
                let cut = WireReading.frame(frame.kind, header: Array(header[..<length]), packed: [])
                #expect(throws: WireError.self, "\(name) cut at \(length)") { try WireReading.any(cut) }
            }
            let longer = WireReading.frame(frame.kind, header: header + [0], packed: [])
            #expect(throws: WireError.self, "\(name) with a byte more") { try WireReading.any(longer) }
        }
    }

    @Test func `a certificate with an unknown flag is refused`() throws {
        var header = WireReading.header(of: Samples.certificate.frame(key: Samples.ambitoKey))
        header[64] = 2

        #expect(throws: WireError.self) {
            try WireReading.any(WireReading.frame(.certificate, header: header, packed: []))
        }
    }

    @Test func `an error says what it is about`() {
        #expect(WireError(.overLimit, "5 bytes").description == "over-limit: 5 bytes")
    }
}
