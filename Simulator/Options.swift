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

    static let usage = """
        zona-simulate [--list] [--campaign NAME] [--seeds N] [--from N] [--seed N] [--trace] [--steps N] [--jobs N]
                      [--mutant NAME|all] [--patience N]

          zona-simulate --seeds 200 --jobs 2
          zona-simulate --campaign all --seed 3 --trace
          zona-simulate --campaign clone,putBack,collect --seeds 50      (any situations together)

        """

    /// Nothing for words that are not understood, and for a wish to be told what is.
    init?(_ arguments: some Sequence<String>) {
        var rest = Array(arguments)
        func word() -> String? { rest.isEmpty ? nil : rest.removeFirst() }
        func number<Number: FixedWidthInteger>(from least: Number = 1) -> Number? {
            word().flatMap { Number($0) }.flatMap { $0 >= least ? $0 : nil }
        }
        while let option = word() {
            switch option {
            case "--list": lists = true
            case "--trace": traces = true
            case "--child": isChild = true
            case "--seeds", "--steps", "--jobs", "--patience":
                guard let given: Int = number() else { return nil }
                switch option {
                case "--seeds": seeds = given
                case "--steps": steps = given
                case "--jobs": jobs = given
                default: patience = given
                }
            case "--from", "--seed":
                guard let given: UInt64 = number() else { return nil }
                first = given
                if option == "--seed" { seeds = 1 }
            case "--campaign", "--mutant":
                guard let given = word() else { return nil }
                if option == "--campaign" { campaign = given } else { mutant = given }
            default: return nil
            }
        }
    }
}
