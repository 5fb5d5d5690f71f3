extension Catalogue {
    /// The Italian files, each a part of the program. A file that cannot be read leaves its texts in English; the tests
    /// do not let it come to that.
    static let italian: Catalogue = {
        var catalogue = Catalogue()
        for file in italianFiles { try? catalogue.read(file.bytes) }
        return catalogue
    }()

    package static let italianFiles: [(name: String, bytes: [UInt8])] = [
        ("craft.po", PackageResources.craft_po),
        ("data-out.po", PackageResources.data_out_po),
        ("doctor.po", PackageResources.doctor_po),
        ("program.po", PackageResources.program_po),
        ("search.po", PackageResources.search_po),
        ("sync.po", PackageResources.sync_po),
        ("conflicts.po", PackageResources.conflicts_po),
        ("refused.po", PackageResources.refused_po),
        ("history.po", PackageResources.history_po),
        ("bundle.po", PackageResources.bundle_po),
        ("service.po", PackageResources.service_po),
        ("consolidate.po", PackageResources.consolidate_po),
        ("entry.po", PackageResources.entry_po),
        ("fields.po", PackageResources.fields_po),
        ("import.po", PackageResources.import_po),
        ("errors.po", PackageResources.errors_po),
    ]
}
