import Configuration
import Glibc
import Logging

extension ServerSettings {
    /// Reads the settings.
    ///
    /// Keys, in a JSON file, in the environment, on the command line: `data` `ZONA_DATA` `--data`; `host` `ZONA_HOST`;
    /// `port` `ZONA_PORT`; `names` (a list; with commas in the environment) `ZONA_NAMES`; `log-level` `ZONA_LOG_LEVEL`;
    /// `log-format` `ZONA_LOG_FORMAT`; `consolidate-at` `ZONA_CONSOLIDATE_AT`; `publish` `ZONA_PUBLISH`. The file is
    /// `server.json` in the data folder, or the one named by `--config` or `ZONA_CONFIG`, which may say `data` too.
    ///
    /// - Parameter environment: the process's environment.
    /// - Throws: `badSetting`, naming the key and what may stand there.
    package static func load(
        _ options: ServerOptions, environment: [String: String]
    ) async throws(HubServiceError) -> ServerSettings {
        var providers: [any ConfigProvider] = [options.provider, environmentProvider(environment)]
        let named = options.config ?? environment["ZONA_CONFIG"]
        if let named {
            providers.append(try await fileProvider(named, mayBeMissing: false))
        } else if let data = try await SettingsReader(providers).text("data") {
            providers.append(try await fileProvider(DataFolder(data).settingsFile, mayBeMissing: true))
        }
        let reader = SettingsReader(providers)
        guard let data = try await reader.text("data"), !data.isEmpty else {
            throw SettingsReader.failure("data", "not given. Name the hub's folder: --data FOLDER, or ZONA_DATA")
        }
        var settings = ServerSettings(data: DataFolder(data))
        if let host = try await reader.text("host") { settings.host = host }
        if let port = try await reader.number("port") {
            guard (0...65535).contains(port) else {
                throw SettingsReader.failure("port", "\(port) is not in 0...65535")
            }
            settings.port = port
        }
        if let names = try await reader.list("names") { settings.names = names }
        if let text = try await reader.text("log-level") {
            guard let level = Logger.Level(rawValue: text) else {
                let known = Logger.Level.allCases.map(\.rawValue).joined(separator: ", ")
                throw SettingsReader.failure("log-level", "\"\(text)\" is none of \(known)")
            }
            settings.logLevel = level
        }
        if let text = try await reader.text("log-format") {
            guard let format = LogFormat(rawValue: text) else {
                throw SettingsReader.failure("log-format", "\"\(text)\" is neither text nor json")
            }
            settings.logFormat = format
        }
        if let text = try await reader.text("consolidate-at"), text != "none" {
            guard let time = TimeOfDay(text) else {
                throw SettingsReader.failure("consolidate-at", "\"\(text)\" is not a time. Write it as 03:30, or none")
            }
            settings.consolidateAt = time
        }
        if let publish = try await reader.text("publish") { settings.publish = publish }
        return settings
    }

    private static func environmentProvider(_ environment: [String: String]) -> EnvironmentVariablesProvider {
        var ours: [String: String] = [:]
        for (name, value) in environment where name.hasPrefix("ZONA_") {
            ours[String(name.dropFirst("ZONA_".count))] = value
        }
        return EnvironmentVariablesProvider(environmentVariables: ours)
    }

    private static func fileProvider(_ path: String, mayBeMissing: Bool) async throws(HubServiceError)
        -> any ConfigProvider
    {
        // The provider wants an absolute path when it is told one in this way.
        var absolute = path
        if !path.hasPrefix("/"), let here = getcwd(nil, 0) {
            // The system allocated the text for us; it is copied into the String before it is freed.
            absolute = String(cString: here) + "/" + path
            free(here)
        }
        let place = ConfigReader(
            provider: InMemoryProvider(values: [
                "filePath": ConfigValue(.string(absolute), isSecret: false),
                "allowMissing": ConfigValue(.bool(mayBeMissing), isSecret: false),
            ]))
        do {
            return try await FileProvider<JSONSnapshot>(config: place)
        } catch {
            throw SettingsReader.failure(
                "config", "\(path) cannot be read as JSON, or is not there. Mend it, or name another with --config",
                error)
        }
    }
}

/// Reads settings by key, and says which key it was when one cannot be used.
private struct SettingsReader {
    let reader: ConfigReader

    init(_ providers: [any ConfigProvider]) {
        reader = ConfigReader(providers: providers)
    }

    func text(_ key: String) async throws(HubServiceError) -> String? {
        do {
            return try await reader.fetchString(forKey: ConfigKey(key))
        } catch {
            throw Self.failure(key, "not a text", error)
        }
    }

    func number(_ key: String) async throws(HubServiceError) -> Int? {
        do {
            return try await reader.fetchInt(forKey: ConfigKey(key))
        } catch {
            throw Self.failure(key, "not a whole number", error)
        }
    }

    func list(_ key: String) async throws(HubServiceError) -> [String]? {
        do {
            return try await reader.fetchStringArray(forKey: ConfigKey(key))
        } catch {
            throw Self.failure(key, "not a list of texts", error)
        }
    }

    static func failure(_ key: String, _ reason: String, _ underlying: (any Error)? = nil) -> HubServiceError {
        HubServiceError(.badSetting, "setting \(key): \(reason).", underlying: underlying)
    }
}
