import Foundation

/// The figures, in the order in which they were taken; printed and written to `bench.json`.
struct Report {
    private var names: [String] = []
    private var values: [String: Double] = [:]

    subscript(name: String) -> Double {
        get { values[name] ?? 0 }
        set {
            if values[name] == nil { names.append(name) }
            values[name] = newValue
        }
    }

    func show() {
        for name in names {
            let padding = String(repeating: " ", count: max(1, 44 - name.count))
            print("\(name)\(padding)\(Self.text(values[name] ?? 0))")
        }
    }

    func write(to path: String) throws {
        let lines = names.sorted().map { "  \"\($0)\": \(Self.text(values[$0] ?? 0))" }
        try "{\n\(lines.joined(separator: ",\n"))\n}\n".write(toFile: path, atomically: true, encoding: .utf8)
    }

    private static func text(_ value: Double) -> String {
        if value == value.rounded() && abs(value) < 1e12 { return String(Int(value)) }
        return String(format: "%.3f", value)
    }
}

/// What could not be measured, and why.
struct BenchFailure: Error {
    let what: String
}

/// Says on standard error how far the benchmark is.
func progress(_ text: String) {
    FileHandle.standardError.write(Data("\(text)\n".utf8))
}

/// The most memory that this process ever had, in MB, as the kernel counts it.
func peakMegabytes() -> Double {
    guard let status = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8) else { return 0 }
    let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
    let kilobytes = line.flatMap { Double($0.filter(\.isNumber)) } ?? 0
    return kilobytes / 1024
}
