import ArgumentParser
import Foundation
import Platform
import Texts

/// Where the program begins and ends: every error becomes one message and one exit code here (`docs/exit-codes.md`).
@main
enum Program {
    static func main() async {
        GlobalOptions.language(of: Array(CommandLine.arguments.dropFirst())).use()
        refuseUnreadableArguments()
        let arguments = LeadingOptions.moved(Array(CommandLine.arguments.dropFirst()))
        do {
            try Zona.checkName(arguments.first)
            var command = try Zona.parseAsRoot(arguments)
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
        } catch {
            end(with: error, isJSON: arguments.contains("--json"))
        }
    }

    /// Swift would put U+FFFD for what is not UTF-8, and the value would be stored otherwise than it was given.
    private static func refuseUnreadableArguments() {
        for index in 0..<Int(CommandLine.argc) {
            guard let argument = CommandLine.unsafeArgv[index], String(validatingCString: argument) == nil else {
                continue
            }
            let failure = CommandFailure(
                .badValue, "bad-value",
                localized(
                    """
                    word \(index) of the command is not text in UTF-8: set the terminal to UTF-8, or give the \
                    value as column@FILE
                    """)
            )
            tell(failure, isJSON: CommandLine.arguments.contains("--json"))
        }
    }

    private static func end(with error: any Error, isJSON: Bool) -> Never {
        if let failure = CommandFailure(error) {
            tell(failure, isJSON: isJSON)
        } else if Zona.exitCode(for: error) == .success {
            // Help and version come as errors, too.
            print(ParserText.help(Zona.fullMessage(for: error)))
            exit(ExitStatus.done.rawValue)
        } else {
            let isUsage = Zona.exitCode(for: error) == .validationFailure
            guard isJSON || !isUsage else {
                Terminal.writeError(ParserText.mistake(Zona.fullMessage(for: error)))
                exit(ExitStatus.usage.rawValue)
            }
            let failure = CommandFailure(
                isUsage ? .usage : .unexpected, isUsage ? "usage" : "unexpected",
                ParserText.mistake(Zona.message(for: error)))
            tell(failure, isJSON: isJSON)
        }
    }

    private static func tell(_ failure: CommandFailure, isJSON: Bool) -> Never {
        if isJSON {
            var error: [String: JSONValue] = ["code": .text(failure.code), "message": .text(failure.message)]
            if !failure.faults.isEmpty { error["faults"] = .array(failure.faults) }
            Terminal.writeError(JSONValue.object(["error": .object(error)]).encoded)
        } else {
            Terminal.writeError("zona: \(SafeText.lines(failure.message))")
        }
        exit(failure.status.rawValue)
    }
}
