import ArgumentParser
import Foundation
import HubService
import HubStore
import Schema

struct Init: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Make an ambito: its hub file, its keys, its comuni.",
        discussion: """
            The CSV has a line a comune, with the columns comune, capofila (1 or 0), codice_istat,
            codice_belfiore, sigla_provincia, popolazione_istat_2021, and, to hold several ambiti, codice_ambito,
            denominazione_ambito, regione.

            Examples:
              zona-server init --data /srv/zona --ambito UMB-11 --comuni comuni.csv --name hub.example.it
              zona-server init --data /srv/zona --ambito PUG-ALTAMURA --title "Ambito di Altamura" --comuni altamura.csv
            """)

    @OptionGroup var common: CommonOptions
    @Option(help: "The ambito's code: names its folder, and never changes.")
    var ambito: String
    @Option(help: "The ambito's name; from the CSV's denominazione_ambito when left out.")
    var title: String?
    @Option(help: "CSV of the comuni.")
    var comuni: String
    @Option(help: "convenzione, consorzio, unione, azienda_speciale or delega_asl.")
    var forma: String = "convenzione"
    @Option(help: "Since when the comuni belong to the ambito, YYYY-MM-DD.")
    var dal: String = "2018-01-01"
    @Option(
        name: .customLong("name"),
        help: "A DNS name or address of this server, for its certificate. Repeat for several.")
    var names: [String] = []

    func run() throws {
        try answering {
            let folder = DataFolder(try common.folder())
            let founding = try founding()
            try folder.makeFolder(of: ambito)
            let names = names.isEmpty ? ["localhost", "127.0.0.1"] : names
            let keys = try ServerKeys.create(in: folder, names: names, now: Answer.now)
            let hubFile = try folder.hubFile(of: ambito)
            guard !FileManager.default.fileExists(atPath: hubFile) else {
                throw Failure(.file, "exists", "the ambito \(ambito) exists already in \(folder.path)")
            }
            // A key that is there already is that of a hub which was lost. This one is another life of it: whoever has
            // what it lacks may give it back.
            let isRebuilt = FileManager.default.fileExists(atPath: try folder.keyFile(of: ambito))
            let key = try AmbitoKeys.takeOrCreate(for: ambito, in: folder)
            let store = try HubStore.create(at: hubFile, founding: founding, key: key, now: Answer.now)
            if isRebuilt { try store.beginNewLife(now: Answer.now) }
            try report(founding, folder: folder, hubFile: hubFile, fingerprint: keys.fingerprint)
        }
    }

    private func report(_ founding: Founding, folder: DataFolder, hubFile: String, fingerprint: [UInt8]) throws {
        let keyFile = try folder.keyFile(of: ambito)
        if common.json {
            try Answer.show([
                "ambito": ambito, "id": "\(founding.ambito)", "comuni": founding.comuni.count, "hub": hubFile,
                "key": keyFile,
                "tls": folder.tlsFolder, "fingerprint": fingerprint.map { String(format: "%02x", $0) }.joined(),
            ])
            return
        }
        Answer.show(
            """
            Ambito \(ambito) (\(founding.name)), \(founding.comuni.count) comuni.
              hub          \(hubFile)
              private key  \(keyFile)   (mode 0600: keep a copy in a safe place)
              TLS keys     \(folder.tlsFolder)
            A hub that is serving this folder already takes the new ambito in when it is started again.
            Next: zona-server serve --data \(folder.path)
                  zona-server invite --data \(folder.path) --ambito \(ambito) --comune \(founding.comuni[0].codiceISTAT)
            """)
    }

    private func founding() throws -> Founding {
        guard let data = FileManager.default.contents(atPath: comuni) else {
            throw Failure(.file, "file", "\(comuni) cannot be read: check the path")
        }
        let table: CSVTable
        do { table = try CSVTable(String(decoding: data, as: UTF8.self)) } catch {
            throw Failure(.badValue, "not-valid", "\(comuni), \(error)")
        }
        let needed = ["comune", "capofila", "codice_istat", "codice_belfiore", "sigla_provincia"]
        if let missing = needed.first(where: { !table.header.contains($0) }) {
            throw Failure(
                .badValue, "not-valid",
                "\(comuni) has no column \(missing); it has \(table.header.joined(separator: ", "))")
        }
        let lines = table.dictionaries.filter { $0["codice_ambito"] == nil || $0["codice_ambito"] == ambito }
        guard let first = lines.first else {
            throw Failure(.badValue, "not-valid", "\(comuni) has no comune of the ambito \(ambito)")
        }
        let members = lines.map { line in
            FoundingComune(
                name: line["comune"] ?? "", codiceISTAT: line["codice_istat"] ?? "",
                codiceBelfiore: line["codice_belfiore"] ?? "",
                provincia: line["sigla_provincia"] ?? "", isCapofila: line["capofila"] == "1",
                popolazione: line["popolazione_istat_2021"].flatMap(Int64.init))
        }
        let vocabulary: CSVTable
        do { vocabulary = try CSVTable(Schema.vocabulary) } catch {
            throw Failure(.unexpected, "unexpected", "code lists: \(error)")
        }
        return Founding(
            code: ambito, name: title ?? first["denominazione_ambito"] ?? ambito, regione: first["regione"] ?? "",
            formaGestione: forma, comuni: members, since: dal, vocabulary: vocabulary.dictionaries)
    }
}
