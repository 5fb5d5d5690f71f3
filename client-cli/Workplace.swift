import Foundation
import ReplicaStore
import ReplicaSync
import SyncCore
import Texts

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
                ? localized("make one with `zona init`, or give the right path with --file or ZONA_FILE")
                : localized("name it with --file or ZONA_FILE, go to its folder, or make one with `zona init`")
            throw CommandFailure(.file, "no-replica", localized("there is no replica at \(path): \(remedy)"))
        }
        let answer = Answer(isJSON: options.json)
        store = try ReplicaStore(path: path) {
            answer.warn(localized("another program is writing into the file: waiting until it has ended, 10 s at most"))
        }
        self.answer = answer
        author = Operator(options.author)
    }

    /// Ends the touch of records that this command has written, and captures what it wrote. The write stands whatever
    /// happens here: the next sync captures it, too, and a touch ends by itself after an hour.
    func captureOwnWrite(closing records: [(id: RecordID, table: TableDescription)] = []) -> Bool {
        do {
            for record in records { try store.endTouch(record.id, of: record.table) }
            _ = try store.capture(key: try ReplicaKey.load(for: store.path), now: Moment.now())
            return true
        } catch {
            let why = CommandFailure(error)?.message ?? "\(error)"
            answer.warn(localized("written, but not made ready to send (\(why)); `zona sync` tries again"))
            return false
        }
    }
}
