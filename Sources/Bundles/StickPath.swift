import Foundation
import SyncWire
import Texts

/// Where a file goes: a name of our own in a folder, or the name that was given.
package enum StickPath {
    /// - Parameters:
    ///   - place: as the user gave it: a folder that is there, or a file's name.
    ///   - name: what the file is called in a folder.
    package static func path(in place: String, as name: String) throws(StickError) -> String {
        var isFolder: ObjCBool = false
        let isThere = FileManager.default.fileExists(atPath: place, isDirectory: &isFolder)
        if isThere && isFolder.boolValue { return (place as NSString).appendingPathComponent(name) }
        guard !place.hasSuffix("/") else {
            throw StickError(.notThere, localized("there is no folder \(place): is the stick in, and mounted there?"))
        }
        return place
    }

    /// `from-calvi-dell-umbria.zona`: a name that every file system takes.
    package static func name(_ what: String, of comune: String) -> String {
        let plain = comune.folding(options: .diacriticInsensitive, locale: nil).lowercased()
        let letters = plain.utf8.map { byte -> Character in
            switch byte {
            case 0x30...0x39, 0x61...0x7A: Character(Unicode.Scalar(byte))
            default: "-"
            }
        }
        let words = String(letters.prefix(60)).split(separator: "-").joined(separator: "-")
        return "\(what)-\(words.isEmpty ? "comune" : words).zona"
    }
}
