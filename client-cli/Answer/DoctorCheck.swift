import Texts

/// One thing that `zona doctor` has looked at.
struct DoctorCheck {
    enum State: String {
        case ok
        /// It works; somebody should look at it.
        case attention
        case fault

        var words: String {
            switch self {
            case .ok: localized("ok", context: "doctor")
            case .attention: localized("attention", context: "doctor")
            case .fault: localized("FAULT", context: "doctor")
            }
        }
    }

    /// A stable word, for scripts.
    let name: String
    let state: State
    /// What was found.
    let says: String
    /// What to do; nothing when all is well.
    let remedy: String?

    init(_ name: String, _ state: State, _ says: String, remedy: String? = nil) {
        self.name = name
        self.state = state
        self.says = says
        self.remedy = remedy
    }

    var json: JSONValue {
        .object([
            "name": .text(name), "state": .text(state.rawValue), "says": .text(says), "remedy": .optional(remedy),
        ])
    }

    /// `name      state      what`, and below it what to do.
    var lines: [String] {
        let head = Self.padded(label, 12) + Self.padded(state.words, 12)
        let indent = String(repeating: " ", count: 24)
        let said = says.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        let rest = said.dropFirst().map { indent + $0 }
        return [head + (said.first ?? "")] + rest
            + (remedy.map { [indent + localized("to do: \($0)")] } ?? [])
    }

    private var label: String {
        switch name {
        case "file": localized("file", context: "doctor")
        case "identity": localized("identity", context: "doctor")
        case "place": localized("place", context: "doctor")
        case "leftovers": localized("leftovers", context: "doctor")
        case "triggers": localized("triggers", context: "doctor")
        case "key": localized("key", context: "doctor")
        case "disk": localized("disk", context: "doctor")
        case "clock": localized("clock", context: "doctor")
        case "time-zone": localized("time zone", context: "doctor")
        case "proxy": localized("proxy", context: "doctor")
        case "network": localized("network", context: "doctor")
        case "service": localized("service", context: "doctor")
        case "backup": localized("backup", context: "doctor")
        case "schema": localized("schema", context: "doctor")
        case "records": localized("records", context: "doctor")
        default: name
        }
    }

    private static func padded(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(1, width - text.count))
    }
}
