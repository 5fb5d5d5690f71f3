import Platform
import Texts

/// One service a file. The lock lies beside the replica and goes with its process.
struct ServiceLock {
    private let lock: ProcessLock

    private static func path(of replica: String) -> String { replica + ".service" }

    init(of replica: String) throws {
        let path = Self.path(of: replica)
        do throws(ProcessLock.Failure) { lock = try ProcessLock(path) } catch {
            switch error {
            case .cannotBeMade(let why):
                throw CommandFailure(
                    .file, "read-only", localized("\(path) cannot be made (\(why)): check the folder's permissions"))
            case .isHeld(let process):
                let other = process.map { " " + localized("(process \($0))") } ?? ""
                throw CommandFailure(
                    .syncRunning, "service-running",
                    localized("a service looks after \(replica) already\(other): one is enough; nothing was changed"))
            }
        }
    }

    func release() { lock.release() }

    /// The process that holds it; nothing when none does.
    static func holder(of replica: String) -> Int32? { ProcessLock.holder(path(of: replica)) }
}
