import Foundation
import ReplicaStore
import SyncCore
import Testing

/// Numbers that a seed decides, so that a failing play can be played again.
struct PlayGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 | 1 }

    mutating func next() -> UInt64 {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return state &* 0x2545_F491_4F6C_DD1D
    }
}

/// Three comuni that write whatever comes: inserts, edits, deletes, in shared tables and their own, decisions, lost answers.
struct Play {
    let ambito: Ambito
    let desks: [Desk]
    private var generator: PlayGenerator

    init(seed: UInt64) throws {
        let ambito = try Ambito()
        self.ambito = ambito
        generator = PlayGenerator(seed: seed)
        let narni = try ambito.replica(of: "055022", "narni")
        try narni.sql(
            """
            INSERT INTO piano_di_zona(ambito_id, denominazione, anno_inizio, anno_fine, strumento, stato)
              SELECT id, 'Piano', 2022, 2024, 'convenzione', 'in_costruzione' FROM ambito;
            INSERT INTO obiettivo(piano_id, tipo, titolo, descrizione) SELECT id, 'strategico', 'Legami', 'uno' FROM piano_di_zona;
            INSERT INTO obiettivo(piano_id, tipo, titolo, descrizione) SELECT id, 'strategico', 'Reti', 'due' FROM piano_di_zona;
            """)
        try narni.sync()
        desks = [narni, try ambito.replica(of: "055004", "amelia"), try ambito.replica(of: "055024", "otricoli")]
    }

    private mutating func one<Element>(of list: [Element]) -> Element {
        list[Int(generator.next() % UInt64(list.count))]
    }

    /// What somebody writes: plain SQL, as any program may.
    private mutating func sentence() -> String {
        let word = one(of: ["sole", "neve", "mare", "monte"]) + String(generator.next() % 1000)
        return one(of: [
            "INSERT INTO soggetto(denominazione, tipo_soggetto) VALUES ('\(word)', 'VOL')",
            "INSERT INTO soggetto(denominazione, tipo_soggetto) VALUES ('\(word)', 'VOL')",
            "UPDATE obiettivo SET titolo = '\(word)' WHERE id = (SELECT max(id) FROM obiettivo)",
            "UPDATE obiettivo SET descrizione = '\(word)' WHERE id = (SELECT min(id) FROM obiettivo)",
            "UPDATE soggetto SET denominazione = '\(word)' WHERE id = (SELECT min(id) FROM soggetto)",
            "DELETE FROM soggetto WHERE id = (SELECT max(id) FROM soggetto)",
            """
            INSERT INTO personale_ambito(comune_id, anno, profilo, rapporto, fte_centesimi)
              SELECT comune, 2022, 'assistente_sociale', 'indeterminato', \(generator.next() % 200 + 1) FROM zona_state
              WHERE NOT EXISTS (SELECT 1 FROM personale_ambito p WHERE p.comune_id = zona_state.comune)
            """,
            "UPDATE personale_ambito SET fte_centesimi = fte_centesimi + 1 WHERE comune_id = (SELECT comune FROM zona_state)",
        ])
    }

    /// So many steps; `afterEach` looks at the desk that has just spoken with the hub.
    mutating func run(steps: Int, afterEach look: (Desk) throws -> Void = { _ in }) throws {
        for _ in 0..<steps {
            let desk = one(of: desks)
            switch generator.next() % 10 {
            case 0..<5: try desk.sql(sentence())
            case 5:
                if let conflict = try desk.store.conflicts().first {
                    let choice: ConflictChoice = generator.next() % 2 == 0 ? .other : .shown
                    try? desk.store.resolve(conflict, choice, note: "", by: Operator("rosa"), now: ambito.now)
                }
            case 6:
                _ = try? desk.sync(losing: 1)
            default:
                try desk.sync()
                try look(desk)
            }
        }
    }

    func settle() throws {
        for _ in 0..<2 { for desk in desks { try desk.sync() } }
    }
}
