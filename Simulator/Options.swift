/// What the command line says.
struct Options {
    var first: UInt64 = 1
    var seeds = 20
    var campaign: String?
    var steps = 400
    var jobs = 1
    var lists = false
    var traces = false
    /// The mechanism that is taken away; `all` tries each in turn.
    var mutant: String?
    /// How many runs a mutant may live, in each campaign.
    var patience = 100
    /// A child of another simulator: prints what that one adds up.
    var isChild = false

    init(_ arguments: some Sequence<String>) {
        var rest = Array(arguments)
        func value() -> String { rest.isEmpty ? "" : rest.removeFirst() }
        while !rest.isEmpty {
            switch rest.removeFirst() {
            case "--seeds": seeds = Int(value()) ?? seeds
            case "--from": first = UInt64(value()) ?? first
            case "--seed":
                first = UInt64(value()) ?? first
                seeds = 1
            case "--campaign": campaign = value()
            case "--steps": steps = max(Int(value()) ?? steps, 1)
            case "--jobs": jobs = max(Int(value()) ?? jobs, 1)
            case "--list": lists = true
            case "--trace": traces = true
            case "--mutant": mutant = value()
            case "--patience": patience = Int(value()) ?? patience
            case "--child": isChild = true
            default: break
            }
        }
    }
}
