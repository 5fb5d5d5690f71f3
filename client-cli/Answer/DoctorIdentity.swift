import ReplicaStore
import ReplicaSync
import SyncCore
import Texts

extension DoctorChecks {
    private static let lately: Int64 = 30 * 86_400_000

    /// Whether this file is the only one that goes by its number, and what became of those that it had.
    ///
    /// - Parameter coming: what the next sync has to do first, as the hub's greeting shows.
    static func identity(
        _ number: ReplicaNumber, _ former: [ReplicaStore.FormerNumber], coming: IdentityEvent?, now: Int64
    ) -> DoctorCheck {
        let goesOn = localized("`zona sync`: it goes on under a new number, and nothing is lost")
        switch coming {
        case .forked:
            return DoctorCheck(
                "identity", .attention,
                localized(
                    "it was copied, or put back from a backup: the hub has changes under its number that it lacks"),
                remedy: goesOn)
        case .metHub:
            return DoctorCheck(
                "identity", .attention, localized("the hub was restored since the last sync"),
                remedy: localized("`zona sync`: what the hub lacks is given back, and both are compared"))
        case .startedAfresh:
            return DoctorCheck(
                "identity", .attention,
                localized("it was away for longer than the hub remembers deletions"),
                remedy: localized("`zona sync`: what waits here goes up first, then it is brought up to date anew"))
        case nil: break
        }
        let known = former.filter { $0.leftAt != nil }
        let forks = known.filter { $0.cause == .forked && now - ($0.leftAt ?? 0) < lately }
        guard let last = known.first, let leftAt = last.leftAt else {
            return DoctorCheck("identity", .ok, localized("the only one of its number, as far as it knows"))
        }
        let says = [
            localized("number \(number) since \(Moment.local(leftAt)), \(last.number) before"), words(last.cause),
        ]
        .joined(separator: ": ")
        guard forks.count > 1 else { return DoctorCheck("identity", .ok, says) }
        return DoctorCheck(
            "identity", .attention,
            says + "\n" + localized("\(forks.count) times in 30 days"),
            remedy: localized(
                """
                where two PCs work with copies of one file, enrol the second by itself: ask the technician for a code, \
                then `zona init`
                """))
    }

    private static func words(_ cause: ReplicaStore.FormerNumber.Cause?) -> String {
        switch cause {
        case .forked:
            localized(
                """
                a copy of it, or the file from before it was put back, has gone on under that one; nothing was lost
                """)
        case .metHub: localized("the hub was restored, and both were compared")
        case .startedAfresh: localized("it was away for longer than the hub remembers deletions")
        case nil: localized("an earlier program did not note why")
        }
    }
}
