import Logging
import Testing

@testable import HubService

@Suite struct ServerSettingsTests {
    @Test func `the command line goes before the environment, and that before the file`() async throws {
        let folder = try TemporaryFolder()
        try folder.write(
            #"{"host": "file", "port": 1, "names": ["file.example.it", "10.0.0.1"], "publish": "/file"}"#,
            to: "server.json")

        let settings = try await ServerSettings.load(
            ServerOptions(data: folder.path, port: 3),
            environment: [
                "ZONA_HOST": "environment", "ZONA_PORT": "2", "ZONA_LOG_LEVEL": "debug", "ZONA_CONSOLIDATE_AT": "03:30",
                "HOST": "not ours",
            ])

        #expect(settings.port == 3)
        #expect(settings.host == "environment")
        #expect(settings.names == ["file.example.it", "10.0.0.1"])
        #expect(settings.publish == "/file")
        #expect(settings.logLevel == .debug)
        #expect(settings.consolidateAt == ServerSettings.TimeOfDay("03:30"))
    }

    @Test func `what nobody says has its default`() async throws {
        let settings = try await ServerSettings.load(ServerOptions(data: "/nowhere/at/all/"), environment: [:])

        #expect(settings.data.path == "/nowhere/at/all")
        #expect(settings.host == "127.0.0.1")
        #expect(settings.port == 8443)
        #expect(settings.names == [])
        #expect(settings.logLevel == .info)
        #expect(settings.logFormat == .text)
        #expect(settings.consolidateAt == nil)
        #expect(settings.publish == "/nowhere/at/all/published")
    }

    @Test func `another file may say where the data are`() async throws {
        let folder = try TemporaryFolder()
        try folder.write(#"{"data": "/srv/zona", "consolidate-at": "none", "log-format": "json"}"#, to: "other.json")

        let settings = try await ServerSettings.load(
            ServerOptions(config: "\(folder.path)/other.json"), environment: ["ZONA_NAMES": "a.it,b.it"])

        #expect(settings.data.path == "/srv/zona")
        #expect(settings.names == ["a.it", "b.it"])
        #expect(settings.logFormat == .json)
    }

    @Test(arguments: [
        ("port", ["ZONA_PORT": "many"]), ("port", ["ZONA_PORT": "65536"]), ("log-level", ["ZONA_LOG_LEVEL": "loud"]),
        ("log-format", ["ZONA_LOG_FORMAT": "xml"]), ("consolidate-at", ["ZONA_CONSOLIDATE_AT": "24:00"]),
        ("consolidate-at", ["ZONA_CONSOLIDATE_AT": "3:30"]), ("config", ["ZONA_CONFIG": "/nowhere/at/all.json"]),
        ("data", ["ZONA_DATA": ""]),
    ])
    func `a setting that cannot be used is named`(key: String, environment: [String: String]) async throws {
        let data = environment["ZONA_DATA"] == nil ? "/nowhere" : nil

        let error = await #expect(throws: HubServiceError.self) {
            try await ServerSettings.load(ServerOptions(data: data), environment: environment)
        }

        #expect(error?.code == .badSetting)
        #expect(error?.context.hasPrefix("setting \(key):") == true)
    }

    @Test func `a settings file that is not JSON is told, not ignored`() async throws {
        let folder = try TemporaryFolder()
        try folder.write("port = 8443", to: "server.json")

        let error = await #expect(throws: HubServiceError.self) {
            try await ServerSettings.load(ServerOptions(data: folder.path), environment: [:])
        }

        #expect(error?.context.contains("server.json") == true)
    }
}
