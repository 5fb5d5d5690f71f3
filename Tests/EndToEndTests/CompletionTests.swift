import Foundation
import Testing

extension EndToEnd {
    /// What the shells complete, through the shells themselves, and the pages that are made of the help.
    @Suite struct CompletionTests {
        private func folder() throws -> String {
            URL(filePath: try Programs.path(of: Programs.zona)).deletingLastPathComponent().path
        }

        /// The words that bash offers behind a line, with the cursor at its end.
        private func bash(_ stage: Stage, _ line: String, file: String) async throws -> [String] {
            let script = """
                source <(zona completion bash)
                compopt() { :; }
                COMP_LINE=$LINE COMP_POINT=${#LINE}
                # As bash cuts it: at blanks, and at = and : as words of their own.
                read -r -a COMP_WORDS <<< "$(sed -e 's/[=:]/ & /g' <<< "$LINE")"
                [[ $LINE == *[[:space:]] ]] && COMP_WORDS+=("")
                COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
                _zona
                printf '%s\\n' "${COMPREPLY[@]}"
                """
            let outcome = try await stage.run(
                "/bin/bash", ["-uc", script],
                environment: ["PATH": "\(try folder()):/usr/bin:/bin", "LINE": line, "ZONA_FILE": file])
            #expect(outcome.status == 0 && outcome.stderr.isEmpty, "\(outcome)")
            return outcome.stdout.split(separator: "\n").map(String.init)
        }

        @Test(.timeLimit(.minutes(3)))
        func `Commands, tables, columns, codes and ids are completed, and nothing is said where there is no file`()
            async throws
        {
            try await Stage.with("UMB-11") { stage in
                let narni = try await stage.enrol("UMB-11", "Narni")
                let id = try await stage.zona(narni, "add", "soggetto", "denominazione=Caritas", "tipo_soggetto=VOL")

                #expect(try await bash(stage, "zona refu", file: narni) == ["refused"])
                #expect(try await bash(stage, "zona list sogg", file: narni) == ["soggetto"])
                #expect(try await bash(stage, "zona add soggetto telef", file: narni) == ["telefono="])
                // bash has cut the word at the equals sign: only what stands behind it is given back.
                #expect(try await bash(stage, "zona add soggetto tipo_soggetto=VO", file: narni) == ["VOL"])
                #expect(try await bash(stage, "zona list soggetto --columns den", file: narni) == ["denominazione"])
                #expect(try await bash(stage, "zona show \(id.prefix(9))", file: narni) == [id])
                #expect(try await bash(stage, "zona list --where=", file: "/niente.sqlite") == [])
                #expect(try await bash(stage, "zona edit soggetto ", file: "/niente.sqlite") == [])

                let named = try await stage.run(
                    Programs.zona, ["complete", "--", "show", "soggetto", ""], environment: ["ZONA_FILE": narni])
                #expect(named.stdout == "\(id)\tCaritas\n")
                let italian = try await stage.run(
                    Programs.zona, ["complete", "--", "res"], environment: ["LC_ALL": "it_IT.UTF-8"])
                #expect(italian.stdout.contains("copia di sicurezza"), "\(italian)")
            }
        }

        @Test(.timeLimit(.minutes(1)), arguments: ["bash", "zsh", "fish"])
        func `The script of each shell is one that it reads`(shell: String) async throws {
            try await with { folder in
                let script = try await run(Programs.zona, ["completion", shell], in: folder)
                #expect(script.status == 0 && script.stdout.contains("complete"))
                // Where the shell is not installed there is nobody to read it.
                guard
                    let program = ["/bin", "/usr/bin"].map({ "\($0)/\(shell)" })
                        .first(where: { FileManager.default.isExecutableFile(atPath: $0) })
                else { return }
                try script.stdout.write(toFile: "\(folder)/script", atomically: true, encoding: .utf8)
                let read = try await run(program, ["-n", "\(folder)/script"], in: folder)
                #expect(read.status == 0 && read.stderr.isEmpty, "\(read)")
                guard shell == "fish" else { return }
                let asked = try await run(
                    program, ["-N", "-c", "source \(folder)/script; complete -C 'zona refu'"], in: folder)
                #expect(asked.stdout.hasPrefix("refused\t"), "\(asked)")
            }
        }

        @Test(.timeLimit(.minutes(2)))
        func `Man pages are made of the help of both programs, in both languages, and both name one version`()
            async throws
        {
            try await with { folder in
                let script = try Programs.file("Scripts/man-pages")
                for (program, language) in [(Programs.zona, "en"), (Programs.zona, "it"), (Programs.server, "en")] {
                    let made = try await run(
                        script, [try Programs.path(of: program), folder, "--lang", language], in: folder)
                    #expect(made.status == 0, "\(made)")
                }
                func page(_ path: String) throws -> String {
                    try String(contentsOfFile: "\(folder)/\(path)", encoding: .utf8)
                }
                #expect(try page("man1/zona.1").contains(".SH \"EXIT CODES\""))
                #expect(try page("man1/zona-conflicts-resolve.1").contains("\\fB\\-\\-take\\fR"))
                #expect(try page("it/man1/zona-backup.1").contains(".SH \"OPZIONI\""))
                #expect(try page("man8/zona-server-serve.8").contains(".SH \"OPTIONS\""))
                let version = try String(contentsOfFile: try Programs.file("VERSION"), encoding: .utf8)
                for program in [Programs.zona, Programs.server] {
                    #expect(try await run(program, ["--version"], in: folder).stdout == version)
                }
            }
        }

        private func with(_ body: (String) async throws -> Void) async throws {
            let folder = FileManager.default.temporaryDirectory.appending(path: "zona-\(UUID().uuidString)").path
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            defer { try? FileManager.default.removeItem(atPath: folder) }
            try await body(folder)
        }

        private func run(_ program: String, _ arguments: [String], in folder: String) async throws -> Outcome {
            try await Command(
                program: program.contains("/") ? program : try Programs.path(of: program), arguments: arguments,
                environment: ["PATH": "\(try self.folder()):/usr/bin:/bin", "HOME": folder], folder: folder
            ).run()
        }
    }
}
