import Foundation
import Libvirt
import Logging
import Testing
import Wire

/// A hypervisor that has to pass the conformance suite.
struct Implementation: Sendable, CustomTestStringConvertible {
    var testDescription: String
    /// Whether CPU counters can be had; `test:///` has none.
    var hasCounters: Bool
    /// Whether a domain can be started paused; in `test:///` not.
    var startsPaused: Bool
    /// The `type` of its domains and what stands in `<os><type>`.
    var domainType: String
    var osType: String
    var make: @Sendable () async throws -> any Hypervisor

    static let inMemory = Implementation(
        testDescription: "InMemoryHypervisor",
        hasCounters: true,
        startsPaused: true,
        domainType: "test",
        osType: "<type>hvm</type>",
        make: { InMemoryHypervisor(networks: [.standard, both]) }
    )

    /// libvirt's simulation, with a state of its own for each connection.
    static let simulation = Implementation(
        testDescription: "test:///",
        hasCounters: false,
        startsPaused: false,
        domainType: "test",
        osType: "<type>hvm</type>",
        make: {
            let file = FileManager.default.temporaryDirectory.appending(path: "cms-\(UUID().uuidString).xml")
            try Data(simulatedNode.utf8).write(to: file)
            defer { try? FileManager.default.removeItem(at: file) }
            return try await connected("test://\(file.path())")
        }
    )

    /// The hypervisor of a lab, when there is one.
    static let labURI = ProcessInfo.processInfo.environment["CMS_LAB_URI"]

    static let lab = Implementation(
        testDescription: "lab",
        hasCounters: true,
        startsPaused: true,
        domainType: "qemu",
        osType: "<type arch='x86_64' machine='q35'>hvm</type>",
        make: { try await connected(try #require(labURI)) }
    )

    /// Those that have the network `both`.
    static let withBothFamilies: [Implementation] = [.inMemory, .simulation]

    private static let both = NetworkInfo(
        name: "both",
        uuid: "5d1a4c1e-0000-4000-8000-000000000123",
        bridge: "virbr123",
        addresses: [
            NetworkAddress(address: "192.168.123.1", prefixLength: 24),
            NetworkAddress(address: "fd00:123::1", prefixLength: 64),
        ]
    )

    static let all: [Implementation] = [.inMemory, .simulation] + (labURI == nil ? [] : [.lab])

    private static func connected(_ uri: String) async throws -> LibvirtHypervisor {
        let hypervisor = LibvirtHypervisor(uri: try HypervisorURI(uri), logger: .silent)
        try await hypervisor.connect()
        return hypervisor
    }

    private static let simulatedNode = """
        <node>
          <cpu><nodes>1</nodes><sockets>1</sockets><cores>4</cores><threads>1</threads></cpu>
          <memory>8388608</memory>
          <network>
            <name>default</name>
            <bridge name='virbr0'/>
            <forward mode='nat'/>
            <ip address='192.168.122.1' netmask='255.255.255.0'>
              <dhcp><range start='192.168.122.2' end='192.168.122.254'/></dhcp>
            </ip>
          </network>
          <network>
            <name>both</name>
            <bridge name='virbr123'/>
            <ip address='192.168.123.1' netmask='255.255.255.0'>
              <dhcp><range start='192.168.123.2' end='192.168.123.50'/></dhcp>
            </ip>
            <ip family='ipv6' address='fd00:123::1' prefix='64'>
              <dhcp><range start='fd00:123::1000' end='fd00:123::1fff'/></dhcp>
            </ip>
          </network>
          <pool type='dir'>
            <name>cms-test</name>
            <target><path>/cms-test</path></target>
            <volume>
              <name>base.raw</name>
              <capacity>67108864</capacity>
              <target><path>/cms-test/base.raw</path><format type='raw'/></target>
            </volume>
          </pool>
        </node>
        """
}

extension Logger {
    /// Swallows everything.
    static let silent = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
}

extension Implementation {
    /// The XML of a small domain, without a disk unless told: on a real host it sits in its firmware.
    func domainXML(name: String, uuid: String, disk: VolumeBacking? = nil) -> String {
        let disk = disk.map {
            """
            <disk type='file' device='disk'>
              <driver name='qemu' type='\($0.format)'/>
              <source file='\($0.path)'/>
              <target dev='vda' bus='virtio'/>
            </disk>
            """
        }
        return """
            <domain type='\(domainType)'>
              <name>\(name)</name>
              <uuid>\(uuid)</uuid>
              <memory unit='MiB'>64</memory>
              <vcpu>2</vcpu>
              <os>\(osType)</os>
              <devices>
                <interface type='network'>
                  <mac address='52:54:00:AB:CD:\(uuid.suffix(2).uppercased())'/>
                  <source network='default'/>
                </interface>
                \(disk ?? "")
              </devices>
            </domain>
            """
    }

    /// Defines a domain of a fresh name, and removes it however `body` ends.
    func withDomain(
        _ body: (any Hypervisor, _ uuid: String) async throws -> Void
    ) async throws {
        let hypervisor = try await make()
        let uuid = UUID().uuidString.lowercased()
        let defined = try await hypervisor.define(xml: domainXML(name: "cms-test-\(uuid.prefix(8))", uuid: uuid))
        #expect(defined == uuid)
        do {
            try await body(hypervisor, uuid)
        } catch {
            await remove(uuid, from: hypervisor)
            throw error
        }
        await remove(uuid, from: hypervisor)
    }

    private func remove(_ uuid: String, from hypervisor: any Hypervisor) async {
        try? await hypervisor.destroy(uuid: uuid)
        try? await hypervisor.undefine(uuid: uuid)
    }
}

/// Expects a libvirt error of that code.
func expectError(
    _ code: LibvirtError.Code,
    sourceLocation: SourceLocation = #_sourceLocation,
    _ body: () async throws -> Void
) async {
    do {
        try await body()
        Issue.record("no error; expected \(code)", sourceLocation: sourceLocation)
    } catch let error as LibvirtError {
        #expect(error.code == code, "\(error)", sourceLocation: sourceLocation)
    } catch {
        Issue.record("\(error) is no LibvirtError", sourceLocation: sourceLocation)
    }
}

struct TookTooLong: Error {}

/// Runs `body`, which waits for something that comes by itself, for at most that long.
func within<Value: Sendable>(
    _ limit: Duration,
    _ body: @escaping @Sendable () async throws -> Value
) async throws -> Value {
    try await withThrowingTaskGroup(of: Value.self) { group in
        group.addTask(operation: body)
        group.addTask {
            try await Task.sleep(for: limit)
            throw TookTooLong()
        }
        defer { group.cancelAll() }
        guard let value = try await group.next() else { throw TookTooLong() }
        return value
    }
}
