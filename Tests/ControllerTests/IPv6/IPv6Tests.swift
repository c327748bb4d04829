import Foundation
import Libvirt
import Testing
import Wire

@testable import ConfigurationValues
@testable import Controller
@testable import Orchestration

/// Networks as libvirt's: IPv4, IPv6, and one with both.
enum TwoFamilies {
    static let four = NetworkInfo(
        name: "default",
        uuid: "1",
        bridge: "virbr0",
        addresses: [NetworkAddress(address: "192.168.122.1", prefixLength: 24)]
    )
    static let six = NetworkInfo(
        name: "six",
        uuid: "2",
        bridge: "virbr6",
        addresses: [NetworkAddress(address: "fd00:1::1", prefixLength: 64)]
    )
    static let both = NetworkInfo(
        name: "both",
        uuid: "3",
        bridge: "virbr7",
        addresses: [
            NetworkAddress(address: "10.7.0.1", prefixLength: 24),
            NetworkAddress(address: "fd00:7::1", prefixLength: 64),
        ]
    )
    static let all = [four, six, both]
}

@Suite("Which networks a range of IPv6 means")
struct GroupDiscoveryOfIPv6Tests {
    func hosts(_ text: String, of networks: [NetworkInfo] = TwoFamilies.all) throws -> [String] {
        try GroupDiscovery.networks(in: CIDR(parsing: text), of: networks).map { "\($0.name) \($0.hostAddress)" }
    }

    @Test(
        "the host's address is the one of the family of the range",
        arguments: [
            ("fd00:1::/64", ["six fd00:1::1"]), ("fd00:7::/64", ["both fd00:7::1"]), ("10.7.0.0/24", ["both 10.7.0.1"]),
            ("fd00::/16", ["both fd00:7::1", "six fd00:1::1"]), ("fd00:1::100/120", ["six fd00:1::1"]),
            // IPv6 has no broadcast address: the last one is a guest's like any other.
            ("fd00:1::ffff:ffff:ffff:ffff/128", ["six fd00:1::1"]),
        ]
    )
    func fits(range: String, expected: [String]) throws {
        #expect(try hosts(range) == expected)
    }

    @Test(
        "a range with no address that a guest can have",
        arguments: ["fd00:1::/128", "fd00:1::1/128", "fd00:1::/127"]
    )
    func noGuestAddress(range: String) {
        let error = #expect(throws: GroupDiscovery.Failure.self) { try hosts(range) }
        #expect(error?.description.contains("none of the addresses") == true)
    }

    @Test("networks of two addresses have a guest's, whichever of them is the host's")
    func pointToPoint() throws {
        for (address, prefix, guest) in [("10.0.0.0", 31, "10.0.0.1/32"), ("fd00::1", 127, "fd00::/128")] {
            let network = NetworkInfo(
                name: "pair",
                uuid: "4",
                addresses: [NetworkAddress(address: address, prefixLength: prefix)]
            )
            #expect(try hosts(guest, of: [network]) == ["pair \(address)"])
        }
    }

    @Test("a range without a network names those of both families")
    func noNetwork() {
        let error = #expect(throws: GroupDiscovery.Failure.self) { try hosts("fd00:9::/64") }
        #expect(
            error?.description.hasSuffix(
                "'default' (192.168.122.0/24), 'six' (fd00:1::/64), 'both' (10.7.0.0/24), 'both' (fd00:7::/64)"
            ) == true,
            "\(error?.description ?? "")"
        )
    }
}

@Suite("Settings with IPv6")
struct IPv6ConfigurationTests {
    private func problems(_ yaml: String) -> [String] { ConfigurationLoading.problems(yaml) }

    @Test(
        "it listens where the guests of every group can reach it",
        arguments: [
            ("hosts: 192.168.122.0/24", "0.0.0.0:7000"), ("hosts: \"fd00:1::/64\"", "[::]:7000"),
            ("groups: {a: {hosts: 10.0.0.0/8}, b: {hosts: \"fd00::/16\"}}", "[::]:7000"),
            ("hosts: \"fd00:1::/64\"\nlisten: \"[fd00:1::1]:7001\"", "[fd00:1::1]:7001"),
            ("hosts: 10.0.0.0/8\nlisten: \"[::]:7001\"", "[::]:7001"),
            ("hosts: \"fd00:1::/64\"\nlisten: \"cms.example:7001\"", "cms.example:7001"),
        ]
    )
    func listen(yaml: String, expected: String) throws {
        #expect(try ConfigurationLoading.load(yaml).listen.description == expected)
    }

    @Test(
        "an address to listen on that the guests cannot reach is refused, with one that they can",
        arguments: [
            ("hosts: \"fd00:1::/64\"", "0.0.0.0:7000", "[::]:7000"),
            ("hosts: \"fd00:1::/64\"", "192.168.122.1:7000", "[::]:7000"),
            ("hosts: 10.0.0.0/8", "[fd00:1::1]:7000", "0.0.0.0:7000"),
            ("groups: {a: {hosts: 10.0.0.0/8}, b: {hosts: \"fd00::/16\"}}", "10.0.0.1:7000", "[::]:7000"),
        ]
    )
    func unreachable(hosts: String, listen: String, remedy: String) throws {
        let found = problems("\(hosts)\nlisten: \"\(listen)\"\n")
        #expect(found.count == 1)
        let problem = try #require(found.first)
        #expect(problem.hasPrefix("line 2: listen: ") && problem.hasSuffix("for example \(remedy)"), "\(problem)")
    }

    @Test(
        "ranges and addresses that mean another host on each link are refused",
        arguments: ["hosts: \"fe80::/64\"", "hosts: \"fe80::/10\"", "hosts: \"febf::1/128\""]
    )
    func linkLocalHosts(yaml: String) throws {
        let found = problems(yaml)
        #expect(found.count == 1 && found.first?.contains("link-local") == true, "\(found)")
    }

    @Test("no guest has a multicast address", arguments: ["ff02::/16", "224.0.0.0/8"])
    func multicast(hosts: String) {
        let found = problems("hosts: \"\(hosts)\"")
        #expect(found.count == 1 && found.first?.contains("multicast") == true, "\(found)")
    }

    @Test("it does not listen on a link-local address", arguments: ["[fe80::1]:7000", "[fe80::1%virbr0]:7000"])
    func linkLocalListen(listen: String) {
        let found = problems("hosts: \"fd00:1::/64\"\nlisten: \"\(listen)\"")
        #expect(found.count == 1 && found.first?.contains("link-local") == true, "\(found)")
    }
}

@Suite("Addresses that cannot be listened on")
struct AddressUnusableTests {
    @Test(
        "are said to be so, with the option that chooses another",
        arguments: [
            ("192.0.2.77:0", "this host has no such address"),
            ("[2001:db8::77]:0", "this host has no "),
        ]
    )
    func listen(text: String, words: String) async throws {
        var configuration = try ConfigurationLoading.load("hosts: 10.0.0.0/8\nweb-listen: none\n")
        configuration.listen = try #require(HostPort(text))
        let validation = Validation(configuration: configuration, hypervisors: [InMemoryHypervisor()])
        let found = try #require(await validation.findings().first { $0.text.hasPrefix("port:") })
        #expect(!found.isFine && found.text.contains("cannot listen on \(text): \(words)"), "\(found.text)")
        #expect(found.text.hasSuffix("choose another with --listen"))
    }
}

@Suite("Where guests reach the controller")
struct GuestAddressTests {
    private func controller(_ yaml: String, domain network: String) async throws -> String {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("cms-\(UUID())").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        let hypervisor = InMemoryHypervisor(networks: TwoFamilies.all)
        let uuid = hypervisor.addDomain("vm1", network: network)
        var configuration = try ConfigurationLoading.load(yaml)
        configuration.stateDirectory = path
        let maker = TokenMaker(configuration: configuration, hypervisor: hypervisor)
        return try await maker.make(domain: uuid, lifetime: .seconds(60)).controller
    }

    @Test(
        "on the network that the guest is on, in the family of the range",
        arguments: [
            ("hosts: \"fd00:1::/64\"", "six", "[fd00:1::1]:7000"),
            ("hosts: 10.7.0.0/24", "both", "10.7.0.1:7000"), ("hosts: \"fd00:7::/64\"", "both", "[fd00:7::1]:7000"),
            ("groups: {a: {hosts: 192.168.122.0/24}, b: {hosts: \"fd00:7::/64\"}}", "default", "192.168.122.1:7000"),
            ("groups: {a: {hosts: 192.168.122.0/24}, b: {hosts: \"fd00:7::/64\"}}", "both", "[fd00:7::1]:7000"),
            // One group on two networks.
            ("hosts: \"fd00::/16\"", "six", "[fd00:1::1]:7000"), ("hosts: \"fd00::/16\"", "both", "[fd00:7::1]:7000"),
            ("hosts: \"fd00::/16\"\nlisten: \"[fd00:1::1]:7001\"", "six", "[fd00:1::1]:7001"),
        ]
    )
    func address(yaml: String, network: String, expected: String) async throws {
        #expect(try await controller(yaml, domain: network) == expected)
    }
}

@Suite("What validate finds of IPv6")
struct GroupFindingsOfIPv6Tests {
    private func findings(_ yaml: String, hasDHCP: Bool) throws -> [ValidationFinding] {
        var network = TwoFamilies.six
        network.addresses[0].hasDHCP = hasDHCP
        let base = DomainInfo(
            uuid: "1",
            name: "base",
            state: .shutOff,
            interfaces: [DomainInterface(network: "six", mac: nil)]
        )
        return GroupFindings.findings(
            groups: try ConfigurationLoading.load(yaml).groups,
            networks: [network],
            domains: [base]
        )
    }

    @Test("where guests make their own addresses, clones cannot be kept to a part of the network")
    func ownAddresses() throws {
        let part = "hosts: \"fd00:1::100/120\"\ntemplate: {domain: base}\n"
        let whole = "hosts: \"fd00:1::/64\"\ntemplate: {domain: base}\n"
        #expect(try findings(whole, hasDHCP: false).allSatisfy { $0.isFine })
        #expect(try findings(part, hasDHCP: true).allSatisfy { $0.isFine })
        let bad = try findings(part, hasDHCP: false).filter { !$0.isFine }.map(\.text)
        #expect(bad.count == 1)
        #expect(bad.first?.contains("make addresses of their own in fd00:1::/64") == true, "\(bad)")
    }

    @Test("a domain that is attached to the bridge directly counts, as it does for the controller")
    func bridge() throws {
        let domain = DomainInfo(
            uuid: "2",
            name: "vm1",
            state: .running,
            interfaces: [DomainInterface(network: nil, bridge: "virbr6", mac: nil)]
        )
        let found = GroupFindings.findings(
            groups: try ConfigurationLoading.load("hosts: \"fd00:1::/64\"\n").groups,
            networks: [TwoFamilies.six],
            domains: [domain]
        )
        #expect(found.allSatisfy { $0.isFine }, "\(found)")
    }
}
