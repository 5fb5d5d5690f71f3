/// Numbers in sentences.
enum Words {
    /// `1 row`, `2 rows`; give `plural` where an s is not enough.
    static func count(_ number: Int, _ noun: String, _ plural: String? = nil) -> String {
        "\(number) \(number == 1 ? noun : plural ?? noun + "s")"
    }

    /// What is said when the file does not hold what the hub has.
    static let differs = "this file is not what the hub has, though nothing waits to be sent: `zona doctor` says where"

    /// `912 bytes`, `1.4 kB`, `2.0 MB`; units of 1000.
    static func bytes(_ count: Int64) -> String {
        guard count >= 1000 else { return self.count(Int(count), "byte") }
        let (unit, name): (Int64, String) = count >= 1_000_000 ? (1_000_000, "MB") : (1000, "kB")
        let tenths = count / (unit / 10)
        return "\(tenths / 10).\(tenths % 10) \(name)"
    }
}
