import ArgumentParser
import Foundation
import HubService
import HubStore

/// The option that picks one ambito of the data folder.
struct AmbitoOptions: ParsableArguments {
    @Option(help: "The ambito's code. May be left out when the hub has only one.")
    var ambito: String?

    func code(in folder: DataFolder) throws -> String {
        let known = try folder.ambiti()
        if let ambito {
            guard known.contains(ambito) else {
                throw Failure(
                    .notFound, "not-found",
                    "no ambito \(ambito) in \(folder.path); there: \(known.joined(separator: ", "))")
            }
            return ambito
        }
        guard let only = known.first, known.count == 1 else {
            throw Failure(
                .usage, "usage",
                known.isEmpty
                    ? "no ambito in \(folder.path): make one with `zona-server init`"
                    : "which ambito? Give --ambito, one of \(known.joined(separator: ", "))")
        }
        return only
    }

    func open(_ common: CommonOptions) throws -> HubStore {
        let folder = DataFolder(try common.folder())
        let code = try code(in: folder)
        return try HubStore(path: folder.hubFile(of: code), key: AmbitoKeys.load(for: code, in: folder))
    }
}

extension HubStore {
    /// What its technician is told of a hub whose file is an old copy.
    static let wasPutBack = "the hub's file was put back: a new life begins, replicas give back what it lacks"
}
