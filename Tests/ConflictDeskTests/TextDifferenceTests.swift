import ConflictDesk
import Testing

/// What is marked in two texts that differ.
@Suite struct TextDifferenceTests {
    private func marked(_ left: String, _ right: String) -> [String] {
        let both = TextDifference.between(left, right)
        return [both.left, both.right].map { pieces in
            pieces.map { $0.differs ? "[\($0.text)]" : $0.text }.joined()
        }
    }

    @Test func `what stands between a common beginning and end is marked`() {
        #expect(marked("0744 111111", "0744 222222") == ["0744 [111111]", "0744 [222222]"])
        #expect(marked("1.250,00 €", "1.350,00 €") == ["1.[2]50,00 €", "1.[3]50,00 €"])
    }

    @Test func `what one side alone has is marked there only`() {
        #expect(marked("Banca del tempo", "Banca tempo") == ["Banca [del ]tempo", "Banca tempo"])
        #expect(marked("", "abc") == ["", "[abc]"])
        #expect(marked("aa", "a") == ["a[a]", "a"])
    }

    @Test func `equal texts have no mark`() {
        #expect(TextDifference.between("", "").left.isEmpty)
        #expect(marked("sala", "sala") == ["sala", "sala"])
    }

    @Test func `a letter or two that happen to be the same are marked with what surrounds them`() {
        #expect(marked("sxxaxxs", "syyayys") == ["s[xxaxx]s", "s[yyayy]s"])
    }

    @Test func `the two Unicode forms of a letter differ`() {
        let both = TextDifference.between("caff\u{E8}", "caffe\u{301}")

        #expect(both.left.map(\.differs) == [false, true])
        #expect(both.right.last.map { Array($0.text.utf8) } == Array("e\u{301}".utf8))
    }

    @Test func `an emoji of several scalars is marked whole`() {
        #expect(marked("nonna 👵🏽!", "nonna 👵🏿!") == ["nonna [👵🏽]!", "nonna [👵🏿]!"])
    }

    @Test func `long texts are compared word by word`() {
        let filler = String(repeating: "parola ", count: 100)
        let left = "inizio " + filler + "fine"
        let right = "avvio " + filler + "stop"

        let both = TextDifference.between(left, right)

        #expect(both.left.filter(\.differs).map(\.text) == ["inizio", "fine"])
        #expect(both.right.filter(\.differs).map(\.text) == ["avvio", "stop"])
    }

    @Test func `the pieces of a side make the side again, whatever the texts`() {
        let texts = [
            "", "a", "ab\ncd", "è e\u{301}", "\r\n\r", "x y z", String(repeating: "ab ", count: 3_000),
            "👨‍👩‍👧 \u{202E}",
        ]
        for left in texts {
            for right in texts {
                let both = TextDifference.between(left, right)
                #expect(Array(both.left.map(\.text).joined().utf8) == Array(left.utf8))
                #expect(Array(both.right.map(\.text).joined().utf8) == Array(right.utf8))
            }
        }
    }
}
