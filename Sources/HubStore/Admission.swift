import SyncCore
import SyncWire

/// What the log says of a number that the hub got to know: whose it is.
struct Admission {
    let number: ReplicaNumber
    let key: VerifyingKey
    let comune: RecordID
    let isCapofila: Bool

    init(number: ReplicaNumber, key: VerifyingKey, comune: RecordID, isCapofila: Bool) {
        self.number = number
        self.key = key
        self.comune = comune
        self.isCapofila = isCapofila
    }

    var bytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.appendFixed(number.rawValue)
        bytes.append(contentsOf: key.bytes)
        bytes.appendID(comune)
        bytes.append(isCapofila ? 1 : 0)
        return bytes
    }

    init(reading bytes: [UInt8]) throws {
        var reader = ByteReader(bytes)
        number = ReplicaNumber(rawValue: try reader.fixed())
        guard let key = VerifyingKey(try reader.take(32)) else { throw MalformedBytes("no key", at: reader.position) }
        self.key = key
        comune = try reader.id()
        isCapofila = try reader.byte() == 1
    }
}
