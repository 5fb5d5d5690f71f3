/// Going through conflicts one by one: keys in, what to do out. A value; whoever has the terminal and the file carries
/// the effects out and tells what became of them.
package struct Review: Sendable {
    /// A key as it was pressed.
    package enum Key: Equatable, Sendable {
        case character(Unicode.Scalar)
        case enter, erase, eraseLine, escape
        /// Ctrl-C, or the terminal went away.
        case interrupt
        /// No more input.
        case end
        /// Ctrl-Z, and the terminal is here again: what stood on it may be gone.
        case resumed
        /// Arrows and the like.
        case other
    }

    /// What the conflict on screen allows.
    package enum Subject: Equatable, Sendable {
        /// Two values; the fields in which they differ.
        case sides([String])
        /// An edit against a delete.
        case existence
        /// A delete against a row that was kept.
        case gone
        /// Its parent is gone; the field that names it.
        case orphan(String)
        /// Does not pass a check over these fields.
        case invalid([String])
        /// So many records that are one.
        case duplicates(Int)

        var fields: [String] {
            switch self {
            case .sides(let fields), .invalid(let fields): fields
            case .orphan(let field): [field]
            case .existence, .gone, .duplicates: []
            }
        }

        /// Whether it may be decided by taking a side.
        package var hasSides: Bool {
            switch self {
            case .sides, .existence, .gone, .orphan: true
            case .invalid, .duplicates: false
            }
        }
    }

    package enum Pick: Equatable, Sendable {
        case shown, other
        /// As typed.
        case text(String)
    }

    package struct FieldPick: Equatable, Sendable {
        package let field: String
        package let pick: Pick

        package init(_ field: String, _ pick: Pick) {
            self.field = field
            self.pick = pick
        }
    }

    package enum Verdict: Equatable, Sendable {
        case shown, other
        case fields([FieldPick])
        /// The member of duplicates whose values stay.
        case merge(Int)
    }

    package enum Prompt: Equatable, Sendable {
        case choose(Subject, note: String)
        case note
        case pick(field: String)
        case value(field: String)
        case member(count: Int)
        /// After the last one.
        case over
    }

    package enum Effect: Equatable, Sendable {
        /// Read the conflict at this place anew, put it on screen, and tell `present`.
        case show(Int)
        /// Write it, and tell `decided` or `refused`.
        case decide(Int, Verdict, note: String)
        /// Take back what was decided at this place, and tell `tookBack`.
        case takeBack(Int)
        case prompt(Prompt)
        case echo(Unicode.Scalar)
        /// These characters, the last of the line, are gone.
        case erase(String)
        case endLine
        case help
        case noSuchKey
        case nothingToTakeBack
        case leave(isInterrupted: Bool)
    }

    private enum Mode {
        /// Waits for what became of an effect.
        case waiting
        case choosing(Subject)
        case note(Subject)
        case picking(Subject, [FieldPick])
        /// A new value; `isChain` when every field is asked for one.
        case typing(Subject, [FieldPick], isChain: Bool)
        case member(Subject)
        case over
    }

    /// Characters of a note or value.
    static let lineLimit = 10_000

    package let count: Int
    package private(set) var place = 0
    /// Where something was decided, in that order.
    package private(set) var decided: [Int] = []
    package private(set) var note = ""
    private var line = ""
    private var mode = Mode.waiting

    package init(count: Int) {
        self.count = count
    }

    // MARK: What became of effects

    package mutating func begin() -> [Effect] {
        count == 0 ? [.leave(isInterrupted: false)] : [.show(0)]
    }

    /// It is on screen; nothing when it is not open any more.
    package mutating func present(_ subject: Subject?) -> [Effect] {
        guard let subject else { return next() }
        return choose(subject)
    }

    package mutating func onDecided() -> [Effect] {
        decided.removeAll { $0 == place }
        decided.append(place)
        note = ""
        return next()
    }

    /// It has changed since it was shown.
    package mutating func onStale() -> [Effect] { show(place) }

    /// Why was said; the conflict is still on screen.
    package mutating func onRefused(_ subject: Subject) -> [Effect] {
        choose(subject)
    }

    package mutating func onTookBack() -> [Effect] {
        guard let last = decided.popLast() else { return [] }
        return show(last)
    }

    private mutating func show(_ place: Int) -> [Effect] {
        if place != self.place { note = "" }
        self.place = place
        mode = .waiting
        return [.show(place)]
    }

    private mutating func choose(_ subject: Subject) -> [Effect] {
        mode = .choosing(subject)
        line = ""
        return [.prompt(.choose(subject, note: note))]
    }

    /// The next that was not decided.
    private mutating func next() -> [Effect] {
        if let next = (place + 1..<max(count, place + 1)).first(where: { !decided.contains($0) }) { return show(next) }
        mode = .over
        return [.prompt(.over)]
    }

    /// The one before, decided or not: to look at it again.
    private mutating func previous() -> [Effect] {
        if case .over = mode { return show(place) }
        return show(max(0, place - 1))
    }

    // MARK: Keys

    package mutating func press(_ key: Key) -> [Effect] {
        switch key {
        case .interrupt: return [.endLine, .leave(isInterrupted: true)]
        case .end: return [.endLine, .leave(isInterrupted: false)]
        case .resumed: return askedAgain
        default: break
        }
        switch mode {
        case .waiting: return []
        case .choosing(let subject): return choose(subject, key)
        case .over: return over(key)
        case .note(let subject), .typing(let subject, _, _):
            return key == .escape ? [.endLine] + choose(subject) : type(key)
        case .picking(let subject, let picks):
            return key == .escape ? [.endLine] + choose(subject) : pick(subject, picks, key)
        case .member(let subject):
            return key == .escape ? [.endLine] + choose(subject) : member(subject, key)
        }
    }

    private mutating func choose(_ subject: Subject, _ key: Key) -> [Effect] {
        guard case .character(let character) = key else { return [] }
        switch character {
        case "s" where subject.hasSides: return decide(.shown)
        case "o" where subject.hasSides: return decide(.other)
        case "f":
            guard case .sides(let fields) = subject, let first = fields.first else { return [.noSuchKey] }
            mode = .picking(subject, [])
            return [.endLine, .prompt(.pick(field: first))]
        case "e":
            guard let first = subject.fields.first else { return [.noSuchKey] }
            mode = .typing(subject, [], isChain: true)
            return [.endLine, .prompt(.value(field: first))]
        case "m":
            guard case .duplicates(let count) = subject else { return [.noSuchKey] }
            mode = .member(subject)
            return [.endLine, .prompt(.member(count: count))]
        case "n":
            mode = .note(subject)
            return [.endLine, .prompt(.note)]
        case "j", " ": return [.endLine] + next()
        default: return common(character)
        }
    }

    private mutating func over(_ key: Key) -> [Effect] {
        if key == .enter { return [.endLine, .leave(isInterrupted: false)] }
        guard case .character(let character) = key else { return [] }
        return common(character)
    }

    private mutating func common(_ character: Unicode.Scalar) -> [Effect] {
        switch character {
        case "u":
            guard let last = decided.last else { return [.nothingToTakeBack] }
            mode = .waiting
            return [.endLine, .takeBack(last)]
        case "b", "k": return [.endLine] + previous()
        case "q": return [.endLine, .leave(isInterrupted: false)]
        case "?", "h": return [.help]
        default: return [.noSuchKey]
        }
    }

    private mutating func decide(_ verdict: Verdict) -> [Effect] {
        mode = .waiting
        return [.endLine, .decide(place, verdict, note: note)]
    }

    // MARK: Field by field

    private mutating func pick(_ subject: Subject, _ picks: [FieldPick], _ key: Key) -> [Effect] {
        guard case .character(let character) = key else { return [] }
        switch character {
        case "s": return picked(subject, picks, .shown)
        case "o": return picked(subject, picks, .other)
        case "e":
            mode = .typing(subject, picks, isChain: false)
            return [.endLine, .prompt(.value(field: subject.fields[picks.count]))]
        default: return [.noSuchKey]
        }
    }

    private mutating func picked(
        _ subject: Subject, _ picks: [FieldPick], _ pick: Pick, isChain: Bool = false
    ) -> [Effect] {
        let picks = picks + [FieldPick(subject.fields[picks.count], pick)]
        guard picks.count < subject.fields.count else {
            // Nothing was typed: nothing was chosen.
            if isChain, picks.allSatisfy({ $0.pick == .shown }) { return [.endLine] + choose(subject) }
            return decide(.fields(picks))
        }
        line = ""
        mode = isChain ? .typing(subject, picks, isChain: true) : .picking(subject, picks)
        let field = subject.fields[picks.count]
        return [.endLine, .prompt(isChain ? .value(field: field) : .pick(field: field))]
    }

    private mutating func member(_ subject: Subject, _ key: Key) -> [Effect] {
        guard case .character(let character) = key, case .duplicates(let count) = subject,
            character.value >= 0x61, Int(character.value) - 0x61 < min(count, 26)
        else { return [.noSuchKey] }
        return decide(.merge(Int(character.value) - 0x61))
    }

    /// The question that waits for an answer, with what was typed of it.
    private var askedAgain: [Effect] {
        let prompt: Prompt
        switch mode {
        case .waiting: return []
        case .choosing(let subject): prompt = .choose(subject, note: note)
        case .note: prompt = .note
        case .picking(let subject, let picks): prompt = .pick(field: subject.fields[picks.count])
        case .typing(let subject, let picks, _): prompt = .value(field: subject.fields[picks.count])
        case .member(let subject):
            guard case .duplicates(let count) = subject else { return [] }
            prompt = .member(count: count)
        case .over: prompt = .over
        }
        return [.endLine, .prompt(prompt)] + line.unicodeScalars.map { .echo($0) }
    }

    // MARK: Typing

    private mutating func type(_ key: Key) -> [Effect] {
        switch key {
        case .character(let character):
            guard line.unicodeScalars.count < Self.lineLimit else { return [.noSuchKey] }
            line.unicodeScalars.append(character)
            return [.echo(character)]
        case .erase:
            guard let last = line.popLast() else { return [] }
            return [.erase(String(last))]
        case .eraseLine:
            defer { line = "" }
            return line.isEmpty ? [] : [.erase(line)]
        case .enter: return typed()
        case .escape, .interrupt, .end, .resumed, .other: return []
        }
    }

    private mutating func typed() -> [Effect] {
        let text = line
        line = ""
        switch mode {
        case .note(let subject):
            note = text
            return [.endLine] + choose(subject)
        case .typing(let subject, let picks, let isChain):
            return picked(subject, picks, text.isEmpty && isChain ? .shown : .text(text), isChain: isChain)
        case .waiting, .choosing, .picking, .member, .over: return []
        }
    }
}
