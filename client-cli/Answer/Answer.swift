import Platform

/// How a command answers: one JSON document, or text for people.
struct Answer {
    let isJSON: Bool

    /// Only the form that is asked for is made.
    func give(_ json: @autoclosure () throws -> JSONValue, text: () throws -> String) rethrows {
        let answer = isJSON ? try json().encoded : try text()
        guard !answer.isEmpty else { return }
        print(answer, terminator: answer.hasSuffix("\n") ? "" : "\n")
    }

    /// Something to know that is no error. With JSON, stderr holds errors only.
    func warn(_ message: String) {
        if !isJSON { Terminal.writeError("zona: \(SafeText.line(message))") }
    }
}
