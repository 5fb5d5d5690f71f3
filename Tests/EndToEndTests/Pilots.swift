import Foundation

/// The comuni of the ambiti that tests and scripts play in.
enum Pilots {
    /// Names, in the order of the list, the capofila's first.
    static func comuni(of ambito: String) throws -> [String] {
        let text = try String(contentsOfFile: try Programs.file("schema/codelists/comuni_piloti.csv"), encoding: .utf8)
        return text.split(separator: "\n").map { $0.split(separator: ",") }.filter { $0[0] == ambito }
            .map { String($0[2]) }
    }
}
