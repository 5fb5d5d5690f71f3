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
