/// What is measured, over how many rows, how often.
struct BenchOptions {
    static let parts = ["tracking", "through", "delta", "inbox", "reading", "program", "import"]

    static let usage = """
        usage: zona-bench [--rows N] [--rounds N] [--only PART]
          --rows    rows of the files that are measured (100000)
          --rounds  how often each is measured; medians are shown (5)
          --only    one of \(parts.joined(separator: ", ")); without it all, written to bench.json too

        """

    private(set) var rows = 100_000
    private(set) var rounds = 5
    private(set) var only: String?

    /// Nothing when something is not understood.
    init?(_ arguments: [String]) {
        var rest = arguments[...]
        while let name = rest.popFirst() {
            guard let value = rest.popFirst() else { return nil }
            switch (name, Int(value)) {
            case ("--rows", let number?) where number > 0: rows = number
            case ("--rounds", let number?) where number > 0: rounds = number
            case ("--only", nil) where Self.parts.contains(value): only = value
            default: return nil
            }
        }
    }

    func wants(_ part: String) -> Bool { only == nil || only == part }
}
