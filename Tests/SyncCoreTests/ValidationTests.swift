import SyncCore
import Testing

@Suite struct ValidationTests {
    private func isFine(_ column: ColumnDescription, _ value: Value) -> Bool {
        column.fault(in: ValueCoding.bytes(of: value)[...]) == nil
    }

    @Test(arguments: ["2026-01-01", "2024-02-29", "2000-02-29", "1900-12-31", "9999-12-31", "2026-04-30"])
    func `days that exist are dates`(_ text: String) {
        #expect(CalendarText.isDate(Array(text.utf8)))
    }

    @Test(arguments: [
        "", "2026-1-1", "2026-13-01", "2026-00-10", "2026-01-00", "2026-01-32", "2026-04-31", "2025-02-29",
        "1900-02-29",
        "2026/01/01", "01-01-2026", "2026-01-01 ", "+026-01-01", "2026-01-0a", "2026-01-01T00:00",
    ])
    func `everything else is none`(_ text: String) {
        #expect(!CalendarText.isDate(Array(text.utf8)))
    }

    @Test func `times are from midnight to the last minute`() {
        func isTime(_ text: String) -> Bool { CalendarText.isTime(Array(text.utf8)) }

        #expect(["00:00", "23:59", "09:30"].allSatisfy(isTime))
        #expect(!["24:00", "12:60", "9:30", "09.30", "09:3", "", "ab:cd"].contains(where: isTime))
    }

    @Test func `a value has its column's type`() {
        let values: [Value] = [.integer(1), .real(1), .text("x"), .blob([1])]
        let types: [ColumnType] = [.integer, .real, .text, .blob]

        for (column, type) in types.enumerated() {
            let described = ColumnDescription(name: "c", type: type)
            #expect(values.map { isFine(described, $0) } == values.indices.map { $0 == column })
        }
        #expect(values.allSatisfy { isFine(ColumnDescription(name: "c", type: .any), $0) })
        #expect(isFine(ColumnDescription(name: "c", type: .integer), .integer(.max)))
        #expect(isFine(ColumnDescription(name: "c", type: .text), .text("0190f3c2-7a1b-7c3d-8e4f-0123456789ab")))
    }

    @Test func `NULL stands only where nothing is required`() {
        #expect(isFine(ColumnDescription(name: "c", type: .text), .null))
        #expect(!isFine(ColumnDescription(name: "c", type: .text, isRequired: true), .null))
    }

    @Test func `a list allows what it names, and nothing where nothing is required`() {
        let column = ColumnDescription(
            name: "c", type: .text, allowed: ["si", "no"].map { ValueCoding.bytes(of: .text($0)) })

        #expect(isFine(column, .text("si")) && isFine(column, .null))
        #expect(!isFine(column, .text("SI")) && !isFine(column, .text("")))
    }

    @Test func `ranges hold their edges`() {
        let column = ColumnDescription(name: "c", type: .integer, minimum: -5, maximum: 5)

        #expect([-5, 0, 5].allSatisfy { isFine(column, .integer($0)) })
        #expect(![-6, 6, .max, .min].contains { isFine(column, .integer($0)) })
        #expect(isFine(ColumnDescription(name: "c", type: .integer, minimum: 0), .integer(.max)))
    }

    @Test func `formats have their own edges where none are declared`() {
        func column(_ type: ColumnType, _ format: ColumnDescription.Format) -> ColumnDescription {
            ColumnDescription(name: "c", type: type, format: format)
        }

        #expect([0, 1].allSatisfy { isFine(column(.integer, .boolean), .integer($0)) })
        #expect(!isFine(column(.integer, .boolean), .integer(2)))
        #expect(isFine(column(.integer, .year), .integer(2026)) && !isFine(column(.integer, .year), .integer(26)))
        #expect(isFine(column(.integer, .cent), .integer(-1_050)))
        #expect(isFine(column(.text, .date), .text("2026-05-31")) && !isFine(column(.text, .date), .text("31/05/2026")))
        #expect(isFine(column(.text, .time), .text("08:00")) && !isFine(column(.text, .time), .text("8")))
        #expect(!isFine(column(.text, .date), .text("0190f3c2-7a1b-7c3d-8e4f-0123456789ab")))
    }

    @Test func `a refusal names the column and not the value`() {
        let fault = ColumnDescription(name: "sesso", type: .text).fault(in: ValueCoding.bytes(of: .integer(5))[...])

        #expect(fault == Refusal(.notValid, "sesso"))
    }

    @Test func `bytes that are no value are refused`() {
        let column = ColumnDescription(name: "c", type: .integer, minimum: 0)

        #expect(column.fault(in: []) != nil)
        #expect(column.fault(in: [0x81]) != nil)
    }
}
