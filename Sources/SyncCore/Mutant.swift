/// Mechanisms that can be taken away, and mistakes that can be made, so that the simulation shows that it would notice
/// (`make mutants`). Nothing of it is in a program that is built without `ZONA_MUTANTS`.
package enum Mutant: String, CaseIterable, Sendable {
    // Mechanisms of the design.
    case supersede, weak, giveDelete, collectAtCursor, refusalsInPull, refuseBump, needRecord, behindRow, wholeUnit
    case pageGreeting, closeIncomplete, staleFill, ownNumbers, scopeCheck, conflictsLost, ackHash
    case fillWeak, resend, offerAll, editGone, copyTouch, keepAll, keepReplaced, named, decidedStay
    // Mistakes.
    case laterWins, contextTooLate, touchIgnored, touchTooLate, formStaysStale, skipForgotten, stashStays, deleteWins
    case hashUnchecked, inboxMixed, pageUnfiltered, firstPageCounts, renumberDrops, oldSkippedRow
    case ackBeforeCommit, cursorFirst, counterLater

    #if ZONA_MUTANTS
        // Set once, before anything runs.
        nonisolated(unsafe) package static var active: Mutant?

        package static func isOn(_ mutant: Mutant) -> Bool {
            active == mutant
        }
    #else
        @inline(__always)
        package static func isOn(_ mutant: Mutant) -> Bool {
            false
        }
    #endif
}
