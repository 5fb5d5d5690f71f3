import SyncCore

/// A text of a row (a code, an id) as its bytes: what keys are compared by.
struct TextKey: Hashable, Comparable {
    let bytes: [UInt8]

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// The text of a value; nothing for NULL and for what is no text.
    init?(_ value: Value) {
        guard case .text(let bytes) = value else { return nil }
        self.bytes = bytes
    }

    var string: String { String(decoding: bytes, as: UTF8.self) }

    static func < (left: Self, right: Self) -> Bool {
        left.bytes.lexicographicallyPrecedes(right.bytes)
    }
}

/// What the summary adds up, each over one table and, of the spending, over one phase.
enum AmountKind: CaseIterable {
    case allotment, budget, assignment, share, commitment, liquidation, payment

    var table: String {
        switch self {
        case .allotment: "stanziamento_comune"
        case .budget: "voce_budget"
        case .assignment: "assegnazione_fondo"
        case .share: "quota_comune"
        case .commitment, .liquidation, .payment: "movimento_spesa"
        }
    }

    /// The phase of `movimento_spesa`.
    var phase: String? {
        switch self {
        case .commitment: "impegno"
        case .liquidation: "liquidazione"
        case .payment: "pagamento"
        case .allotment, .budget, .assignment, .share: nil
        }
    }

    var title: String {
        switch self {
        case .allotment: "Stanziamenti dei comuni"
        case .budget: "Voci di budget"
        case .assignment: "Assegnazioni dei fondi all'ambito"
        case .share: "Quote assegnate ai comuni"
        case .commitment: "Spesa: impegni"
        case .liquidation: "Spesa: liquidazioni"
        case .payment: "Spesa: pagamenti"
        }
    }

    /// The capofila writes these: a comune's silence says nothing about them, the capofila's does.
    var isCapofilas: Bool { self == .assignment || self == .share }

    /// Assignments are the ambito's as a whole.
    var isByComune: Bool { self != .assignment }
}

/// Adds up amounts, row by row. Sums are wide enough that no number of 64-bit amounts overflows them.
struct Amounts {
    struct Place: Hashable, Comparable {
        /// Nothing for the row of the capofila, or of the ambito as a whole.
        let comune: TextKey?
        /// Nothing when the row that would tell it is not there.
        let source: TextKey?

        static func < (left: Self, right: Self) -> Bool {
            (left.comune?.bytes ?? []) == (right.comune?.bytes ?? [])
                ? (left.source?.bytes ?? []).lexicographicallyPrecedes(right.source?.bytes ?? [])
                : (left.comune?.bytes ?? []).lexicographicallyPrecedes(right.comune?.bytes ?? [])
        }
    }

    private var sums: [AmountKind: [Place: Int128]] = [:]
    /// The source of each assignment, for its shares.
    private var assignmentSources: [TextKey: TextKey] = [:]

    /// Takes a row in; rows of tables without amounts too. `assegnazione_fondo` has to come before `quota_comune`, as
    /// by number it does.
    mutating func add(_ row: [Value], of table: TableDescription) {
        func value(_ name: String) -> Value? { table.column(named: name).map { row[$0 + 1] } }
        func key(_ name: String) -> TextKey? { value(name).flatMap(TextKey.init) }
        guard let kind = Self.kind(of: table, phase: key("fase")), case .integer(let cents) = value("importo_cent")
        else { return }
        if kind == .assignment, let id = TextKey(row[0]) { assignmentSources[id] = key("fonte") }
        let source = kind == .share ? key("assegnazione_id").flatMap { assignmentSources[$0] } : key("fonte")
        let place = Place(comune: kind.isByComune ? key("comune_id") : nil, source: source)
        sums[kind, default: [:]][place, default: 0] += Int128(cents)
    }

    /// The sums of one kind, in the order of comuni and sources.
    func sums(of kind: AmountKind) -> [(place: Place, cents: Int128)] {
        (sums[kind] ?? [:]).sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }

    private static func kind(of table: TableDescription, phase: TextKey?) -> AmountKind? {
        AmountKind.allCases.first { kind in
            kind.table == table.name && (kind.phase == nil || kind.phase.map { Array($0.utf8) } == phase?.bytes)
        }
    }
}
