import Shared
import Testing

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
            ("[fe80::1]", "fe80::1", 1),
        ]
    )
    func hostPort(text: String, host: String, port: Int) {
        #expect(HostPort(text, defaultPort: 1) == HostPort(host: host, port: port))
    }

    @Test(
        "what is not a host and a port is refused",
        arguments: [":1", "", "host:", "host:70000", "host:-1", "[::1", "ho st:1", "host:1x", "a/b:1"]
    )
    func badHostPort(text: String) {
        #expect(HostPort(text, defaultPort: 1) == nil)
    }
}
