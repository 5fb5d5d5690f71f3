import ReplicaStore
import SyncCore

/// A conflict between two values, side by side: as it was, what shows, and what was kept aside.
struct ThreeWay {
    private struct Field {
        let name: String
        let isDisputed: Bool
        let base: String
        let shown: String
        let other: String
        /// The two look alike, and are not.
        let isLookalike: Bool
        let changedBy: String
    }

    /// From here on the three stand beside each other; in narrower lines under each other.
    private static let narrow = 72

    private let conflict: Conflict
    private let fields: [Field]

    init(_ conflict: Conflict, _ table: TableDescription?, _ names: RelatedNames) throws {
        self.conflict = conflict
        let disputed = Self.disputed(conflict)
        fields = try conflict.columns.enumerated().map { index, name in
            let column = table.flatMap { table in table.column(named: name).map { table.columns[$0] } }
            func value(_ values: [Value]?) -> Value? { values.flatMap { index < $0.count ? $0[index] : nil } }
            func text(_ value: Value?) throws -> String {
                guard let value else { return "" }
                return try column.map { try names.cell(value, $0) } ?? ValueText.human(value, nil)
            }
            let base = value(conflict.base)
            let (shown, other) = (value(conflict.shown.values), value(conflict.other.values))
            let texts = (try text(shown), try text(other))
            let differs = shown != other
            let marked = differs ? Marked.between(texts.0, texts.1) : (Marked.plain(texts.0), Marked.plain(texts.1))
            return Field(
                name: SafeText.line(name), isDisputed: disputed.contains(name), base: Marked.plain(try text(base)),
                shown: marked.0,
                other: marked.1, isLookalike: differs && texts.0 == texts.1,
                changedBy: base == nil ? "" : Self.changedBy(base != shown, base != other))
        }
    }

    private static func changedBy(_ shown: Bool, _ other: Bool) -> String {
        switch (shown, other) {
        case (true, true): "both"
        case (true, false): "shown"
        case (false, true): "other"
        case (false, false): ""
        }
    }

    /// The fields in which the two sides differ. All of them where none does: what a decision made equal was opened
    /// again.
    static func disputed(_ conflict: Conflict) -> [String] {
        let differing = conflict.columns.enumerated().filter { index, _ in
            index >= conflict.shown.values.count || index >= conflict.other.values.count
                || conflict.shown.values[index] != conflict.other.values[index]
        }.map(\.element)
        return differing.isEmpty ? conflict.columns : differing
    }

    /// - Parameter width: characters in a line.
    func text(width: Int, isColoured: Bool) -> String {
        var lines = [width < Self.narrow ? stacked(width) : sideBySide(width)]
        let same = fields.filter { !$0.isDisputed }.map(\.name)
        if !same.isEmpty { lines += ["", "the same on both sides: \(same.joined(separator: ", "))"] }
        if !conflict.columns.isEmpty, conflict.shown.values == conflict.other.values {
            lines += [
                "", "both are the same by now; what lost before: zona explain \(conflict.table) \(conflict.recordID)",
            ]
        }
        let alike = fields.filter(\.isLookalike).map(\.name)
        if !alike.isEmpty {
            lines += ["", "\(alike.joined(separator: ", ")): the two look alike, and are written with other bytes"]
        }
        return Marked.finished(lines.joined(separator: "\n"), isColoured: isColoured)
    }

    private var titles: (shown: String, other: String) {
        conflict.state == "open" ? ("shown (stands now)", "other (kept aside)") : ("shown then", "other then")
    }

    private func sideBySide(_ width: Int) -> String {
        let hasBlame = conflict.columns.count > 1 && conflict.base != nil
        var columns: [TextTable.Column] = [
            .init("field", isWhole: true), .init("as it was"), .init(titles.shown), .init(titles.other),
        ]
        if hasBlame { columns.append(.init("changed by", isWhole: true)) }
        var table = TextTable(columns, overflow: .wraps)
        func append(_ cells: [String]) { table.append(hasBlame ? cells + [""] : cells) }
        for field in fields where field.isDisputed {
            table.append([field.name, field.base, field.shown, field.other] + (hasBlame ? [field.changedBy] : []))
        }
        if conflict.columns.isEmpty { append(["the record", "", "as it stands", "deleted"]) }
        append(["", "", "", ""])
        let sides = [conflict.shown, conflict.other]
        append(["by", ""] + sides.map { SafeText.line(ConflictText.writer($0)) })
        append(["at", ""] + sides.map { Moment.local($0.time) })
        append(["", ""] + sides.map { Moment.distance($0.time, Moment.now()) })
        return table.text(width: width)
    }

    private func stacked(_ width: Int) -> String {
        var lines: [String] = []
        func add(_ label: String, _ text: String) {
            let wrapped = TextTable.wrap(text, width: max(8, width - 9))
            for (index, line) in wrapped.enumerated() {
                lines.append((index == 0 ? label + String(repeating: " ", count: 9 - label.count) : "         ") + line)
            }
        }
        for field in fields where field.isDisputed {
            lines.append(field.name)
            if conflict.base != nil { add("  was", field.base) }
            add("  shown", field.shown)
            add("  other", field.other)
        }
        if conflict.columns.isEmpty {
            add("  shown", "the record as it stands")
            add("  other", "deleted")
        }
        for (label, side) in [("shown", conflict.shown), ("other", conflict.other)] {
            add(label, "by \(SafeText.line(ConflictText.writer(side))), \(Moment.inWords(side.time))")
        }
        return lines.joined(separator: "\n")
    }
}
