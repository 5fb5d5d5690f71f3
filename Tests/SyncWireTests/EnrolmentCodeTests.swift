import SyncWire
import Testing

@Suite struct EnrolmentCodeTests {
    private let code = EnrolmentCode(fingerprint: Hash.of([1, 2, 3]), secret: Samples.secret)

    @Test func `a code is 72 letters and digits in groups of five`() {
        let groups = code.text.split(separator: "-")

        #expect(groups.dropLast().allSatisfy { $0.count == 5 })
        #expect(groups.map(\.count).reduce(0, +) == 72)
    }

    @Test func `a code comes back, in lower case, with spaces, with no hyphens`() {
        let bare = code.text.filter { $0 != "-" }

        #expect(EnrolmentCode(code.text) == code)
        #expect(EnrolmentCode(code.text.lowercased()) == code)
        #expect(EnrolmentCode(bare) == code)
        #expect(EnrolmentCode(" " + code.text.split(separator: "-").joined(separator: "  ") + " ") == code)
    }

    @Test func `one wrong letter anywhere is found`() {
        let letters = Array(code.text.filter { $0 != "-" })
        let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")

        for position in letters.indices {
            for digit in digits where digit != letters[position] {
                var wrong = letters
                wrong[position] = digit
                #expect(EnrolmentCode(String(wrong)) == nil)
            }
        }
    }

    @Test func `two letters in the wrong order are found`() {
        let letters = Array(code.text.filter { $0 != "-" })

        for position in letters.indices.dropLast() where letters[position] != letters[position + 1] {
            var wrong = letters
            wrong.swapAt(position, position + 1)
            #expect(EnrolmentCode(String(wrong)) == nil)
        }
    }

    @Test(arguments: ["", "A", "AAAAA-AAAAA", "01890", "città", "AAAAA\tAAAAA"])
    func `what is no code is none`(_ text: String) {
        #expect(EnrolmentCode(text) == nil)
    }

    @Test func `a code that is cut or goes on is none`() {
        #expect(EnrolmentCode(String(code.text.dropLast())) == nil)
        #expect(EnrolmentCode(code.text + "A") == nil)
        #expect(EnrolmentCode(code.text + code.text) == nil)
    }
}
