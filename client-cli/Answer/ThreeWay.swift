import ReplicaStore
import SyncCore
import Texts

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
    private let stands: Bool
    private let fields: [Field]

    /// - Parameter stands: what shows in the list stands here too.
    init(_ conflict: Conflict, _ table: TableDescription?, _ names: RelatedNames, stands: Bool) throws {
        self.conflict = conflict
        self.stands = stands
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
            // Where the record is deleted there is nothing to compare with.
            let differs = shown != other && !conflict.isGone
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
        case (true, true): localized("both", context: "sides")
        case (true, false): localized("shown", context: "choice")
        case (false, true): localized("other", context: "choice")
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
        if !same.isEmpty { lines += ["", localized("the same on both sides: \(same.joined(separator: ", "))")] }
        if !conflict.columns.isEmpty, conflict.shown.values == conflict.other.values {
            lines += [
                "",
                localized(
                    """
                    both are the same by now; what lost before: zona explain \(conflict.table) \
                    \(conflict.recordID)
                    """),
            ]
        }
        let alike = fields.filter(\.isLookalike).map(\.name)
        if !alike.isEmpty {
            let names = alike.joined(separator: ", ")
            lines += ["", localized("\(names): the two look alike, and are written with other bytes")]
        }
        return Marked.finished(lines.joined(separator: "\n"), isColoured: isColoured)
    }

    private var titles: (shown: String, other: String) {
        conflict.state == "open"
            ? (
                stands ? localized("shown (stands now)") : localized("shown (as listed)"),
                localized("other (kept aside)")
            )
            : (localized("shown then"), localized("other then"))
    }

    private func sideBySide(_ width: Int) -> String {
        let hasBlame = conflict.columns.count > 1 && conflict.base != nil
        var columns: [TextTable.Column] = [
            .init(localized("field"), isWhole: true), .init(localized("as it was")), .init(titles.shown),
            .init(titles.other),
        ]
        if hasBlame { columns.append(.init(localized("changed by"), isWhole: true)) }
        var table = TextTable(columns, overflow: .wraps)
        func append(_ cells: [String]) { table.append(hasBlame ? cells + [""] : cells) }
        if conflict.isGone {
            append([localized("the record"), "", localized("deleted", context: "record"), localized("as it was kept")])
        }
        for field in fields where field.isDisputed {
            table.append([field.name, field.base, field.shown, field.other] + (hasBlame ? [field.changedBy] : []))
        }
        if conflict.columns.isEmpty {
            append([localized("the record"), "", localized("as it stands"), localized("deleted", context: "record")])
        }
        append(["", "", "", ""])
        let sides = [conflict.shown, conflict.other]
        append(
            [localized("by", context: "heading"), ""]
                + sides.map { SafeText.line(ConflictText.writer($0, of: conflict)) })
        append([localized("at", context: "heading"), ""] + sides.map { Moment.local($0.time) })
        append(["", ""] + sides.map { Moment.distance($0.time, Moment.now()) })
        return table.text(width: width)
    }

    private func stacked(_ width: Int) -> String {
        let was = localized("was", context: "value")
        let (shown, other) = (localized("shown", context: "choice"), localized("other", context: "choice"))
        let indent = 4 + max(was.count, shown.count, other.count)
        var lines: [String] = []
        func add(_ label: String, _ text: String) {
            for (index, line) in TextTable.wrap(text, width: max(8, width - indent)).enumerated() {
                let start = index == 0 ? label : ""
                lines.append(start + String(repeating: " ", count: indent - start.count) + line)
            }
        }
        if conflict.isGone { add("  " + shown, localized("deleted", context: "record")) }
        for field in fields where field.isDisputed {
            lines.append(field.name)
            if conflict.base != nil { add("  " + was, field.base) }
            if !conflict.isGone { add("  " + shown, field.shown) }
            add("  " + other, field.other)
        }
        if conflict.columns.isEmpty {
            add("  " + shown, localized("the record as it stands"))
            add("  " + other, localized("deleted", context: "record"))
        }
        for (label, side) in [(shown, conflict.shown), (other, conflict.other)] {
            let writer = SafeText.line(ConflictText.writer(side, of: conflict))
            add(label, localized("by \(writer), \(Moment.inWords(side.time))"))
        }
        return lines.joined(separator: "\n")
    }
}
