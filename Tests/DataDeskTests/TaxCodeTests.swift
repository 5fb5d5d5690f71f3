import DataDesk
import Testing

@Suite struct TaxCodeTests {
    private func finding(_ code: String) -> TaxCode.Finding { TaxCode.finding(TaxCode.tidy(Array(code.utf8))) }

    @Test(arguments: [
        "RSSMRA80A01H501U", "rssmra80a01h501u", " RSS MRA 80A01 H501U ", "12345678903", "00743110157", "80016350821",
    ])
    func `real forms are fine, however they are typed`(code: String) {
        #expect(finding(code) == .fine)
    }

    @Test(arguments: [
        ("", 0), ("123", 3), ("1234567890", 10), ("RSSMRA80A01H501", 15), ("RSSMRA80A01H501UU", 17), ("èèè", 3),
    ])
    func `another length is told`(code: String, length: Int) {
        #expect(finding(code) == .length(length))
    }

    @Test(arguments: [
        ("1SSMRA80A01H501U", 1), ("RSSMRA8A01H501U1", 8), ("RSSMRA80G01H501U", 9), ("RSSMRA80A01H5011", 16),
        ("1234567890A", 11), ("A2345678903", 1),
    ])
    func `a character that cannot stand where it does is told by its place`(code: String, place: Int) {
        #expect(finding(code) == .form(place))
    }

    @Test func `eleven zeros are nobody's`() {
        #expect(finding("00000000000") == .check)
    }

    /// What the check character is for: one character mistyped for another of its sort is always noticed.
    @Test func `every single mistyped digit or letter is noticed`() {
        for code in ["RSSMRA80A01H501U", "12345678903"].map({ Array($0.utf8) }) {
            for place in code.indices {
                let isDigit = code[place] < 0x3A
                for other in isDigit ? UInt8(0x30)...0x39 : 0x41...0x5A where other != code[place] {
                    var wrong = code
                    wrong[place] = other
                    #expect(TaxCode.finding(wrong) != .fine, "\(String(decoding: wrong, as: UTF8.self))")
                }
            }
        }
    }

    /// Two people with the same code: letters stand for digits from the right, and exactly one check letter fits.
    @Test func `letters may stand for digits, and then one check letter fits`() {
        for code in ["RSSMRA80A01H50MA", "RSSMRA80A01H5LMA", "RSSMRAULALMHRLMA"].map({ Array($0.utf8) }) {
            let fine = (UInt8(0x41)...0x5A).filter { TaxCode.finding(code.dropLast() + [$0]) == .fine }
            #expect(fine.count == 1)
        }
    }

    @Test func `two neighbours swapped in a partita IVA are noticed, but for 0 and 9`() {
        let code = Array("12345678903".utf8)
        for place in 0..<10 where code[place] != code[place + 1] {
            var swapped = code
            swapped.swapAt(place, place + 1)
            let isBlind = Set([code[place], code[place + 1]]) == Set("09".utf8)
            #expect((TaxCode.finding(swapped) == .fine) == isBlind)
        }
    }
}
