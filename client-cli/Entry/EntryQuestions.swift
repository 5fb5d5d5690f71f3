import DataDesk
import Platform
import SyncCore
import Texts

/// A record asked for in the terminal, a line a field: nothing but lines, so that a screen reader can follow.
struct EntryQuestions {
    let entry: TypedEntry

    /// What was written. The operator may leave: that is an error of its own.
    func outcomes() throws -> [EntryOutcome] {
        say(try entry.title())
        say(
            localized(
                """
                Enter leaves what stands in [ ]; ? says what may be written (?text: what holds the text), - takes the \
                value away, < goes back, . ends here, = takes the rest as it is; Ctrl-D leaves without writing. \
                * needs a value.
                """))
        var form = EntryForm(entry.table, entry.columns.map(\.column), given: try start())
        while true {
            guard try ask(&form) else { throw TypedEntry.Left() }
            do {
                let trial = try entry.desk.trial(entry.id, form.fields)
                guard !trial.changes.isEmpty else { throw TypedEntry.Left() }
                if entry.dryRun { return [trial] }
                say(([""] + (try entry.desk.lines(trial))).joined(separator: "\n"))
                for warning in trial.warnings { say(SafeText.line(warning.text)) }
                guard let isAgreed = confirm() else { throw TypedEntry.Left() }
                if isAgreed { return try entry.write(form.fields) }
                form.restart()
            } catch let refusal as EntryRefusal {
                let faults = refusal.faults.flatMap(\.faults)
                for fault in faults { say(SafeText.line(fault.text)) }
                let first = faults.lazy.compactMap(\.column).first { form.go(to: $0) }
                if first == nil { form.restart() }
            }
        }
    }

    /// What is given without being asked: the command's words, and of a new record what stands there already.
    private func start() throws -> [(column: Int, input: FieldInput)] {
        guard entry.id == nil else { return entry.given }
        let words = Set(entry.given.map(\.column))
        let rest = entry.columns.filter { !words.contains($0.column) && !$0.text.isEmpty }
        return entry.given + rest.map { ($0.column, .text(Array($0.text.utf8))) }
    }

    /// Asks field by field to the end; false when the operator leaves.
    private func ask(_ form: inout EntryForm) throws -> Bool {
        while let place = form.column {
            let column = entry.table.columns[place]
            let text = shown(form, place)
            let name = column.label.isEmpty ? column.name : column.shownLabel
            let mark = column.isRequired ? " *" : ""
            Terminal.writeErrorRaw("\(name)\(mark)\(text.isEmpty ? "" : " [\(text)]"): ")
            guard let bytes = Terminal.readLine() else {
                say("")
                return false
            }
            guard let line = String(validating: bytes, as: UTF8.self) else {
                say("  " + localized("what was typed is no text in UTF-8: set the terminal to UTF-8"))
                continue
            }
            switch EntryForm.Line(line) {
            case .keep where text.isEmpty && column.isRequired: say("  " + localized("a value is needed: write one"))
            case .keep: form.next()
            case .back: form.back()
            case .end: form.end()
            case .help(let text):
                let hints = try entry.hints(place, holding: text)
                for hint in hints.isEmpty ? [localized("any text")] : hints { say("  " + SafeText.line(hint)) }
            case .empty: try take(.text([]), place, &form)
            case .value(let bytes): try take(.text(bytes), place, &form)
            }
        }
        return true
    }

    /// Gives a value, unless it is wrong by itself.
    private func take(_ input: FieldInput, _ place: Int, _ form: inout EntryForm) throws {
        let column = entry.table.columns[place]
        let faults = try entry.desk.faults(entry.id, form.fields.filter { $0.column != place } + [(place, input)])
            .filter { $0.column == column.name && !$0.isWarning }
        guard faults.isEmpty else {
            for fault in faults { say("  " + SafeText.line(fault.message)) }
            return
        }
        form.give(input)
        form.next()
    }

    /// What a field holds so far, in one line.
    private func shown(_ form: EntryForm, _ place: Int) -> String {
        let text =
            switch form.given[place] {
            case .text(let bytes), .whole(let bytes): String(decoding: bytes, as: UTF8.self)
            case .value: ""
            case nil: entry.columns.first { $0.column == place }?.text ?? ""
            }
        return SafeText.cut(SafeText.line(text), to: 60)
    }

    /// Nothing when the operator leaves.
    private func confirm() -> Bool? {
        Terminal.writeErrorRaw(localized("Write it? n goes through the fields again. [y/n] "))
        guard let line = Terminal.readLine() else {
            say("")
            return nil
        }
        return ["y", "yes", "s", "si", "sì"].contains(String(decoding: line, as: UTF8.self).lowercased())
    }

    private func say(_ text: String) { Terminal.writeError(text) }
}
