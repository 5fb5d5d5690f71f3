import ReplicaStore
import SyncCore

extension Summary {
    /// `riepilogo.txt`: for the Ufficio di Piano. Amounts in euro, instants in Europe/Rome.
    var text: String {
        var lines = [
            "CONSOLIDAMENTO DEL PIANO DI ZONA",
            "Ambito: \(picture.ambitoName) (\(picture.ambitoCode))",
            "Situazione al \(InstantText.rome(time)) (ora italiana), posizione \(picture.cursor) del registro",
            "",
        ]
        lines += comuniLines + totals.flatMap(Self.lines) + conflictLines + duplicateLines + unsyncedLines + countLines
        return lines.joined(separator: "\n") + "\n"
    }

    /// `1.234,56`.
    static func euro(_ cents: Int128) -> String {
        let digits = String(cents.magnitude)
        let padded = String(repeating: "0", count: max(0, 3 - digits.count)) + digits
        var whole = ""
        for (index, digit) in padded.dropLast(2).enumerated() {
            if index > 0 && (padded.count - 2 - index) % 3 == 0 { whole += "." }
            whole.append(digit)
        }
        return "\(cents < 0 ? "-" : "")\(whole),\(padded.suffix(2))"
    }

    private var comuniLines: [String] {
        var lines = ["COMUNI (\(comuni.count))"]
        if comuni.isEmpty { lines.append("  nessun comune noto alla data") }
        let width = Self.width(comuni.map(\.name))
        for comune in comuni {
            let last = comune.lastComplete.map { "ultima sincronizzazione \(InstantText.rome($0)), " } ?? ""
            let none = comune.replicas == 0 ? ", nessuna replica iscritta" : ""
            lines.append("  \(Self.left(comune.name, width))  \(last)\(comune.freshness.sentence)\(none)")
        }
        return lines + [""]
    }

    private static func lines(_ total: Total) -> [String] {
        var lines = [total.kind.title.uppercased() + " (euro)"]
        let sources = total.sources.map { (name(of: $0), euro($0.cents)) }
        let comuni = total.comuni.map { line in
            let silent = line.cents != nil && line.freshness?.isPresent == false
            return (line.name, (line.cents.map(euro) ?? "mancante") + (silent ? "  (dato non aggiornato)" : ""))
        }
        let width = width((sources + comuni).map(\.0) + ["Totale dell'ambito"])
        if !sources.isEmpty { lines += ["  per fonte"] + sources.map { "    \(left($0.0, width))  \($0.1)" } }
        if !comuni.isEmpty { lines += ["  per comune"] + comuni.map { "    \(left($0.0, width))  \($0.1)" } }
        var marks = total.isPartial ? ["parziale, \(total.present) di \(total.of)"] : []
        if total.isProvisional { marks.append("provvisorio: importi contestati") }
        let mark = marks.isEmpty ? "" : "  (\(marks.joined(separator: "; ")))"
        lines.append("  \(left("Totale dell'ambito", width + 2))  \(total.cents.map(euro) ?? "mancante")\(mark)")
        return lines + [""]
    }

    private static func name(of source: Source) -> String {
        guard let code = source.code else { return "fonte non nota" }
        return source.name.map { "\(code.string) \($0)" } ?? code.string
    }

    private var conflictLines: [String] {
        var lines = ["CONFLITTI APERTI (\(picture.openConflicts.count))"]
        for conflict in picture.openConflicts {
            let columns = conflict.columns.isEmpty ? "esistenza della riga" : conflict.columns.joined(separator: ", ")
            lines.append(
                "  \(conflict.id)  \(conflict.table) \(conflict.recordID): \(columns) (\(conflict.kind))"
                    + (conflict.isContested ? "  CONTESTATO" : ""))
        }
        if picture.openConflicts.contains(where: \.isContested) { lines.append("  " + Self.contestedNote) }
        return lines + [""]
    }

    private var duplicateLines: [String] {
        var lines = ["DOPPIONI (\(duplicates.count))"]
        for duplicate in duplicates {
            lines.append("  \(duplicate.table), stessa chiave (\(duplicate.columns.joined(separator: ", "))):")
            lines += duplicate.ids.map { "    \($0)" }
        }
        return lines + [""]
    }

    private var unsyncedLines: [String] {
        var lines = ["RIGHE NON SINCRONIZZATE (\(picture.unsynced.count))"]
        if !picture.unsynced.isEmpty {
            lines.append(
                "  Queste modifiche non sono comprese: le righe sono come il sistema le ha confermate l'ultima volta.")
        }
        for row in picture.unsynced {
            lines.append(
                "  \(row.table) \(row.id): \(row.change.word) di \(row.author), \(InstantText.rome(row.changedAt))")
        }
        return lines + [""]
    }

    private var countLines: [String] {
        let width = Self.width(counts.map(\.table))
        return ["RIGHE PER TABELLA (\(rows))"] + counts.map { "  \(Self.left($0.table, width))  \($0.rows)" }
    }

    private static func width(_ names: [String]) -> Int {
        names.reduce(0) { max($0, $1.count) }
    }

    private static func left(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.count))
    }
}
