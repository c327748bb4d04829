import Autoscaling
import Foundation
import Libvirt
import Testing
import Wire

@testable import ConfigurationReading
@testable import ConfigurationValues
@testable import Orchestration

@Suite("Settings")
struct ConfigurationTests {
    func load(
        _ flags: [ConfigurationKey: String] = [.hosts: "192.168.122.0/24"],
        yaml: String? = nil,
        environment: [String: String] = [:]
    ) throws -> ControllerConfiguration {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("cms-\(UUID()).yaml").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        if let yaml { try Data(yaml.utf8).write(to: URL(fileURLWithPath: path)) }
        return try ControllerConfiguration.load(
            flags: flags,
            file: yaml == nil ? nil : path,
            environment: environment,
            isRoot: true
        )
    }

    @Test("--hosts alone is enough")
    func defaults() throws {
        let configuration = try load()
        #expect(configuration.listen == HostPort(host: "0.0.0.0", port: 7000))
        #expect(configuration.uri == .qemuSystem)
        #expect(configuration.policy.threshold == 75 && configuration.policy.samples == 3)
        #expect(configuration.interval == .seconds(1))
        #expect(configuration.stateDirectory == "/var/lib/cms-controller")
    }

    @Test("flags win over the environment, the environment over the file, the file over defaults")
    func precedence() throws {
        let yaml = "threshold: 60\nsamples: 5\ninterval: 2s\n"
        let environment = ["CMS_SAMPLES": "4", "CMS_INTERVAL": "3s"]
        let configuration = try load(
            [.hosts: "192.168.122.0/24", .interval: "4s"],
            yaml: yaml,
            environment: environment
        )
        #expect(configuration.policy.threshold == 60)
        #expect(configuration.policy.samples == 4)
        #expect(configuration.interval == .seconds(4))
    }

    @Test("an unknown key is refused with its line and the nearest known key")
    func unknownKey() {
        let error = #expect(throws: ConfigurationError.self) { try load(yaml: "samples: 3\ntreshold: 60\n") }
        #expect(error?.description.contains("line 2") == true)
        #expect(error?.description.contains("'threshold'") == true)
    }

    @Test(
        "values out of range are refused, and the error says where they were set",
        arguments: [
            (ConfigurationKey.threshold, "0"), (.threshold, "100"), (.threshold, "hot"), (.samples, "0"),
            (.interval, "1"),
            (.interval, "1ms"), (.listen, "0.0.0.0:x"), (.hosts, "192.168.122.5/24"), (.connect, "not a uri"),
            (.startDeadline, "-1s"), (.attempts, "0"),
        ]
    )
    func outOfRange(key: ConfigurationKey, value: String) {
        var flags: [ConfigurationKey: String] = [.hosts: "192.168.122.0/24"]
        flags[key] = value
        let error = #expect(throws: ConfigurationError.self) { try load(flags) }
        #expect(error?.description.contains("--\(key.rawValue)") == true)
    }

    @Test(
        "files that are no mapping of single values are refused",
        arguments: ["- a\n", "hosts: {a: 1}\n", "a: [", "hosts: 1\nhosts: 2\n"]
    )
    func badFiles(yaml: String) {
        #expect(throws: ConfigurationError.self) { try load([:], yaml: yaml) }
    }

    @Test("no range is an error with an example")
    func noHosts() {
        let error = #expect(throws: ConfigurationError.self) { try load([:]) }
        #expect(error?.description.contains("--hosts 192.168.122.0/24") == true)
    }

    @Test(
        "times",
        arguments: [
            ("500ms", Duration.milliseconds(500)), ("10s", .seconds(10)), ("1.5m", .seconds(90)),
            ("2d", .seconds(172_800)),
        ]
    )
    func durations(text: String, expected: Duration) {
        #expect(DurationText.parse(text) == expected)
    }

    @Test(
        "times are written in the largest unit that fits",
        arguments: [
            (Duration.milliseconds(1500), "1500ms"), (.seconds(90), "90s"), (.seconds(180), "3m"), (.zero, "0s"),
            (.seconds(86400), "1d"), (.seconds(12 * 3600), "12h"),
        ]
    )
    func durationTexts(duration: Duration, expected: String) {
        #expect(DurationText.text(duration) == expected)
        #expect(DurationText.parse(expected) == duration)
    }

    @Test("what is not a time", arguments: ["", "s", "-1s", "1", "1y", "nan s", "1e99s", "infs", "+1s"])
    func badDurations(text: String) {
        #expect(DurationText.parse(text) == nil)
    }
}

@Suite("Which networks a range means")
struct GroupDiscoveryTests {
    let networks = [
        NetworkInfo(
            name: "default",
            uuid: "1",
            bridge: "virbr0",
            addresses: [NetworkAddress(address: "192.168.122.1", prefixLength: 24)]
        ),
        NetworkInfo(
            name: "off",
            uuid: "2",
            isActive: false,
            addresses: [NetworkAddress(address: "10.1.0.1", prefixLength: 16)]
        ),
    ]

    func names(_ hosts: String) throws -> [String] {
        try GroupDiscovery.networks(in: CIDR(parsing: hosts), of: networks).map(\.name)
    }

    @Test(
        "the network itself, a part of it, and a range around it",
        arguments: ["192.168.122.0/24", "192.168.122.128/25", "192.168.0.0/16", "192.168.122.150/32"]
    )
    func fits(hosts: String) throws {
        #expect(try names(hosts) == ["default"])
    }

    @Test(
        "a range with no address that a guest can have",
        arguments: ["192.168.122.1/32", "192.168.122.0/32", "192.168.122.255/32", "192.168.122.0/31"]
    )
    func noGuestAddress(hosts: String) {
        let error = #expect(throws: GroupDiscovery.Failure.self) { try names(hosts) }
        #expect(error?.description.contains("none of the addresses") == true)
    }

    @Test("a range without a network names the networks there are")
    func noNetwork() {
        let error = #expect(throws: GroupDiscovery.Failure.self) { try names("172.16.0.0/12") }
        #expect(error?.description.contains("'default' (192.168.122.0/24)") == true)
    }

    @Test("a network that is not active says how to start it")
    func inactive() {
        let error = #expect(throws: GroupDiscovery.Failure.self) { try names("10.1.0.0/16") }
        #expect(error?.description.contains("virsh net-start off") == true)
    }
}
