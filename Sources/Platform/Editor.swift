import Foundation

/// The editor of who works: VISUAL, EDITOR, or one that is there.
package enum Editor {
    /// Its command; nothing when there is none.
    package static var command: String? {
        Environment.value("VISUAL") ?? Environment.value("EDITOR")
            ?? ["sensible-editor", "nano", "vi"].first(where: Environment.hasProgram)
    }

    /// Opens a file and waits until the editor ends; false when it failed. The editor has the terminal meanwhile.
    package static func open(_ path: String, with command: String) -> Bool {
        system("\(command) '\(path.replacing("'", with: "'\\''"))'") == 0
    }
}
