/// Lets people write the options that every command has before the command's name: `zona --file a.sqlite status`.
enum LeadingOptions {
    private static let withValue = ["--file", "--operator", "--proxy", "--lang"]

    /// The arguments with the leading ones of these options moved behind the rest, or before a `--`. Where help is
    /// asked for they go: no more than the language matters then, and that is chosen already.
    static func moved(_ arguments: [String]) -> [String] {
        var index = 0
        while let length = length(of: arguments[index...]) { index += length }
        let leading = arguments[..<index]
        let rest = arguments[index...]
        guard let first = rest.first, first != "help", first != "--help", first != "-h" else {
            return without(rest)
        }
        let end = rest.firstIndex(of: "--") ?? rest.endIndex
        return Array(rest[..<end]) + leading + rest[end...]
    }

    private static func without(_ arguments: ArraySlice<String>) -> [String] {
        var rest: [String] = []
        var index = arguments.startIndex
        while index < arguments.endIndex {
            if let length = length(of: arguments[index...]) {
                index += length
            } else {
                rest.append(arguments[index])
                index += 1
            }
        }
        return rest
    }

    /// How many arguments one of these options takes at the beginning of the words; nothing for anything else.
    private static func length(of words: ArraySlice<String>) -> Int? {
        guard let word = words.first else { return nil }
        if word == "--json" || withValue.contains(where: { word.hasPrefix($0 + "=") }) { return 1 }
        return withValue.contains(word) && words.count > 1 ? 2 : nil
    }
}
