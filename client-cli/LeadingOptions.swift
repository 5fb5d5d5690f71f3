/// Lets people write the options that every command has before the command's name: `zona --file a.sqlite status`.
enum LeadingOptions {
    private static let withValue = ["--file", "--operator", "--proxy", "--lang"]

    /// The arguments with the leading ones of these options moved behind the rest, or before a `--`.
    static func moved(_ arguments: [String]) -> [String] {
        var index = 0
        while index < arguments.count {
            let argument = arguments[index]
            if argument == "--json" || withValue.contains(where: { argument.hasPrefix($0 + "=") }) {
                index += 1
            } else if withValue.contains(argument), index + 1 < arguments.count {
                index += 2
            } else {
                break
            }
        }
        let leading = arguments[..<index]
        let rest = arguments[index...]
        let end = rest.firstIndex(of: "--") ?? rest.endIndex
        return Array(rest[..<end]) + leading + rest[end...]
    }
}
