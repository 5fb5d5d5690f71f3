import Foundation

/// The names in a JSON document, which decoders take once where they stand twice.
enum JSONKeys {
    /// A name that one object says twice.
    ///
    /// - Parameter document: JSON that was decoded already.
    static func repeated(in document: Data) -> String? {
        let bytes = Array(document)
        // The names of each object around this place; nothing for an array.
        var around: [Set<[UInt8]>?] = []
        var isName = false
        var place = 0
        while place < bytes.count {
            switch bytes[place] {
            case UInt8(ascii: "{"):
                around.append([])
                isName = true
            case UInt8(ascii: "["):
                around.append(nil)
                isName = false
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                around.removeLast()
                isName = false
            case UInt8(ascii: ","): isName = around.last.map { $0 != nil } ?? false
            case UInt8(ascii: "\""):
                let end = endOfString(bytes, place)
                if isName, let text = try? JSONDecoder().decode(String.self, from: Data(bytes[place...end])) {
                    guard around[around.count - 1]?.insert(Array(text.utf8)).inserted == true else { return text }
                }
                isName = false
                place = end
            default: break
            }
            place += 1
        }
        return nil
    }

    /// The place of the quote that ends the string whose first quote is at `place`.
    private static func endOfString(_ bytes: [UInt8], _ place: Int) -> Int {
        var end = place + 1
        while end < bytes.count - 1, bytes[end] != UInt8(ascii: "\"") {
            end += bytes[end] == UInt8(ascii: "\\") ? 2 : 1
        }
        return min(end, bytes.count - 1)
    }
}
