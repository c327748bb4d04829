import Foundation
import Testing

@testable import Libvirt

@Suite struct RecordTests {
    @Test func comesBackAsItWas() throws {
        var record = InstanceRecord(
            attributes: ["started": "2026-01-01T00:00:00Z"],
            clone: CloneRecord(
                uuid: "0f4b5f63-1d1c-4a3f-9d5e-2c7f6a1b2c3d",
                template: "golden <&>",
                state: .removing,
                volumes: [VolumeReference(pool: "a'b", name: "c\"d")],
                reservation: .init(
                    network: "default",
                    lease: DHCPReservation(mac: "52:54:00:00:00:01", name: "x", address: "192.168.122.9")
                )
            )
        )
        record.group = "web"
        #expect(try InstanceRecord(xml: record.xml) == record)
    }

    @Test func keepsWhatItDoesNotKnow() throws {
        let record = try InstanceRecord(xml: "<instance new='1'><later deep='2'><x/></later></instance>")
        #expect(try XMLElementReader(record.xml).text("/instance/later/@deep") == ["2"])
        #expect(record.attributes == ["new": "1"])
    }

    @Test(arguments: [
        "<instance><clone/></instance>", "<instance><clone uuid='x' state='ready'/></instance>",
        "<instance><clone uuid='0f4b5f63-1d1c-4a3f-9d5e-2c7f6a1b2c3d' state='done'/></instance>",
        "<instance><clone uuid='0f4b5f63-1d1c-4a3f-9d5e-2c7f6a1b2c3d' state='ready'><volume name='x'/></clone></instance>",
        "<other/>",
    ])
    func refusesWhatMakesNoSense(_ xml: String) {
        #expect { try InstanceRecord(xml: xml) } throws: { ($0 as? LibvirtError)?.code == .xmlError }
    }

    @Test func namesVolumesSafely() {
        let uuid = "0f4b5f63-1d1c-4a3f-9d5e-2c7f6a1b2c3d"
        #expect(CloneRecord.volumeName(clone: "web-1", uuid: uuid, target: "vda") == "web-1-\(uuid)-vda.qcow2")
        let hostile = CloneRecord.volumeName(
            clone: "../ä/" + String(repeating: "x", count: 999),
            uuid: uuid,
            target: "vda"
        )
        #expect(throws: Never.self) { try VolumeReference(pool: "p", name: hostile).check() }
    }

    @Test func derivesMACsFromTheUUID() {
        let uuids = (0..<500).map { _ in UUID().uuidString.lowercased() }
        var taken: Set<String> = []
        for uuid in uuids {
            let first = MACAddress.addresses(seed: uuid, count: 2, avoiding: taken)
            #expect(first == MACAddress.addresses(seed: uuid, count: 2, avoiding: taken))
            #expect(first.allSatisfy { $0.wholeMatch(of: /52:54:00(:[0-9a-f]{2}){3}/) != nil })
            taken.formUnion(first)
        }
        #expect(taken.count == 1000)
        let free = MACAddress.addresses(seed: "a", count: 1, avoiding: [])
        #expect(MACAddress.addresses(seed: "a", count: 1, avoiding: Set(free)) != free)
    }
}

@Suite struct FreeAddressTests {
    static let date = Date(timeIntervalSince1970: 1_000_000)
    static func network(_ reserved: String...) -> NetworkInfo {
        var network = NetworkInfo.standard
        network.reservations = reserved.map { DHCPReservation(mac: nil, address: $0) }
        return network
    }
    static func lease(_ address: String, in seconds: Double?) -> DHCPLease {
        DHCPLease(mac: nil, address: address, prefixLength: 24, expiry: seconds.map { date.addingTimeInterval($0) })
    }

    @Test func takesTheLowest() {
        func lowest(_ range: String, _ prefix: Int, _ network: NetworkInfo, _ leases: [DHCPLease] = []) -> String? {
            let range = NetworkAddress(address: range, prefixLength: prefix)
            return network.lowestFreeAddress(in: range, leases: leases, at: Self.date)
        }
        // .0 is the network, .1 the host.
        #expect(lowest("192.168.122.0", 24, Self.network()) == "192.168.122.2")
        #expect(lowest("192.168.122.0", 24, Self.network("192.168.122.2", "192.168.122.4")) == "192.168.122.3")
        // The first of a part of the network is an address like any other.
        #expect(lowest("192.168.122.160", 28, Self.network()) == "192.168.122.160")
        // Bits beyond the prefix do not matter.
        #expect(lowest("192.168.122.165", 28, Self.network()) == "192.168.122.160")
        let leases = [
            Self.lease("192.168.122.160", in: 1), Self.lease("192.168.122.161", in: nil),
            Self.lease("192.168.122.162", in: 0),
        ]
        #expect(lowest("192.168.122.160", 28, Self.network(), leases) == "192.168.122.162")
        #expect(lowest("192.168.122.2", 32, Self.network("192.168.122.2")) == nil)
        // The broadcast address.
        #expect(lowest("192.168.122.254", 31, Self.network("192.168.122.254")) == nil)
        // Larger than the network, beside it, and no network at all.
        #expect(lowest("192.168.0.0", 16, Self.network()) == "192.168.122.2")
        #expect(lowest("10.0.0.0", 8, Self.network()) == nil)
        #expect(lowest("192.168.122.0", 33, Self.network()) == nil)
        #expect(lowest("fd00::", 64, Self.network()) == nil)
        #expect(lowest("0.0.0.0", 0, Self.network()) == "192.168.122.2")
    }

    /// Both families, IPv6 second.
    static let dual: NetworkInfo = {
        var network = NetworkInfo.standard
        network.addresses.append(NetworkAddress(address: "fd00:1::1", prefixLength: 64))
        network.reservations = [
            DHCPReservation(mac: "52:54:00:00:00:01", name: "vm1", address: "fd00:1::2"),
            DHCPReservation(mac: "52:54:00:00:00:01", name: "vm1", address: "192.168.122.2"),
        ]
        return network
    }()

    @Test(
        arguments: [
            // fd00:1:: is every router's, ::1 the host's, ::2 reserved, ::3 leased.
            ("fd00:1::", 64, "fd00:1::4"), ("fd00:1::100", 120, "fd00:1::100"), ("fd00::", 16, "fd00:1::4"),
            ("fd00:1::2", 128, nil), ("fd00:1::ffff:ffff:ffff:ffff", 128, "fd00:1::ffff:ffff:ffff:ffff"),
            ("fd00:2::", 64, nil), ("fd00:1::", 129, nil), ("192.168.122.0", 24, "192.168.122.3"),
        ] as [(String, Int, String?)]
    )
    func takesTheLowestOfIPv6(_ address: String, _ prefix: Int, _ expected: String?) {
        let range = NetworkAddress(address: address, prefixLength: prefix)
        let leases = [DHCPLease(mac: nil, address: "fd00:1::3", prefixLength: 64, expiry: nil)]
        #expect(Self.dual.lowestFreeAddress(in: range, leases: leases, at: Self.date) == expected)
    }

    @Test func passesOverTheExcluded() {
        let range = NetworkAddress(address: "192.168.122.0", prefixLength: 24)
        let free = Self.network().lowestFreeAddress(
            in: range,
            leases: [],
            excluding: ["192.168.122.2", "192.168.122.3", "junk"],
            at: Self.date
        )
        #expect(free == "192.168.122.4")
    }
}
