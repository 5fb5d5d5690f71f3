// swift-tools-version: 6.2
import PackageDescription

// The house: see ARCHITECTURE.md. Arrows between targets point down only; `Scripts/check-edges` holds them.

let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")
let sqlite = Target.Dependency.product(name: "GRDBSQLite", package: "GRDB.swift")
let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let arguments = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")

let package = Package(
    name: "zona",
    products: [
        .executable(name: "zona", targets: ["zona"]),
        .executable(name: "zona-server", targets: ["zona-server"]),
    ],
    dependencies: [
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-asn1", from: "1.7.4"),
        .package(url: "https://github.com/apple/swift-certificates", from: "1.21.1"),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-configuration", from: "1.4.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1", traits: []),
    ],
    targets: [
        // The pure part.
        .target(name: "SyncCore"),
        .target(name: "SyncWire", dependencies: ["SyncCore", "CZstd", crypto]),
        .target(name: "SyncSession", dependencies: ["SyncCore", "SyncWire"]),
        .target(name: "ConflictDesk"),
        .target(name: "Completion"),
        .target(name: "CSVFiles", dependencies: ["SyncCore"]),
        .target(name: "Texts", resources: [.embedInCode("Italian"), .embedInCode("English")]),

        // Shells and adapters.
        .target(name: "Platform"),
        .systemLibrary(name: "CZstd", pkgConfig: "libzstd", providers: [.apt(["libzstd-dev"])]),
        .systemLibrary(name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),
        .systemLibrary(name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
        .target(
            name: "Schema", path: "schema", exclude: ["README.md"], sources: ["Schema.swift", "CSVTable.swift"],
            resources: [
                .embedInCode("domain"), .embedInCode("replica"), .embedInCode("hub"), .embedInCode("codelists"),
            ]),
        .target(name: "SQLiteAccess", dependencies: ["SyncCore", "Schema", "CSQLite", grdb, sqlite]),
        .target(
            name: "ReplicaStore",
            dependencies: ["SyncCore", "SyncWire", "SyncSession", "Schema", "SQLiteAccess", "Texts", grdb, sqlite]),
        .target(
            name: "HubStore",
            dependencies: ["SyncCore", "SyncWire", "SyncSession", "Schema", "SQLiteAccess", grdb, sqlite]),
        .target(name: "CurlTransport", dependencies: ["CCurl", "Texts"]),
        .target(name: "Bundles", dependencies: ["SyncCore", "SyncWire", "Texts", crypto]),
        .target(
            name: "ReplicaSync",
            dependencies: [
                "SyncCore", "SyncWire", "SyncSession", "ReplicaStore", "CurlTransport", "Bundles", "Schema", "Platform",
                "Texts",
            ]),
        .target(
            name: "Consolidation",
            dependencies: ["SyncCore", "SyncWire", "SyncSession", "ReplicaStore", "Schema", "CSVFiles", "Texts"]),
        .target(
            name: "DataDesk", dependencies: ["SyncCore", "SyncWire", "ReplicaStore", "CSVFiles", "Texts"]),
        .target(
            name: "HubService",
            dependencies: [
                "SyncCore", "SyncWire", "SyncSession", "HubStore", "Bundles", "Schema", crypto, logging,
                .product(name: "CryptoExtras", package: "swift-crypto"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "HummingbirdHTTP2", package: "hummingbird"),
                .product(name: "HummingbirdTLS", package: "hummingbird"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "X509", package: "swift-certificates"),
                .product(name: "SwiftASN1", package: "swift-asn1"),
                .product(name: "Metrics", package: "swift-metrics"),
                .product(name: "Configuration", package: "swift-configuration"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ]),

        // The two programs, and the benchmark.
        .executableTarget(
            name: "zona",
            dependencies: [
                "ReplicaSync", "ReplicaStore", "Consolidation", "CSVFiles", "ConflictDesk", "DataDesk", "Completion",
                "Bundles", "Schema", "Platform", "SyncCore", "SyncWire", "SyncSession", "Texts", arguments,
            ],
            path: "client-cli"),
        .executableTarget(
            name: "zona-server",
            dependencies: [
                "HubService", "HubStore", "Consolidation", "ReplicaStore", "Bundles", "Schema", "SyncCore", "SyncWire",
                "SyncSession", arguments, logging,
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "Metrics", package: "swift-metrics"),
            ],
            path: "sync-server"),
        .executableTarget(
            name: "zona-bench",
            dependencies: [
                "ReplicaSync", "ReplicaStore", "DataDesk", "HubService", "HubStore", "Schema", "SQLiteAccess",
                "SyncCore", "SyncWire", "SyncSession", "Seeded", grdb, logging,
            ],
            path: "Benchmarks"),

        // The simulation of the whole system, and the program that plays it.
        .target(
            name: "Simulation",
            dependencies: [
                "ReplicaSync", "ReplicaStore", "HubStore", "Schema", "SQLiteAccess", "SyncCore", "SyncWire",
                "SyncSession", grdb, sqlite,
            ]),
        .executableTarget(name: "zona-simulate", dependencies: ["Simulation", "SyncCore"], path: "Simulator"),

        // One folder a target; chance that comes again is for all of them.
        .target(name: "Seeded", path: "Tests/Seeded"),
        .testTarget(name: "SyncCoreTests", dependencies: ["SyncCore", "Seeded"]),
        .testTarget(name: "SyncWireTests", dependencies: ["SyncCore", "SyncWire", "Seeded", crypto]),
        .testTarget(name: "SyncSessionTests", dependencies: ["SyncCore", "SyncWire", "SyncSession"]),
        .testTarget(name: "ConflictDeskTests", dependencies: ["ConflictDesk"]),
        .testTarget(name: "CompletionTests", dependencies: ["Completion"]),
        .testTarget(name: "TextsTests", dependencies: ["Texts"]),
        .testTarget(name: "CSVFilesTests", dependencies: ["CSVFiles", "SyncCore", "Seeded"]),
        .testTarget(name: "DataDeskTests", dependencies: ["DataDesk", "ReplicaStore", "SyncCore"]),
        .testTarget(name: "SchemaTests", dependencies: ["Schema", "Texts", grdb]),
        .testTarget(
            name: "ReplicaStoreTests",
            dependencies: [
                "ReplicaStore", "DataDesk", "SyncCore", "SyncWire", "SyncSession", "Schema", "SQLiteAccess", "Seeded",
                grdb, crypto,
            ]),
        .testTarget(
            name: "HubStoreTests",
            dependencies: [
                "HubStore", "ReplicaStore", "ReplicaSync", "SyncCore", "SyncWire", "SyncSession", "Schema", "Seeded",
                "CSQLite",
                grdb, sqlite, crypto,
            ]),
        .testTarget(
            name: "HubServiceTests",
            dependencies: [
                "HubService", "HubStore", "CurlTransport", "SyncCore", "SyncWire", "SyncSession", "Schema", crypto,
                logging,
            ]),
        .testTarget(name: "BundlesTests", dependencies: ["Bundles", "SyncCore", "SyncWire", crypto]),
        .testTarget(name: "CurlTransportTests", dependencies: ["CurlTransport"]),
        .testTarget(
            name: "ConsolidationTests",
            dependencies: ["Consolidation", "ReplicaStore", "SyncCore", "SyncWire", "SyncSession", "Schema", grdb]),
        .testTarget(name: "SimulationTests", dependencies: ["Simulation"]),
        // The two programs are started, not linked: a bundle with both would have two entry points, which does not link in
        // release.
        .testTarget(name: "EndToEndTests", dependencies: ["Seeded", grdb]),
    ],
    swiftLanguageModes: [.v6]
)

for target in package.targets where target.type != .system {
    target.swiftSettings = [
        .treatAllWarnings(as: .error),
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("InternalImportsByDefault"),
        .enableUpcomingFeature("MemberImportVisibility"),
        .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
        // The wire's small appends and reads must be inlined into the stores' loops.
        .unsafeFlags(["-cross-module-optimization"], .when(configuration: .release)),
    ]
    // Mistakes on purpose, for `make mutants` alone.
    if Context.environment["ZONA_MUTANTS"] != nil { target.swiftSettings?.append(.define("ZONA_MUTANTS")) }
}
