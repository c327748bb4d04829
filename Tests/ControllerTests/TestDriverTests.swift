import Foundation
import Libvirt
import Logging
import NIOHTTP1
import Synchronization
import TestSupport
import Testing
import Wire

@testable import Lifecycle

extension SocketTests {
    @Suite("On libvirt's test driver")
    struct TestDriver {
        /// Two shut-off domains of 1 MiB on the driver's network, gone afterwards.
        private func withDomains(_ body: (LibvirtHypervisor, [String]) async throws -> Void) async throws {
            let hypervisor = LibvirtHypervisor(uri: try HypervisorURI("test:///default"), logger: .quiet)
            try await hypervisor.connect()
            var names: [String] = []
            let prefix = "room-\(UUID().uuidString.prefix(8))"
            for number in 1...2 {
                let name = "\(prefix)-\(number)"
                names.append(name)
                _ = try await hypervisor.define(
                    xml: """
                        <domain type='test'><name>\(name)</name><memory unit='MiB'>1</memory><vcpu>1</vcpu>
                        <os><type>hvm</type></os>
                        <devices><interface type='network'><source network='default'/></interface></devices></domain>
                        """
                )
            }
            let result: Result<Void, any Error>
            do {
                result = .success(try await body(hypervisor, names))
            } catch {
                result = .failure(error)
            }
            // The controller has closed the connection; the driver's state lives as long as the process.
            try await hypervisor.connect()
            for domain in try await hypervisor.domains() where names.contains(domain.name) {
                if domain.state.isActive { try await hypervisor.destroy(uuid: domain.uuid) }
                try await hypervisor.undefine(uuid: domain.uuid, withFirmware: false)
            }
            hypervisor.close()
            try result.get()
        }

        @Test("a domain that waits for room has its whole deadline from its start, and one wanted is one ordered")
        func waitsForRoom() async throws {
            try await withDomains { hypervisor, names in
                // The driver's host has 3 MiB free.
                let kept = Kept(512 << 20)
                try await withLab { lab in
                    lab.other = hypervisor
                    lab.canReload = true
                    lab.hosts = "192.168.122.0/24"
                    lab.limits.startDeadline = .seconds(3)
                    lab.group = { group in
                        group.domains = NamePattern("room-*")
                        group.host.memory = .bytes(kept.bytes)
                    }
                } _: { lab in
                    let controller = try await lab.start()
                    let boss = try lab.operatorIdentity()
                    try await waitUntil("the memory is named") {
                        try await lab.events().contains {
                            $0.kind == .scaleOutBlocked
                                && $0.detail.contains("\(names[0]) needs 1 MiB of memory; the host has 3 MiB available")
                        }
                    }
                    let began = ContinuousClock.now
                    try await waitUntil("a deadline has passed") { ContinuousClock.now - began > .seconds(3.5) }
                    #expect(try await lab.kinds(of: names[0]).isEmpty, "nothing is ordered without room")
                    kept.bytes = 1 << 20
                    #expect(try await lab.call(controller, .POST, "/v1/reload", as: boss).status == 200)
                    try await waitUntil("its time is over") {
                        try await lab.kinds(of: names[0]).contains(.instanceFailed)
                    }
                    let events = try await lab.events()
                    let started = try #require(events.first { $0.kind == .instanceStarted })
                    let failed = try #require(events.first { $0.kind == .instanceFailed })
                    #expect(failed.at.timeIntervalSince(started.at) >= 2.9)
                    #expect(try await lab.kinds(of: names[1]).isEmpty, "one wanted, one ordered")
                    await controller.stop()
                }
            }
        }
    }
}

/// The memory that is to stay free, which a test changes.
private final class Kept: Sendable {
    private let value: Mutex<Int64>

    init(_ bytes: Int64) { value = Mutex(bytes) }

    var bytes: Int64 {
        get { value.withLock { $0 } }
        set { value.withLock { $0 = newValue } }
    }
}
