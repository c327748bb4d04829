// swift-tools-version: 6.2
import PackageDescription

let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
]

// swift-certificates, swift-crypto and the NIO family are shared by every program; libvirt, SQLite and Yams
// are the controller's alone, so that the agent stays small enough to go into every guest.
let http: [Target.Dependency] = [
    .product(name: "Hummingbird", package: "hummingbird"),
    .product(name: "HummingbirdCore", package: "hummingbird"),
    .product(name: "HummingbirdTLS", package: "hummingbird"),
    .product(name: "HTTPTypes", package: "swift-http-types"),
]
let nio: [Target.Dependency] = [
    .product(name: "NIOCore", package: "swift-nio"),
    .product(name: "NIOPosix", package: "swift-nio"),
    .product(name: "NIOSSL", package: "swift-nio-ssl"),
    .product(name: "NIOTLS", package: "swift-nio"),
]
let basics: [Target.Dependency] = [
    .product(name: "AsyncHTTPClient", package: "async-http-client"),
    .product(name: "Logging", package: "swift-log"),
    .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
    .product(name: "UnixSignals", package: "swift-service-lifecycle"),
]
let pki: [Target.Dependency] = [
    .product(name: "X509", package: "swift-certificates"),
    .product(name: "Crypto", package: "swift-crypto"),
    .product(name: "SwiftASN1", package: "swift-asn1"),
]
let commandLine: [Target.Dependency] = [
    .product(name: "ArgumentParser", package: "swift-argument-parser")
]

let package = Package(
    name: "cms",
    products: [
        .executable(name: "cms-controller", targets: ["cms-controller"]),
        .executable(name: "cms-agent", targets: ["cms-agent"]),
        .executable(name: "cms-client", targets: ["cms-client"]),
        .library(name: "CMSClient", targets: ["Client", "Shared", "Wire"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-asn1", from: "1.7.4"),
        .package(url: "https://github.com/apple/swift-certificates", from: "1.21.1"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-configuration", from: "1.4.0", traits: []),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-distributed-tracing", from: "1.7.3"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-extras", from: "1.35.2"),
        .package(url: "https://github.com/apple/swift-nio-http2", from: "1.46.0"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/HdrHistogram/hdrhistogram-swift", from: "0.2.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1", traits: []),
        .package(url: "https://github.com/hummingbird-project/swift-mustache", from: "2.0.0"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2", traits: []),
    ],
    targets: [
        .systemLibrary(name: "CLibvirt", pkgConfig: "libvirt", providers: [.apt(["libvirt-dev"])]),

        // Values and decisions: no input, no output, no framework below them.
        .target(name: "Wire", swiftSettings: settings),
        .target(name: "Autoscaling", swiftSettings: settings),
        .target(name: "Lifecycle", dependencies: ["Autoscaling", "Wire"], swiftSettings: settings),
        .target(
            name: "ConfigurationValues",
            dependencies: ["Autoscaling", "Lifecycle", "Wire"],
            swiftSettings: settings
        ),
        .target(name: "Persistence", dependencies: ["Autoscaling", "Lifecycle", "Wire"], swiftSettings: settings),
        .target(name: "Ownership", dependencies: ["Autoscaling"], swiftSettings: settings),

        // What each of the three programs uses.
        .target(
            name: "Shared",
            dependencies: ["Wire"] + nio + basics + pki + [
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "CoreMetrics", package: "swift-metrics"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOCertificateReloading", package: "swift-nio-extras"),
            ],
            swiftSettings: settings
        ),

        // What the controller's servers and the agent's use beside it.
        .target(
            name: "ServerSupport",
            dependencies: ["Shared", "Wire"] + http + nio + basics,
            swiftSettings: settings
        ),

        // The controller, from what it stands on to what puts it together.
        .target(name: "BlockingCalls", swiftSettings: settings),
        .target(
            name: "Libvirt",
            dependencies: ["BlockingCalls", "CLibvirt", "Wire", .product(name: "Logging", package: "swift-log")],
            swiftSettings: settings
        ),
        .target(
            name: "ConfigurationReading",
            dependencies: [
                "Autoscaling", "ConfigurationValues", "Lifecycle", "Wire",
                .product(name: "Configuration", package: "swift-configuration"),
                .product(name: "Yams", package: "Yams"),
            ],
            swiftSettings: settings
        ),
        .target(
            name: "EmbeddedStore",
            dependencies: [
                "Autoscaling", "Lifecycle", "Persistence", "Shared", "Wire",
                .product(name: "GRDB", package: "GRDB.swift"),
            ] + pki,
            swiftSettings: settings
        ),
        .target(
            name: "Monitoring",
            dependencies: ["Autoscaling", "Lifecycle", "Shared", "Wire"],
            swiftSettings: settings
        ),
        .target(
            name: "EtcdStore",
            dependencies: [
                "Autoscaling", "ConfigurationValues", "Lifecycle", "Monitoring", "Ownership", "Persistence", "Shared",
                "Wire",
            ] + nio + basics,
            swiftSettings: settings
        ),
        .target(
            name: "History",
            dependencies: [
                "Autoscaling", "Lifecycle", "Monitoring", "Persistence", "Shared", "Wire",
                .product(name: "GRDB", package: "GRDB.swift"),
            ] + basics,
            swiftSettings: settings
        ),
        .target(
            name: "Orchestration",
            dependencies: [
                "Autoscaling", "ConfigurationValues", "Libvirt", "Lifecycle", "Monitoring", "Persistence", "Shared",
                "Wire",
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "Subprocess", package: "swift-subprocess"),
            ] + nio + basics + pki,
            swiftSettings: settings
        ),
        .target(
            name: "Telemetry",
            dependencies: [
                "Autoscaling", "Libvirt", "Lifecycle", "Monitoring", "Orchestration", "Persistence", "Shared", "Wire",
                .product(name: "CoreMetrics", package: "swift-metrics"),
                .product(name: "Tracing", package: "swift-distributed-tracing"),
            ] + basics + pki,
            swiftSettings: settings
        ),
        .target(
            name: "ControllerHTTP",
            dependencies: [
                "Autoscaling", "ConfigurationValues", "EmbeddedStore", "History", "Lifecycle", "Monitoring",
                "Orchestration", "Persistence", "ServerSupport", "Shared", "Wire",
                .product(name: "HummingbirdHTTP2", package: "hummingbird"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
            ] + http + nio + basics + pki,
            resources: [
                .embedInCode("Web/Assets/api.js"),
                .embedInCode("Web/Assets/charts.js"),
                .embedInCode("Web/Assets/dashboard.css"),
                .embedInCode("Web/Assets/dashboard.js"),
                .embedInCode("Web/Assets/dom.js"),
                .embedInCode("Web/Assets/feed.js"),
                .embedInCode("Web/Assets/format.js"),
                .embedInCode("Web/Assets/headline.js"),
                .embedInCode("Web/Assets/index.html"),
                .embedInCode("Web/Assets/hosts.js"),
                .embedInCode("Web/Assets/instances.js"),
                .embedInCode("Web/Assets/lanes.js"),
                .embedInCode("Web/Assets/model.js"),
                .embedInCode("Web/Assets/series.js"),
                .embedInCode("Web/Assets/settings.js"),
                .embedInCode("Web/Assets/states.js"),
                .embedInCode("Web/Assets/steering.js"),
                .embedInCode("Web/Assets/story.js"),
                .embedInCode("Web/Assets/stream.js"),
                .embedInCode("Web/openapi.json"),
            ],
            swiftSettings: settings
        ),
        .target(
            name: "Controller",
            dependencies: [
                "Autoscaling", "ConfigurationReading", "ConfigurationValues", "ControllerHTTP", "EmbeddedStore",
                "EtcdStore", "History", "Libvirt", "Lifecycle", "Monitoring", "Orchestration", "Ownership",
                "Persistence", "ServerSupport", "Shared", "Telemetry", "Wire",
            ] + nio + basics + pki,
            swiftSettings: settings
        ),

        // What a person uses beside a running controller.
        .target(
            name: "Operator",
            dependencies: [
                "Autoscaling", "ConfigurationValues", "EmbeddedStore", "Lifecycle", "Persistence", "Shared", "Wire",
                .product(name: "NIOHTTP1", package: "swift-nio"),
            ] + nio + basics + pki,
            swiftSettings: settings
        ),
        .target(
            name: "Reports",
            dependencies: [
                "Autoscaling", "EmbeddedStore", "History", "Lifecycle", "Monitoring", "Operator", "Persistence",
                "Shared", "Wire",
                .product(name: "Mustache", package: "swift-mustache"),
                .product(name: "Subprocess", package: "swift-subprocess"),
            ],
            resources: [
                .embedInCode("report.py"),
                .embedInCode("Simulation/chart.py"),
                .embedInCode("Templates/chart.mustache"),
                .embedInCode("Templates/charts.mustache"),
                .embedInCode("Templates/element.mustache"),
                .embedInCode("Templates/page.css"),
                .embedInCode("Templates/page.mustache"),
                .embedInCode("Templates/table.mustache"),
                .embedInCode("Templates/tables.mustache"),
                .embedInCode("Templates/tiles.mustache"),
            ],
            swiftSettings: settings
        ),

        // The other two programs, and the proxy in front of a service in a guest.
        .target(
            name: "Proxy",
            dependencies: [
                "Shared", "Wire",
                .product(name: "DequeModule", package: "swift-collections"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "NIOCertificateReloading", package: "swift-nio-extras"),
                .product(name: "NIOExtras", package: "swift-nio-extras"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOHTTP2", package: "swift-nio-http2"),
            ] + nio + basics,
            swiftSettings: settings
        ),
        .target(
            name: "GuestAgent",
            dependencies: [
                "Proxy", "ServerSupport", "Shared", "Wire", .product(name: "CoreMetrics", package: "swift-metrics"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "Subprocess", package: "swift-subprocess"),
            ] + http + nio + basics + pki,
            swiftSettings: settings
        ),
        .target(
            name: "Client",
            dependencies: ["Shared", "Wire"] + nio + basics + [
                .product(name: "Histogram", package: "hdrhistogram-swift"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "X509", package: "swift-certificates"),
            ],
            swiftSettings: settings
        ),
        .target(
            name: "Follow",
            dependencies: [
                "Client", "Shared", "Wire",
                .product(name: "Mustache", package: "swift-mustache"),
                .product(name: "Subprocess", package: "swift-subprocess"),
            ] + nio + basics,
            swiftSettings: settings
        ),
        .target(name: "CommandLineSupport", dependencies: ["Shared", "Wire"] + commandLine, swiftSettings: settings),
        .executableTarget(
            name: "cms-controller",
            dependencies: [
                "Autoscaling", "CommandLineSupport", "ConfigurationReading", "ConfigurationValues", "Controller",
                "EmbeddedStore", "EtcdStore", "Libvirt", "Lifecycle", "Operator", "Persistence", "Reports", "Shared",
                "Wire",
            ] + basics + commandLine,
            swiftSettings: settings
        ),
        .executableTarget(
            name: "cms-agent",
            dependencies: ["CommandLineSupport", "GuestAgent", "Proxy", "Shared", "Wire"] + basics + commandLine,
            swiftSettings: settings
        ),
        .executableTarget(
            name: "cms-client",
            dependencies: ["Client", "CommandLineSupport", "Follow", "Shared", "Wire"] + basics + commandLine + pki,
            swiftSettings: settings
        ),

        .target(
            name: "TestSupport",
            dependencies: ["Autoscaling", "Ownership", "ServerSupport", "Shared", "Wire"] + http + nio + basics + pki,
            path: "Tests/Support",
            swiftSettings: settings
        ),
        // A controller that is measured from within, see provisioning/dev/benchmark-scale.
        .executableTarget(
            name: "cms-scale",
            dependencies: [
                "Autoscaling", "ConfigurationValues", "Controller", "Libvirt", "Lifecycle", "Monitoring",
                "Orchestration", "Shared", "Wire",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
            ],
            path: "Tests/Scale",
            swiftSettings: settings
        ),
        .testTarget(name: "AutoscalingTests", dependencies: ["Autoscaling"], swiftSettings: settings),
        .testTarget(
            name: "OwnershipTests",
            dependencies: ["Autoscaling", "Ownership", "TestSupport"],
            swiftSettings: settings
        ),
        .testTarget(
            name: "LibvirtTests",
            dependencies: ["BlockingCalls", "Libvirt", "TestSupport", "Wire"],
            swiftSettings: settings
        ),
        .testTarget(
            name: "SharedTests",
            dependencies: [
                "ServerSupport", "Shared", "TestSupport", "Wire",
                .product(name: "CoreMetrics", package: "swift-metrics"),
            ]
                + http
                + nio
                + pki,
            swiftSettings: settings
        ),
        .testTarget(
            name: "CommandLineTests",
            dependencies: ["CommandLineSupport", "Shared", "TestSupport", "Wire"] + commandLine,
            swiftSettings: settings
        ),
        .testTarget(
            name: "ControllerTests",
            dependencies: [
                "Autoscaling", "ConfigurationReading", "ConfigurationValues", "Controller", "ControllerHTTP",
                "EmbeddedStore", "EtcdStore", "History", "Libvirt", "Lifecycle", "Monitoring", "Operator",
                "Orchestration", "Ownership", "Persistence", "Reports", "ServerSupport", "Shared", "Telemetry",
                "TestSupport", "Wire",
                .product(name: "HummingbirdTesting", package: "hummingbird"),
                .product(name: "InMemoryTracing", package: "swift-distributed-tracing"),
                .product(name: "Yams", package: "Yams"),
            ] + http + nio + basics + pki,
            swiftSettings: settings
        ),
        .testTarget(
            name: "GuestAgentTests",
            dependencies: [
                "GuestAgent", "Proxy", "ServerSupport", "Shared", "TestSupport", "Wire",
                .product(name: "NIOHTTP1", package: "swift-nio"),
            ] + http + nio + basics + pki,
            swiftSettings: settings
        ),
        .testTarget(
            name: "ClientTests",
            dependencies: ["Client", "ServerSupport", "Shared", "TestSupport", "Wire"] + http + nio + basics + pki,
            swiftSettings: settings
        ),
        .testTarget(
            name: "FollowTests",
            dependencies: ["Client", "Follow", "ServerSupport", "Shared", "TestSupport", "Wire"] + http + nio + basics
                + pki,
            swiftSettings: settings
        ),
        .testTarget(
            name: "EtcdStoreTests",
            dependencies: [
                "Autoscaling", "ConfigurationValues", "EmbeddedStore", "EtcdStore", "Lifecycle", "Monitoring",
                "Ownership", "Persistence", "Shared", "TestSupport", "Wire",
            ] + nio + basics + pki,
            swiftSettings: settings
        ),
        // Real guests: run by provisioning/check inside the lab, which sets CMS_LAB.
        .testTarget(
            name: "EndToEnd",
            dependencies: ["Shared", "Wire"] + pki,
            path: "Tests/EndToEnd",
            swiftSettings: settings
        ),
    ]
)
