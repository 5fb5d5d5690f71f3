import SyncCore

/// What the summary must know of the registers: names of comuni and sources, and who belonged to the ambito on the day.
struct Registry {
    private(set) var comuneNames: [TextKey: String] = [:]
    private(set) var sourceNames: [TextKey: String] = [:]
    private(set) var members: Set<TextKey> = []
    private(set) var capofila: TextKey?
    private let date: [UInt8]

    /// - Parameter date: the day on which membership counts.
    init(on date: RomeDate) {
        self.date = Array(date.description.utf8)
    }

    /// Takes a row in; rows of other tables too.
    mutating func add(_ row: [Value], of table: TableDescription) {
        func key(_ name: String) -> TextKey? { table.column(named: name).flatMap { TextKey(row[$0 + 1]) } }
        switch table.name {
        case "comune":
            if let id = TextKey(row[0]) { comuneNames[id] = key("denominazione")?.string }
        case "vocabolario":
            guard key("tipo")?.string == "fonte", let code = key("codice") else { return }
            sourceNames[code] = key("denominazione")?.string
        case "ambito_comune":
            guard let comune = key("comune_id"), isOpen(from: key("dal"), to: key("al")) else { return }
            members.insert(comune)
            // Two open capofila are a finding of the checks; here the smaller id counts, so that the text is always the
            // same.
            if let column = table.column(named: "capofila"), row[column + 1] == .integer(1) {
                capofila = capofila.map { min($0, comune) } ?? comune
            }
        default: break
        }
    }

    private func isOpen(from: TextKey?, to: TextKey?) -> Bool {
        // Dates as ISO text: their bytes are in the order of the days.
        let hasBegun = from.map { !date.lexicographicallyPrecedes($0.bytes) } ?? true
        let hasEnded = to.map { $0.bytes.lexicographicallyPrecedes(date) } ?? false
        return hasBegun && !hasEnded
    }
}
