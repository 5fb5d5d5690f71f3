import Foundation

/// The systemd unit of a replica's service.
package struct UnitFile {
    /// The program and the replica, as absolute paths.
    package let program: String
    package let replica: String
    package let proxy: String?
    /// A service of the machine, run as this user; nothing for one of the user's own.
    package let user: String?

    package init(program: String, replica: String, proxy: String?, user: String?) {
        self.program = program
        self.replica = replica
        self.proxy = proxy
        self.user = user
    }

    /// `zona-srv-zona-narni.service` for a replica `/srv/zona/narni.sqlite`: another folder has another unit.
    package var name: String {
        let path = replica.hasSuffix(".sqlite") ? String(replica.dropLast(".sqlite".count)) : replica
        let plain = path.utf8.drop { $0 == UInt8(ascii: "/") }.map { byte in
            let isPlain = byte >= 0x30 && byte <= 0x39 || byte | 0x20 >= 0x61 && byte | 0x20 <= 0x7A || byte == 0x2E
            return isPlain ? byte : UInt8(ascii: "-")
        }
        return "zona-\(String(decoding: plain, as: UTF8.self)).service"
    }

    /// Where units of this kind lie.
    package var folder: String {
        user == nil
            ? (Environment.value("XDG_CONFIG_HOME") ?? NSHomeDirectory() + "/.config") + "/systemd/user"
            : "/etc/systemd/system"
    }

    package var text: String {
        var lines = [
            "[Unit]",
            "Description=Zona: captures and synchronises \(Self.escaped(replica))",
            "StartLimitIntervalSec=0",
            "",
            "[Service]",
            "Type=exec",
            "ExecStart=\(Self.command(program)) service run --file \(Self.command(replica))",
        ]
        if let proxy { lines.append("Environment=\(Self.quoted("ZONA_PROXY=" + proxy))") }
        if let user { lines.append("User=\(Self.escaped(user))") }
        lines += [
            "Restart=always",
            "RestartSec=10",
            "# The command was not understood, or another service has this replica: starting again mends neither.",
            "RestartPreventExitStatus=2 8",
            "Nice=5",
            "UMask=0077",
            "NoNewPrivileges=yes",
            "LockPersonality=yes",
            "MemoryDenyWriteExecute=yes",
            "RestrictRealtime=yes",
            "RestrictSUIDSGID=yes",
            "RestrictNamespaces=yes",
            "# Names are looked up over AF_NETLINK, too.",
            "RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX AF_NETLINK",
            "SystemCallArchitectures=native",
        ]
        if user != nil {
            lines += [
                "ProtectSystem=strict",
                "ReadWritePaths=\(Self.quoted((replica as NSString).deletingLastPathComponent))",
                "PrivateDevices=yes",
                "ProtectKernelTunables=yes",
                "ProtectKernelModules=yes",
                "ProtectControlGroups=yes",
                "CapabilityBoundingSet=",
            ]
        }
        lines += ["", "[Install]", "WantedBy=\(user == nil ? "default.target" : "multi-user.target")", ""]
        return lines.joined(separator: "\n")
    }

    /// systemd reads `%` as a specifier.
    private static func escaped(_ text: String) -> String {
        text.replacing("%", with: "%%")
    }

    /// A word, whatever is in it.
    private static func quoted(_ word: String) -> String {
        let inner = escaped(word).replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
        return "\"\(inner)\""
    }

    /// A word of a command line, where systemd puts variables in, too.
    private static func command(_ word: String) -> String {
        quoted(word).replacing("$", with: "$$")
    }
}
