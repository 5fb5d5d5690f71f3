/// How old what we have of a comune is. The limits are those of the field's nightly rules.
enum Freshness: Equatable {
    case current
    /// 24 hours and more.
    case note
    /// 72 hours and more.
    case warning
    /// 7 days and more: silent. The ambito's totals are partial.
    case block
    /// Never synced.
    case never
    /// Nobody said when.
    case unknown

    private static let hour: Int128 = 3_600_000

    init(lastComplete: Int64?, at time: Int64) {
        guard let lastComplete else {
            self = .never
            return
        }
        // Wide, so that no pair of instants overflows. A contact after `time` counts as just now.
        switch Int128(time) - Int128(lastComplete) {
        case (7 * 24 * Self.hour)...: self = .block
        case (72 * Self.hour)...: self = .warning
        case (24 * Self.hour)...: self = .note
        default: self = .current
        }
    }

    /// Whether a comune without rows may be said to have none: nothing when nobody knows.
    var isPresent: Bool? {
        switch self {
        case .current, .note, .warning: true
        case .block, .never: false
        case .unknown: nil
        }
    }

    /// For programs.
    var word: String {
        switch self {
        case .current: "aggiornato"
        case .note: "nota"
        case .warning: "avviso"
        case .block: "blocco"
        case .never: "mai"
        case .unknown: "non_noto"
        }
    }

    /// For the clerk.
    var sentence: String {
        switch self {
        case .current: "aggiornato"
        case .note: "NOTA: non sincronizza da oltre 24 ore"
        case .warning: "AVVISO: non sincronizza da oltre 72 ore"
        case .block: "MANCANTE: non sincronizza da oltre 7 giorni"
        case .never: "MANCANTE: non ha mai sincronizzato"
        case .unknown: "ultima sincronizzazione non nota"
        }
    }
}
