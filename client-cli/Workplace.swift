import Foundation
import ReplicaStore
import ReplicaSync

/// What a command works with: the open file, who works, and how to answer him.
struct Workplace {
    let store: ReplicaStore
    let author: Operator
    let answer: Answer

    init(_ options: GlobalOptions) throws {
        let path = options.path
        guard FileManager.default.fileExists(atPath: path) else {
            let remedy =
                options.isPathGiven
                ? "make one with `zona init`, or give the right path with --file or ZONA_FILE"
                : "name it with --file or ZONA_FILE, go to its folder, or make one with `zona init`"
            throw CommandFailure(.file, "no-replica", "there is no replica at \(path): \(remedy)")
        }
        store = try ReplicaStore(path: path)
        author = Operator(options.author)
        answer = Answer(isJSON: options.json)
    }

    /// Captures what this command has written. The write stands whatever happens here: the next sync captures it, too.
    func captureOwnWrite() -> Bool {
        do {
            _ = try store.capture(key: try ReplicaKey.load(for: store.path), now: Moment.now())
            return true
        } catch {
            let why = CommandFailure(error)?.message ?? "\(error)"
            answer.warn("written, but not made ready to send (\(why)); `zona sync` tries again")
            return false
        }
    }
}
