// swift-tools-version: 6.2
import PackageDescription

let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
]

// The counted program needs the engine alone. What the timed benchmarks need besides takes minutes to build, so
// `provisioning/dev/benchmark count` leaves it out by setting this.
let countOnly = Context.environment["CMS_BENCHMARK_COUNT_ONLY"] != nil

let timed: [Target] = [
    // The plugin takes executables whose folder lies in one named `Benchmarks`: this package's own.
    .executableTarget(
        name: "EngineBenchmarks",
        dependencies: ["Autoscaling", "Scenario", .product(name: "Benchmark", package: "benchmark")],
        path: "EngineBenchmarks",
        swiftSettings: settings,
        plugins: [.plugin(name: "BenchmarkPlugin", package: "benchmark")]
    )
]

// A package of its own, so that its plugins are in no other build. `Sources/Autoscaling` is a link to the engine's
// sources: a dependency on the package above would bring everything the controller needs.
let package = Package(
    name: "benchmarks",
    dependencies: countOnly
        ? [] : [.package(url: "https://github.com/ordo-one/benchmark", from: "1.38.1", traits: [])],
    targets: [
        .target(name: "Autoscaling", swiftSettings: settings),
        .target(name: "Scenario", dependencies: ["Autoscaling"], swiftSettings: settings),
        .executableTarget(
            name: "engine-count",
            dependencies: ["Autoscaling", "Scenario"],
            swiftSettings: settings
        ),
    ] + (countOnly ? [] : timed)
)
