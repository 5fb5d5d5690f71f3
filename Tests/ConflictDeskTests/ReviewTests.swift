import ConflictDesk
import Testing

/// The review as a machine: keys in, effects out.
@Suite struct ReviewTests {
    /// A review whose conflicts are all on one field, carried out by nobody: decisions always succeed.
    private struct Played {
        var review: Review
        var subjects: [Review.Subject?]
        var decisions: [String] = []
        var prompts: [Review.Prompt] = []
        var left: Bool?

        init(_ subjects: [Review.Subject?]) {
            self.subjects = subjects
            review = Review(count: subjects.count)
            carryOut(review.begin())
        }

        mutating func type(_ text: String) {
            for scalar in text.unicodeScalars { press(scalar == "\n" ? .enter : .character(scalar)) }
        }

        mutating func press(_ key: Review.Key) { carryOut(review.press(key)) }

        private mutating func carryOut(_ effects: [Review.Effect]) {
            for effect in effects {
                switch effect {
                case .show(let place): carryOut(review.present(subjects[place]))
                case .decide(let place, let verdict, let note):
                    decisions.append("\(place) \(Self.text(verdict))\(note.isEmpty ? "" : " “\(note)”")")
                    carryOut(review.onDecided())
                case .takeBack(let place):
                    decisions.append("\(place) back")
                    carryOut(review.onTookBack())
                case .prompt(let prompt): prompts.append(prompt)
                case .leave(let isInterrupted): left = isInterrupted
                case .echo, .erase, .endLine, .help, .noSuchKey, .nothingToTakeBack: break
                }
            }
        }

        private static func text(_ verdict: Review.Verdict) -> String {
            switch verdict {
            case .shown: "shown"
            case .other: "other"
            case .merge(let member): "merge \(member)"
            case .fields(let picks):
                picks.map { pick in
                    switch pick.pick {
                    case .shown: "\(pick.field):shown"
                    case .other: "\(pick.field):other"
                    case .text(let text): "\(pick.field)=\(text)"
                    }
                }.joined(separator: " ")
            }
        }
    }

    private let sides = Review.Subject.sides(["telefono", "pec"])

    @Test func `a side is taken by one key, and the next is shown`() {
        var played = Played([sides, .existence, .orphan("tavolo_id"), .gone])

        played.type("sooo")

        #expect(played.decisions == ["0 shown", "1 other", "2 other", "3 other"])
        #expect(played.prompts.last == .over)
        #expect(played.left == nil)
    }

    @Test func `field by field each field gets a side or a new value`() {
        var played = Played([sides, sides])

        played.type("fso")
        played.type("foea@b.it\n")

        #expect(played.decisions == ["0 telefono:shown pec:other", "1 telefono:other pec=a@b.it"])
    }

    @Test func `new values are asked for field by field, and what is left empty stays as it stands`() {
        var played = Played([sides])

        played.type("e0744 9\n\n")

        #expect(played.decisions == ["0 telefono=0744 9 pec:shown"])
    }

    @Test func `who types no value has chosen nothing`() {
        var played = Played([sides])

        played.type("e\n\n")

        #expect(played.decisions == [])
        #expect(played.prompts.last == .choose(sides, note: ""))
    }

    @Test func `a note goes with the next decision and no other`() {
        var played = Played([sides, sides])

        played.type("nal telefono\nso")

        #expect(played.decisions == ["0 shown “al telefono”", "1 other"])
    }

    @Test func `a typed line is mended by the erase keys`() {
        var played = Played([sides])

        played.type("nab")
        played.press(.erase)
        played.type("è👵🏽")
        played.press(.erase)
        played.type("\ns")
        var again = Played([sides])
        again.type("nabc")
        again.press(.eraseLine)
        again.type("x\ns")

        #expect(played.decisions == ["0 shown “aè”"])
        #expect(again.decisions == ["0 shown “x”"])
    }

    @Test func `undo goes back through the decisions, the last first, and what was skipped stays skipped`() {
        var played = Played([sides, sides, sides, sides])

        played.type("s osuu")

        #expect(played.decisions == ["0 shown", "2 other", "3 shown", "3 back", "2 back"])
        #expect(played.review.place == 2)
        played.type("o")
        #expect(played.decisions.last == "2 other")
        #expect(played.review.place == 3)
    }

    @Test func `undo works after the last one, and with nothing decided it does nothing`() {
        var played = Played([sides])

        played.type("u")
        #expect(played.decisions == [])
        played.type("su")

        #expect(played.decisions == ["0 shown", "0 back"])
        #expect(played.prompts.last == .choose(sides, note: ""))
    }

    @Test func `what is no longer open is passed over`() {
        var played = Played([nil, sides, nil, .existence])

        played.type("so")

        #expect(played.decisions == ["1 shown", "3 other"])
    }

    @Test func `a refused decision leaves the conflict on screen`() {
        var review = Review(count: 2)
        _ = review.begin()
        _ = review.present(sides)
        #expect(review.press(.character("o")) == [.endLine, .decide(0, .other, note: "")])

        let effects = review.onRefused(sides)

        #expect(effects == [.prompt(.choose(sides, note: ""))])
        #expect(review.press(.character("s")) == [.endLine, .decide(0, .shown, note: "")])
    }

    @Test func `duplicates are merged by letter, and a letter too far is none`() {
        var played = Played([.duplicates(2)])

        played.type("somcb")

        #expect(played.decisions == ["0 merge 1"])
    }

    @Test func `a broken check takes new values only`() {
        var played = Played([.invalid(["ora_fine"])])

        played.type("sofe10:00\n")

        #expect(played.decisions == ["0 ora_fine=10:00"])
    }

    @Test func `escape leaves what was begun, and decides nothing`() {
        var played = Played([sides])

        for begun in ["nx", "f", "fs", "ex", "fe"] {
            played.type(begun)
            played.press(.escape)
        }
        played.type("s")

        #expect(played.decisions == ["0 shown"])
    }

    @Test(arguments: ["", "n", "nabc", "f", "fs", "e", "ex"])
    func `Ctrl-C and the end of the input leave from anywhere`(_ begun: String) {
        for (key, isInterrupted) in [(Review.Key.interrupt, true), (.end, false)] {
            var played = Played([sides])
            played.type(begun)
            played.press(key)
            #expect(played.left == isInterrupted)
            #expect(played.decisions == [])
        }
    }

    /// Each state that asks something: the keys that lead to it, and what of them is the beginning of an answer.
    @Test(arguments: [("", ""), ("nuna no", "una no"), ("f", ""), ("fe01", "01"), ("e0744", "0744"), ("s", "")])
    func `after a pause the same question is asked again, with what was typed of its answer`(
        _ begun: String, _ typed: String
    ) throws {
        var played = Played([.sides(["telefono", "pec"])])
        played.type(begun)
        let asked = try #require(played.prompts.last)

        let again = played.review.press(.resumed)

        #expect(again == [.endLine, .prompt(asked)] + typed.unicodeScalars.map { .echo($0) })
    }

    @Test func `back shows the one before, and skipping comes forward again`() {
        var played = Played([sides, sides, sides])

        played.type("  b")
        #expect(played.review.place == 1)
        played.type("bb")
        #expect(played.review.place == 0)
        played.type("o")

        #expect(played.decisions == ["0 other"])
        #expect(played.review.place == 1)
    }

    @Test func `no key at all ends otherwise than in an effect, whatever the order`() {
        let keys: [Review.Key] =
            "soefnmjbu?hkq abz".unicodeScalars.map(Review.Key.character) + [
                .enter, .erase, .eraseLine, .escape, .resumed, .other,
            ]
        let subjects: [Review.Subject?] = [
            sides, .existence, nil, .orphan("x"), .invalid(["a", "b"]), .duplicates(3), .gone,
        ]
        var state: UInt64 = 7
        for _ in 0..<500 {
            var played = Played(subjects)
            for _ in 0..<60 where played.left == nil {
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                played.press(keys[Int(state >> 33) % keys.count])
            }
            #expect(subjects.indices.contains(played.review.place))
            #expect(Set(played.review.decided).count == played.review.decided.count)
        }
    }
}

@Suite struct KeyDecoderTests {
    private func keys(_ chunks: [UInt8]...) -> [Review.Key] {
        var decoder = KeyDecoder()
        return chunks.flatMap { decoder.keys($0) }
    }

    @Test func `plain keys, controls and characters of several bytes are one key each`() {
        #expect(keys(Array("sè👵".utf8)) == [.character("s"), .character("è"), .character("👵")])
        #expect(
            keys([3], [4], [13], [10], [127], [8], [21])
                == [.interrupt, .end, .enter, .enter, .erase, .erase, .eraseLine])
    }

    @Test func `a character that comes in two parts is one key`() {
        let bytes = Array("è".utf8)
        #expect(keys([bytes[0]], [bytes[1]]) == [.character("è")])
    }

    @Test func `arrows and function keys mean nothing, and escape alone is escape`() {
        #expect(keys([27, 91, 65]) == [.other])
        #expect(keys([27, 79, 80, 115]) == [.other, .character("s")])
        #expect(keys(Array("\u{1B}[15;2~s".utf8)) == [.other, .character("s")])
        #expect(keys([27, 91, 49], [53, 126, 111]) == [.other, .character("o")])
        #expect(keys([27]) == [.escape])
        #expect(keys([27, 27, 91, 65]) == [.escape, .other])
    }

    @Test func `bytes that are no text are left out`() {
        #expect(keys([0xFF, 0xC3, 115]) == [.character("s")])
        #expect(keys([0x80, 115]) == [.character("s")])
    }
}
