package import Metrics
import Synchronization

/// A small backend for swift-metrics: numbers in memory, written as Prometheus text when somebody asks.
///
/// The composition root gives it to `MetricsSystem.bootstrap` and to `HubService`. Timers and recorders keep sum and
/// count, no distribution. Labels are few and chosen by the code, never by a client, so that the memory is bounded.
package final class MetricsBackend: MetricsFactory {
    enum Kind: String {
        case counter
        case gauge
        case summary
    }

    private struct Key: Hashable {
        let name: String
        let labels: String
    }

    private struct Entry {
        let kind: Kind
        let instrument: Instrument
    }

    private let entries = Mutex<[Key: Entry]>([:])

    /// A backend that knows no number yet.
    package init() {}

    /// See `MetricsFactory`.
    package func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        instrument(.counter, label, dimensions)
    }

    /// See `MetricsFactory`.
    package func makeFloatingPointCounter(
        label: String, dimensions: [(String, String)]
    ) -> any FloatingPointCounterHandler {
        instrument(.counter, label, dimensions)
    }

    /// See `MetricsFactory`.
    package func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        instrument(.gauge, label, dimensions)
    }

    /// See `MetricsFactory`.
    package func makeRecorder(
        label: String, dimensions: [(String, String)], aggregate: Bool
    ) -> any RecorderHandler {
        aggregate ? instrument(.summary, label, dimensions) : instrument(.gauge, label, dimensions)
    }

    /// See `MetricsFactory`. In seconds, as Prometheus wants them.
    package func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        instrument(.summary, label, dimensions)
    }

    /// Keeps the number: a counter that went away would look like a restart.
    package func destroyCounter(_ handler: any CounterHandler) {}
    /// Keeps the number.
    package func destroyFloatingPointCounter(_ handler: any FloatingPointCounterHandler) {}
    /// Keeps the number.
    package func destroyMeter(_ handler: any MeterHandler) {}
    /// Keeps the number.
    package func destroyRecorder(_ handler: any RecorderHandler) {}
    /// Keeps the number.
    package func destroyTimer(_ handler: any TimerHandler) {}

    /// All numbers in the text format of Prometheus, in the order of names and labels.
    package func text() -> String {
        let all = entries.withLock { entries in entries.map { ($0.key, $0.value) } }
        let sorted = all.sorted { ($0.0.name, $0.0.labels) < ($1.0.name, $1.0.labels) }
        var lines = ""
        var last = ""
        for (key, entry) in sorted {
            if key.name != last { lines += "# TYPE \(key.name) \(entry.kind.rawValue)\n" }
            last = key.name
            let value = entry.instrument.value
            switch entry.kind {
            case .counter, .gauge:
                lines += "\(key.name)\(key.labels) \(Self.text(value.sum))\n"
            case .summary:
                lines += "\(key.name)_sum\(key.labels) \(Self.text(value.sum))\n"
                lines += "\(key.name)_count\(key.labels) \(value.count)\n"
            }
        }
        return lines
    }

    /// The number of this name and these labels, made when it is new.
    func instrument(_ kind: Kind, _ label: String, _ dimensions: [(String, String)]) -> Instrument {
        let key = Key(name: Self.name(label), labels: Self.labels(dimensions))
        return entries.withLock { entries in
            if let entry = entries[key] { return entry.instrument }
            let instrument = Instrument(adds: kind != .gauge)
            entries[key] = Entry(kind: kind, instrument: instrument)
            return instrument
        }
    }

    private static func text(_ number: Double) -> String {
        Int64(exactly: number).map { String($0) } ?? String(number)
    }

    private static func name(_ label: String) -> String {
        String(label.map { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_" || $0 == ":") ? $0 : "_" })
    }

    private static func labels(_ dimensions: [(String, String)]) -> String {
        guard !dimensions.isEmpty else { return "" }
        let pairs = dimensions.sorted { $0.0 < $1.0 }.map { key, value in
            var escaped = ""
            for character in value {
                switch character {
                case "\\": escaped += "\\\\"
                case "\"": escaped += "\\\""
                case "\n": escaped += "\\n"
                default: escaped.append(character)
                }
            }
            return "\(name(key))=\"\(escaped)\""
        }
        return "{\(pairs.joined(separator: ","))}"
    }
}

/// One number, or a sum with its count.
final class Instrument: CounterHandler, FloatingPointCounterHandler, MeterHandler, RecorderHandler, TimerHandler {
    private let adds: Bool
    private let state = Mutex<(sum: Double, count: Int)>((0, 0))

    init(adds: Bool) {
        self.adds = adds
    }

    var value: (sum: Double, count: Int) { state.withLock { $0 } }

    func increment(by amount: Int64) { add(Double(amount)) }
    func increment(by amount: Double) { add(amount) }
    func decrement(by amount: Double) { add(-amount) }
    func reset() { state.withLock { $0 = (0, 0) } }
    func set(_ value: Int64) { state.withLock { $0 = (Double(value), 1) } }
    func set(_ value: Double) { state.withLock { $0 = (value, 1) } }
    func record(_ value: Int64) { record(Double(value)) }
    func record(_ value: Double) { adds ? add(value) : set(value) }
    func recordNanoseconds(_ duration: Int64) { add(Double(duration) / 1_000_000_000) }

    private func add(_ amount: Double) {
        state.withLock { $0 = ($0.sum + amount, $0.count + 1) }
    }
}
