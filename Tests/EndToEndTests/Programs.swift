import Foundation

/// The two programs as they were built beside the tests, and the folders of the project that the tests read.
enum Programs {
    /// Why the tests cannot begin.
    struct Missing: Error, CustomStringConvertible {
        let description: String
    }

    static let zona = "zona"
    static let server = "zona-server"

    /// The path of a program: in the folder of the test executable, `.build/<configuration>`.
    static func path(of name: String) throws -> String {
        let bundle = URL(filePath: CommandLine.arguments[0]).resolvingSymlinksInPath()
        var folder = bundle.deletingLastPathComponent()
        // Where the bundle is a folder, the executable lies deeper inside it.
        while folder.path.contains(".xctest") { folder.deleteLastPathComponent() }
        let path = folder.appending(path: name).path
        guard FileManager.default.isExecutableFile(atPath: path) else {
            throw Missing(description: "\(path) is not there: build it with `swift build --build-tests`")
        }
        return path
    }

    /// A file of the project, by its path from the top.
    static func file(_ path: String) throws -> String {
        let top = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let path = top.appending(path: path).path
        guard FileManager.default.fileExists(atPath: path) else {
            throw Missing(description: "\(path) is not there: run the tests in the checkout they were built in")
        }
        return path
    }
}
