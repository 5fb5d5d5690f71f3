import ReplicaStore
import SyncCore

extension Summary {
    /// `riepilogo.json`. Amounts are integer cents; null stands for what is missing, never for zero.
    var json: JSONText {
        .object([
            ("formato", .integer(1)),
            ("data", .text(date.description)),
            ("istante", .text(InstantText.utc(time))),
            ("ambito", .object([("codice", .text(picture.ambitoCode)), ("denominazione", .text(picture.ambitoName))])),
            ("seq", .integer(picture.cursor)),
            ("versione_schema", .integer(picture.schemaVersion)),
            ("comuni", .list(comuni.map(Self.json))),
            ("totali", .list(totals.map(Self.json))),
            ("conflitti_aperti", .list(picture.openConflicts.map(Self.json))),
            (
                "nota_conflitti",
                picture.openConflicts.contains(where: \.isContested) ? .text(Self.contestedNote) : .null
            ),
            ("doppioni", .list(duplicates.map(Self.json))),
            ("non_sincronizzate", .list(picture.unsynced.map(Self.json))),
            (
                "righe",
                .list(counts.map { .object([("tabella", .text($0.table)), ("righe", .integer($0.rows))]) })
            ),
        ])
    }

    static let contestedNote =
        "Gli importi contestati sono provvisori: il valore mostrato vale finché un operatore non decide il conflitto."

    private static func json(_ comune: Comune) -> JSONText {
        .object([
            ("comune_id", .text(comune.id.string)),
            ("denominazione", .text(comune.name)),
            ("ultima_sincronizzazione", .optional(comune.lastComplete.map(InstantText.utc))),
            ("repliche", .optional(comune.replicas.map { Int128($0) })),
            ("stato", .text(comune.freshness.word)),
            ("mancante", comune.freshness.isPresent.map { .flag(!$0) } ?? .null),
        ])
    }

    private static func json(_ total: Total) -> JSONText {
        .object([
            ("voce", .text(total.kind.title)),
            ("tabella", .text(total.kind.table)),
            ("fase", .optional(total.kind.phase)),
            ("totale_cent", .optional(total.cents)),
            ("parziale", .flag(total.isPartial)),
            ("comuni_presenti", .integer(total.present)),
            ("comuni", .integer(total.of)),
            ("provvisorio", .flag(total.isProvisional)),
            ("per_fonte", .list(total.sources.map(json))),
            (
                "per_comune",
                .list(
                    total.comuni.map { line in
                        .object([
                            ("comune_id", .optional(line.id?.string)),
                            ("denominazione", .text(line.name)),
                            ("totale_cent", .optional(line.cents)),
                            ("mancante", .flag(line.cents == nil)),
                            ("stato", .optional(line.freshness?.word)),
                            ("per_fonte", .list(line.sources.map(json))),
                        ])
                    })
            ),
        ])
    }

    private static func json(_ source: Source) -> JSONText {
        .object([
            ("fonte", .optional(source.code?.string)),
            ("denominazione", .optional(source.name)),
            ("totale_cent", .number(source.cents)),
        ])
    }

    private static func json(_ conflict: FrozenPicture.OpenConflict) -> JSONText {
        .object([
            ("id", .text(conflict.id.description)),
            ("tabella", .text(conflict.table)),
            ("riga_id", .text(conflict.recordID.description)),
            ("campi", .list(conflict.columns.map { .text($0) })),
            ("tipo", .text(conflict.kind)),
            ("contestato", .flag(conflict.isContested)),
            ("rilevato", .text(InstantText.utc(conflict.listedAt))),
        ])
    }

    private static func json(_ duplicate: FrozenFile.Duplicate) -> JSONText {
        .object([
            ("tabella", .text(duplicate.table)),
            ("chiave", .list(duplicate.columns.map { .text($0) })),
            ("righe_id", .list(duplicate.ids.map { .text($0.description) })),
        ])
    }

    private static func json(_ row: FrozenPicture.Unsynced) -> JSONText {
        .object([
            ("tabella", .text(row.table)),
            ("riga_id", .text(row.id.description)),
            ("modifica", .text(row.change.word)),
            ("autore", .text(row.author)),
            ("modificata", .text(InstantText.utc(row.changedAt))),
        ])
    }
}

extension FrozenPicture.Unsynced.Change {
    /// For the clerk and for programs.
    var word: String {
        switch self {
        case .insert: "inserimento"
        case .update: "modifica"
        case .delete: "eliminazione"
        }
    }
}
