import DataDesk
import Testing

/// Numbers, dates and times as people type them.
@Suite struct TypedTextTests {
    @Test(arguments: [
        ("0", 0), ("1", 100), ("12,5", 1250), ("12,50", 1250), ("1.250,00", 125_000), ("1.250", 125_000),
        ("1250", 125_000), ("-3,01", -301), ("+3,01", 301), ("1.234.567,89", 123_456_789), ("000,07", 7),
        ("92.233.720.368.547.758,07", Int64.max),
    ])
    func `amounts become cents`(text: String, cents: Int64) {
        #expect(NumberText.scaled(Array(text.utf8), places: 2) == cents)
    }

    @Test(arguments: [
        "", "-", ",", ",5", "5,", "1,234", "1.25", "12.50", "1.2500", ".250", "1..250", "1250.000,1.0", "12 50", "1e3",
        "٣", "92.233.720.368.547.758,08", "0x10", "1.250.00", "--1", "1,2,3",
    ])
    func `what could mean two things is no amount`(text: String) {
        #expect(NumberText.scaled(Array(text.utf8), places: 2) == nil)
    }

    @Test func `every amount comes back from the form that lists show`() {
        for cents: Int64 in [0, 1, 9, 10, 99, 100, 12_345, 99_999_999, 1_000_000_000_00] {
            for sign: Int64 in [1, -1] {
                var whole = String(cents / 100)
                for place in stride(from: whole.count - 3, to: 0, by: -3) {
                    whole.insert(".", at: whole.index(whole.startIndex, offsetBy: place))
                }
                let rest = String(cents % 100)
                let text = (sign < 0 ? "-" : "") + whole + "," + (rest.count == 1 ? "0" : "") + rest
                #expect(NumberText.scaled(Array(text.utf8), places: 2) == sign * cents)
            }
        }
    }

    @Test func `whole numbers reach from end to end`() {
        for number in [Int64.min, -1, 0, 1, 1_234_567, .max] {
            #expect(NumberText.integer(Array(String(number).utf8)) == number)
        }
        #expect(NumberText.integer(Array("9223372036854775808".utf8)) == nil)
        #expect(NumberText.integer(Array("1.234".utf8)) == 1234)
        #expect(NumberText.integer(Array("12,0".utf8)) == nil)
    }

    @Test(arguments: [("0,5", 0.5), ("0.5", 0.5), ("-1e3", -1000), ("7", 7)])
    func `numbers with a comma or a dot`(text: String, number: Double) {
        #expect(NumberText.real(Array(text.utf8)) == number)
    }

    @Test(arguments: ["", "nan", "inf", "1.250,5", "0x1", "1e999", "1 2"])
    func `what is no number`(text: String) {
        #expect(NumberText.real(Array(text.utf8)) == nil)
    }

    @Test(arguments: ["29/11/2026", "29-11-2026", "29.11.2026", "2026-11-29"])
    func `a day has four forms`(text: String) {
        #expect(DayText.date(Array(text.utf8)) == .fine(Array("2026-11-29".utf8)))
    }

    @Test(arguments: [
        ("1/2/2026", DayText.Finding.fine(Array("2026-02-01".utf8))), ("29/02/2024", .fine(Array("2024-02-29".utf8))),
        ("30/02/2026", .noSuchDay), ("29/02/2026", .noSuchDay), ("11/29/2026", .noSuchDay), ("2026-13-01", .noSuchDay),
        ("0/1/2026", .noSuchDay), ("29/11/26", .shortYear), ("", .notADate), ("oggi", .notADate),
        ("29/11", .notADate), ("29/11/2026/1", .notADate), ("2026/11/29", .notADate), ("29//2026", .notADate),
        ("029/11/2026", .notADate), ("29 11 2026", .notADate), ("٢٩/11/2026", .notADate),
    ])
    func `what is no day says why`(text: String, finding: DayText.Finding) {
        #expect(DayText.date(Array(text.utf8)) == finding)
    }

    @Test(arguments: [
        ("9:30", "09:30"), ("09:30", "09:30"), ("10.00", "10:00"), ("10:00:00", "10:00"), ("0:00", "00:00"),
    ])
    func `a time of the day`(text: String, time: String) {
        #expect(DayText.time(Array(text.utf8)) == Array(time.utf8))
    }

    @Test(arguments: ["24:00", "10", "10:0", "10:60", ":30", "10:00:30", "", "alle 10", "1000"])
    func `what is no time`(text: String) {
        #expect(DayText.time(Array(text.utf8)) == nil)
    }
}
