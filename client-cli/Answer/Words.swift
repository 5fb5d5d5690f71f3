import Texts

/// Numbers in sentences.
enum Words {
    /// `1 row`, `2 rows`, in English alone; give `plural` where an s is not enough.
    static func count(_ number: Int, _ noun: String, _ plural: String? = nil) -> String {
        "\(number) \(number == 1 ? noun : plural ?? noun + "s")"
    }

    static func rows(_ number: Int) -> String { localized(number, one: "\(number) row", other: "\(number) rows") }
    static func pages(_ number: Int) -> String { localized(number, one: "\(number) page", other: "\(number) pages") }

    static func records(_ number: Int) -> String {
        localized(number, one: "\(number) record", other: "\(number) records")
    }

    static func changes(_ number: Int) -> String {
        localized(number, one: "\(number) change", other: "\(number) changes")
    }

    static func batches(_ number: Int) -> String {
        localized(number, one: "\(number) batch", other: "\(number) batches")
    }

    static func conflicts(_ number: Int) -> String {
        localized(number, one: "\(number) conflict", other: "\(number) conflicts")
    }

    /// How many changed records are to come, as far as the hub's count says.
    static func atMost(_ behind: UInt64) -> String {
        let count = Int(clamping: behind)
        return localized(count, one: "at most \(count) changed record", other: "at most \(count) changed records")
    }

    /// `12 rows, 3 deleted`: what a sync applied.
    static func applied(rows: Int, deleted: Int) -> String {
        Self.rows(rows) + ", " + localized(deleted, one: "\(deleted) deleted", other: "\(deleted) deleted")
    }

    /// What is said when the file does not hold what the hub has.
    static var differs: String {
        localized("this file is not what the hub has, though nothing waits to be sent: `zona doctor` says where")
    }

    /// What follows on a decision.
    static var syncTells: String { localized("`zona sync` tells the others") }

    /// Who wrote what no command of Zona did.
    static var anotherProgram: String { localized("another program") }

    /// The author as people read him.
    static func author(_ name: String) -> String { name == "-" ? anotherProgram : name }

    /// `912 bytes`, `1.4 kB`, `2.0 MB`; units of 1000.
    static func bytes(_ count: Int64) -> String {
        guard count >= 1000 else { return localized(Int(count), one: "\(count) byte", other: "\(count) bytes") }
        let (unit, name): (Int64, String) = count >= 1_000_000 ? (1_000_000, "MB") : (1000, "kB")
        return "\(decimal(tenths: count / (unit / 10))) \(name)"
    }

    /// `1.4`, with the decimal mark of the language.
    static func decimal(tenths: Int64) -> String { "\(tenths / 10)\(Language.current.decimalMark)\(tenths % 10)" }
}
