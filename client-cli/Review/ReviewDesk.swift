import ConflictDesk
import Platform
import ReplicaStore
import SyncCore
import Texts

/// Carries out what the review's machine says: reads conflicts, writes decisions, talks to the operator.
///
/// Each decision is in the file before the next conflict is shown, so that nothing is lost however the review ends.
/// They are made ready to send only at its end: until then they can be taken back without a trace.
final class ReviewDesk {
    private let work: Workplace
    private let screen: ReviewScreen
    private let ids: [RecordID]
    private var review: Review
    private var taken: [Int: TakenDecision] = [:]
    private var current: (conflict: Conflict, table: TableDescription, subject: Review.Subject)?

    init(_ items: [InboxItem], _ work: Workplace, _ screen: ReviewScreen) {
        self.work = work
        self.screen = screen
        ids = items.map(\.conflict.id)
        review = Review(count: items.count)
    }

    var decidedCount: Int { review.decided.count }

    /// Goes on until the operator leaves. Says whether he was interrupted.
    func run() throws -> Bool {
        let input = KeyInput()
        defer { input.end() }
        var decoder = KeyDecoder()
        if let isInterrupted = try carryOut(review.begin()) { return isInterrupted }
        while true {
            let keys: [Review.Key] =
                switch input.next() {
                case .bytes(let bytes): decoder.keys(bytes)
                case .end: [.end]
                case .interrupted: [.interrupt]
                }
            for key in keys {
                if let isInterrupted = try carryOut(review.press(key)) { return isInterrupted }
            }
        }
    }

    /// Nothing while the review goes on.
    private func carryOut(_ effects: [Review.Effect]) throws -> Bool? {
        var effects = effects
        while !effects.isEmpty {
            let effect = effects.removeFirst()
            switch effect {
            case .show(let place): effects = try show(place) + effects
            case .decide(let place, let verdict, let note): effects = try decide(place, verdict, note) + effects
            case .takeBack(let place): effects = try takeBack(place) + effects
            case .prompt(let prompt): screen.prompt(prompt, place: review.place, of: review.count)
            case .echo(let scalar): screen.echo(scalar)
            case .erase(let removed): screen.erase(removed)
            case .endLine: screen.line()
            case .help:
                screen.line()
                screen.say(ReviewScreen.help)
                if let current { effects = review.onRefused(current.subject) + effects }
            case .noSuchKey: screen.put("\n" + localized("? shows the keys") + " > ")
            case .nothingToTakeBack: screen.put("\n" + localized("nothing was decided yet") + " > ")
            case .leave(let isInterrupted): return isInterrupted
            }
        }
        return nil
    }

    private func show(_ place: Int) throws -> [Review.Effect] {
        current = nil
        guard let conflict = try work.store.conflict(ids[place]), conflict.state == "open",
            let table = work.store.catalog.table(named: conflict.table)
        else {
            screen.say("\n" + localized("\(ConflictText.short(ids[place])) is not open any more"))
            return review.present(nil)
        }
        let subject = Self.subject(conflict)
        current = (conflict, table, subject)
        let page = try ConflictPage(conflict, store: work.store)
        screen.line()
        screen.line(try page.text(width: screen.width, isColoured: screen.isColoured))
        screen.line()
        return review.present(subject)
    }

    private static func subject(_ conflict: Conflict) -> Review.Subject {
        switch conflict.kind {
        case "duplicate": .duplicates(conflict.members.count)
        case "orphan": .orphan(conflict.columns.first ?? "")
        case "invalid": .invalid(conflict.columns)
        default:
            conflict.columns.isEmpty ? .existence : conflict.isGone ? .gone : .sides(ThreeWay.disputed(conflict))
        }
    }

    private func decide(_ place: Int, _ verdict: Review.Verdict, _ note: String) throws -> [Review.Effect] {
        guard let (conflict, table, subject) = current else { return review.onStale() }
        do {
            if let earlier = taken[place] { _ = try work.store.takeBack(earlier) }
            let said: String
            if case .merge(let member) = verdict {
                taken[place] = try work.store.takeMerge(
                    conflict, keeping: member, note: note, by: work.author, now: Moment.now())
                said = localized("merged into \(table.name) \(conflict.members.first ?? conflict.recordID)")
            } else {
                let choice = try choice(verdict, conflict, table)
                taken[place] = try work.store.take(conflict, choice, note: note, by: work.author, now: Moment.now())
                said = DecisionText.said(
                    choice, conflict, table, row: try work.store.row(conflict.recordID, of: table))
            }
            screen.say(said)
            return review.onDecided()
        } catch {
            guard let failure = CommandFailure(error) else { throw error }
            let isLocal = [.badValue, .notFound, .usage].contains(failure.status)
            guard isLocal else { throw error }
            screen.say(localized("not decided: \(SafeText.lines(failure.message))"))
            return (error as? ReplicaStoreError)?.code == .stale ? review.onStale() : review.onRefused(subject)
        }
    }

    private func choice(
        _ verdict: Review.Verdict, _ conflict: Conflict, _ table: TableDescription
    ) throws -> ConflictChoice {
        switch verdict {
        case .shown, .merge: return .shown
        case .other: return .other
        case .fields(let picks):
            var words: [String] = []
            var sides: [String: FieldPick.Side] = [:]
            for pick in picks {
                switch pick.pick {
                case .shown: sides[pick.field] = .shown
                case .other: sides[pick.field] = .other
                case .text(let text): words.append("\(pick.field)=\(text)")
                }
            }
            let values = try TypedValues(store: work.store, table: table).read(words)
            return FieldPick.choice(conflict, table, values) { sides[$0] ?? .shown }
        }
    }

    private func takeBack(_ place: Int) throws -> [Review.Effect] {
        if let earlier = taken[place] {
            screen.say(
                try work.store.takeBack(earlier)
                    ? localized("taken back")
                    : localized("it is on its way already: what you decide now takes its place"))
            taken[place] = nil
        }
        return review.onTookBack()
    }
}
