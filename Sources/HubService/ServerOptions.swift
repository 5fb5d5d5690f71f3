package import Configuration

/// What the command line said; `nil` for what it did not. Everything is checked by `ServerSettings.load`.
package struct ServerOptions: Sendable {
    /// `--data FOLDER`
    package var data: String?
    /// `--config FILE`; must exist when it is named.
    package var config: String?
    /// `--host ADDRESS`
    package var host: String?
    /// `--port NUMBER`
    package var port: Int?
    /// `--name NAME`, as often as there are names.
    package var names: [String]?
    /// `--log-level LEVEL`
    package var logLevel: String?
    /// `--log-format text|json`
    package var logFormat: String?
    /// `--consolidate-at HH:MM|none`
    package var consolidateAt: String?
    /// `--publish FOLDER`
    package var publish: String?

    /// Options from their parts.
    package init(
        data: String? = nil, config: String? = nil, host: String? = nil, port: Int? = nil, names: [String]? = nil,
        logLevel: String? = nil, logFormat: String? = nil, consolidateAt: String? = nil, publish: String? = nil
    ) {
        self.data = data
        self.config = config
        self.host = host
        self.port = port
        self.names = names
        self.logLevel = logLevel
        self.logFormat = logFormat
        self.consolidateAt = consolidateAt
        self.publish = publish
    }

    /// The options as the provider that goes before all others.
    package var provider: InMemoryProvider {
        var values: [AbsoluteConfigKey: ConfigValue] = [:]
        func put(_ key: String, _ text: String?) {
            if let text { values[AbsoluteConfigKey([key])] = ConfigValue(.string(text), isSecret: false) }
        }
        put("data", data)
        put("host", host)
        put("log-level", logLevel)
        put("log-format", logFormat)
        put("consolidate-at", consolidateAt)
        put("publish", publish)
        if let port { values[AbsoluteConfigKey(["port"])] = ConfigValue(.int(port), isSecret: false) }
        if let names, !names.isEmpty {
            values[AbsoluteConfigKey(["names"])] = ConfigValue(.stringArray(names), isSecret: false)
        }
        return InMemoryProvider(name: "command line", values: values)
    }
}
