import Testing

// What `zona … --json` answers, as far as the tests look.

struct StatusAnswer: Decodable {
    let comuneId: String
    let ambitoId: String
    let pendingRecords: Int
    let behindRecords: Int
    let openConflicts: Int
    let contestedConflicts: Int
    let refused: Int
}

struct SyncAnswer: Decodable {
    struct Applied: Decodable {
        let rows: Int
        let deleted: Int
        let own: Int
        let skipped: Int
    }
    struct Moved: Decodable {
        let bytes: Int
    }
    let applied: Applied
    let sent: Moved
    let received: Moved
    let refused: Int
    let openConflicts: Int
    let contestedConflicts: Int
    let pendingRecords: Int
}

struct ConflictsAnswer: Decodable {
    struct Conflict: Decodable {
        struct Side: Decodable {
            let author: String
            let comune: String?
        }
        let id: String
        let table: String
        let recordId: String
        let columns: [String]
        let kind: String
        let rule: String
        let state: String
        let contested: Bool
        let shown: Side
        let other: Side
        let closedBy: String?
    }
    let conflicts: [Conflict]
}

/// `zona-server conflicts --json`.
struct HubConflicts: Decodable {
    struct Conflict: Decodable {
        let id: String
        let contested: Bool
    }
    let conflicts: [Conflict]
}

extension Stage {
    /// Two replicas change the telephone of an association that both have, neither having seen the other's change; both
    /// have synchronised. Returns its id and that of the conflict.
    func contested(_ first: String, _ second: String, _ name: String) async throws -> (id: String, conflict: String) {
        let id = try await zona(first, "add", "soggetto", "denominazione=\(name)", "tipo_soggetto=VOL")
        for file in [first, second] { try await zona(file, "sync") }
        try await zona(first, "edit", id, "telefono=0744 1")
        try await zona(second, "edit", id, "telefono=0744 2")
        for file in [first, second] { try await zona(file, "sync") }
        let conflict = try await json(ConflictsAnswer.self, second, "conflicts").conflicts.first
        return (id, try #require(conflict).id)
    }
}
