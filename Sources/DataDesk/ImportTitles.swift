package import SyncCore
import Texts

/// What the titles of a CSV file mean: columns by name or by label, in either language.
package struct ImportTitles: Sendable {
    package enum Meaning: Sendable, Equatable {
        case id
        case column(Int)
        /// The column that `--report` adds: not looked at, but for the mark of a row that was broken.
        case remarks
        /// No title: its cells must be empty.
        case nothing
    }

    package let meanings: [Meaning]
    /// By cell: under a column's name, which says cents, a number without a comma is cents; under its label it is euro,
    /// as in the spreadsheet.
    let money: [FieldReader.Money]
    /// Whether it is what `zona export --format csv-exact` writes: ids and names, exact values, no text kept from being
    /// a formula.
    package let isExact: Bool
    /// What is wrong with them, by cell.
    package let faults: [(cell: Int, fault: Fault)]

    /// The title of the column that `--report` adds, in any language.
    package static var remarks: String { localized("faults (zona)") }
    private static let allRemarks: Set = ["faultszona", "errorizona"]

    /// What a remark begins with whose row must be looked at before it is taken.
    package static let brokenMark = "! "

    package static func isRemarks(_ title: String) -> Bool { allRemarks.contains(Near.plain(title)) }

    /// - Parameter fixed: the columns that have one value for all rows.
    package init(_ titles: [String], of table: TableDescription, fixed: Set<Int> = []) {
        let known = Self.known(table)
        var meanings: [Meaning] = []
        var money: [FieldReader.Money] = []
        var faults: [(cell: Int, fault: Fault)] = []
        for (cell, title) in titles.enumerated() {
            let isName = table.column(named: title) != nil
            money.append(isName ? .cents : .euro)
            let meaning: Meaning
            switch Self.meaning(title, table, known) {
            case .success(let found): meaning = found
            case .failure(let fault):
                faults.append((cell, fault))
                meaning = .nothing
            }
            if meaning != .nothing, meaning != .remarks, let first = meanings.firstIndex(of: meaning) {
                let message = localized(
                    "“\(titles[first])” and “\(title)” are the same column: delete one of the two")
                faults.append((cell, Fault(.title, nil, message)))
            }
            if case .column(let place) = meaning, fixed.contains(place) {
                let message = localized("the column is in the file and in --set as well: give it once")
                faults.append((cell, Fault(.title, table.columns[place], message)))
            }
            meanings.append(meaning)
        }
        self.meanings = meanings
        self.money = money
        self.faults = faults
        isExact = titles.first == "id" && titles.dropFirst().allSatisfy { table.column(named: $0) != nil }
    }

    /// The columns that the file gives.
    package var columns: [Int] {
        meanings.compactMap { if case .column(let place) = $0 { place } else { nil } }
    }

    package func cell(of column: Int) -> Int? { meanings.firstIndex(of: .column(column)) }

    /// The cell that holds the row's id.
    package var id: Int? { meanings.firstIndex(of: .id) }

    // MARK: Finding

    /// The columns by what they are called; a name goes before the label of another.
    private static func known(_ table: TableDescription) -> [String: [Int]] {
        var labels: [String: [Int]] = [:]
        for (place, column) in table.columns.enumerated() {
            for label in Set([column.label, localizedLabel(column.label, in: .english)].map { Near.plain($0) })
            where !label.isEmpty {
                labels[label, default: []].append(place)
            }
        }
        let names = Dictionary(table.columns.enumerated().map { (Near.plain($1.name), [$0]) }) { first, _ in first }
        return labels.merging(names) { _, name in name }
    }

    private static func meaning(
        _ title: String, _ table: TableDescription, _ known: [String: [Int]]
    ) -> Result<Meaning, Fault> {
        let plain = Near.plain(title)
        if plain.isEmpty { return .success(.nothing) }
        if plain == "id" { return .success(.id) }
        if isRemarks(title) { return .success(.remarks) }
        let places = known[plain] ?? []
        if places.count == 1 { return .success(.column(places[0])) }
        guard places.isEmpty else {
            let names = places.map { table.columns[$0].name }.joined(separator: ", ")
            return .failure(
                Fault(.title, nil, localized("“\(title)” may be several columns: write the name of one: \(names)")))
        }
        let titles = table.columns.map { localizedLabel($0.label) }
        var seen: Set<String> = []
        let choices = (titles + table.columns.flatMap { [$0.label, $0.name] }).filter {
            seen.insert(Near.plain($0)).inserted
        }
        let near = Near.names(to: title, among: choices)
        let message =
            near.isEmpty
            ? localized(
                """
                \(table.name) has no column “\(title)”: delete it from the file, or call it by one of these: \
                \(Self.list(titles))
                """)
            : localized(
                "\(table.name) has no column “\(title)”: perhaps \(Self.list(near)) is meant")
        return .failure(Fault(.title, nil, message))
    }

    private static func list(_ names: [String]) -> String { names.map { "“\($0)”" }.joined(separator: ", ") }
}
