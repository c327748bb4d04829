import Shared
import Testing
import Wire

@Suite("Addresses and ranges")
struct AddressTests {
    @Test("a range contains its addresses and no others")
    func contains() throws {
        let range = try CIDR(parsing: "192.168.122.0/24")
        #expect(range.contains(try #require(IPAddress("192.168.122.150"))))
        #expect(!range.contains(try #require(IPAddress("192.168.123.1"))))
        #expect(!range.contains(try #require(IPAddress("::1"))))
        #expect(range.last == IPAddress("192.168.122.255"))
    }

    @Test(
        "what is not a range is refused with a reason",
        arguments: [
            "", "192.168.122.0", "192.168.122.0/33", "192.168.122.0/-1", "192.168.122.0/", "300.1.1.0/24", "a/24",
            "192.168.122.0/24/1", "::/129", "192.168.122.0/2 4", "192.168.122.0/+4",
        ]
    )
    func malformed(text: String) {
        #expect(throws: CIDRError.self) { try CIDR(parsing: text) }
    }

    @Test("a range with bits behind its prefix is refused and the right one is named")
    func hostBits() {
        let error = #expect(throws: CIDRError.self) { try CIDR(parsing: "192.168.122.5/24") }
        #expect(error?.remedy == "192.168.122.0/24")
    }

    @Test(
        "ranges overlap when one lies in the other",
        arguments: [("10.0.0.0/8", true), ("192.168.122.128/25", true), ("192.168.0.0/24", false), ("0.0.0.0/0", true)]
    )
    func overlaps(text: String, expected: Bool) throws {
        let range = try CIDR(parsing: "192.168.122.0/24")
        let other = try CIDR(parsing: text == "10.0.0.0/8" ? "192.0.0.0/8" : text)
        #expect(range.overlaps(other) == expected)
        #expect(other.overlaps(range) == expected)
    }

    @Test("an IPv4 address in IPv6 clothing is the IPv4 address")
    func mapped() {
        #expect(IPAddress("::ffff:192.168.122.150") == IPAddress("192.168.122.150"))
    }

    @Test(
        "a range of IPv4 addresses in IPv6 clothing is the range of IPv4 addresses",
        arguments: [("::ffff:192.168.122.0/120", "192.168.122.0/24"), ("::ffff:10.0.0.1/128", "10.0.0.1/32")]
    )
    func mappedRange(text: String, expected: String) throws {
        #expect(try CIDR(parsing: text).description == expected)
    }

    @Test(
        "a range that is neither quite IPv4 nor quite IPv6 is refused",
        arguments: ["::ffff:0.0.0.0/95", "::ffff:1.2.3.4/24"]
    )
    func mappedTooFar(text: String) {
        let error = #expect(throws: CIDRError.self) { try CIDR(parsing: text) }
        #expect(error?.description.contains("from 96 to 128") == true, "\(error?.description ?? "")")
    }

    @Test("IPv6 ranges: contained, last, and bits behind the prefix")
    func sixRanges() throws {
        let range = try CIDR(parsing: "fd00:1::/64")
        #expect(range.contains(try #require(IPAddress("fd00:1::150"))))
        #expect(!range.contains(try #require(IPAddress("fd00:1:0:1::150"))))
        #expect(range.last.description == "fd00:1::ffff:ffff:ffff:ffff")
        let error = #expect(throws: CIDRError.self) { try CIDR(parsing: "fd00:1::1/64") }
        #expect(error?.remedy == "fd00:1::/64")
    }

    @Test(
        "texts and addresses go back and forth",
        arguments: ["0.0.0.0", "192.168.122.150", "::1", "fe80::1:2", "2001:db8::"]
    )
    func roundTrip(text: String) {
        #expect(IPAddress(text)?.description == text)
    }

    @Test(
        "host and port",
        arguments: [
            ("localhost:7000", "localhost", 7000), ("[::1]:70", "::1", 70), ("host", "host", 1),
            ("[fe80::1]", "fe80::1", 1), ("fd00::1", "fd00::1", 1), ("[::]:7000", "::", 7000),
            ("[fe80::1%eth0]:70", "fe80::1%eth0", 70),
        ]
    )
    func hostPort(text: String, host: String, port: Int) {
        #expect(HostPort(text, defaultPort: 1) == HostPort(host: host, port: port))
    }

    @Test(
        "what is not a host and a port is refused",
        arguments: [
            ":1", "", "host:", "host:70000", "host:-1", "[::1", "ho st:1", "host:1x", "a/b:1", ":::70", "[fd00::g]:70",
            "[host]:70", "[::1%]:70", "fd00::1::2", "[192.168.0.1]:70",
        ]
    )
    func badHostPort(text: String) {
        #expect(HostPort(text, defaultPort: 1) == nil)
    }

    @Test(
        "to a link-local address no request can be sent",
        arguments: [
            ("[fe80::1]:7000", false), ("[fe80::1%eth0]:7000", false), ("[fd00::1]:7000", true), ("vm:7000", true),
        ]
    )
    func linkLocal(text: String, expected: Bool) throws {
        let problem = try #require(HostPort(text)).requestProblem
        #expect((problem == nil) == expected)
        #expect(problem?.contains("link-local") != false)
    }

    @Test(
        "without IPv6 every address is every IPv4 address",
        arguments: [("[::]:70", "0.0.0.0:70"), ("[::1]:70", "[::1]:70"), ("10.0.0.1:70", "10.0.0.1:70")]
    )
    func listening(text: String, expected: String) throws {
        let address = try #require(HostPort(text))
        #expect(address.listening(hasIPv6: false).description == expected)
        #expect(address.listening(hasIPv6: true) == address)
    }
}
