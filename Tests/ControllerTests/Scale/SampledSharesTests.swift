import Autoscaling
import Foundation
import Libvirt
import Logging
import Monitoring
import Synchronization
import TestSupport
import Testing
import Wire

@testable import Lifecycle
@testable import Orchestration

/// Which group a domain is of is not found out at each look, and what a look took is told.
@Suite(.timeLimit(.minutes(1))) struct SampledSharesTests {
    @Test("a group that is configured otherwise is sampled so at the next look, before the domains are read again")
    func configuredAnew() async throws {
        let hypervisor = InMemoryHypervisor()
        for name in ["web-1", "db-1"] { hypervisor.addDomain(name, state: .running) }
        let configuration = GroupConfiguration(
            name: "web",
            hosts: try CIDR(parsing: "192.168.122.0/24"),
            domains: NamePattern("web-*")
        )
        let network = GroupDiscovery.Network(
            name: "default",
            bridge: nil,
            hostAddress: try #require(IPAddress("192.168.122.1"))
        )
        let group = GroupRuntime(configuration, networks: [network], told: nil)
        let looks = Mutex<[LookTimes]>([])
        let sampler = HypervisorSampler(
            hypervisor: hypervisor,
            targets: [group.target(on: "")],
            capacity: HostCapacity(),
            interval: .milliseconds(200),
            clock: SteadyClock(),
            onLook: { look in looks.withLock { $0.append(look) } },
            logger: .quiet
        )
        try await withBackground { background in
            background.start { try await sampler.run() }
            try await waitUntil("the first is seen") { group.view.snapshot.domains?.map(\.name) == ["web-1"] }
            let (read, seen) = (hypervisor.calls(of: .domains), looks.withLock { $0.count })
            var changed = configuration
            changed.domains = NamePattern("db-*")
            group.configure(changed)
            try await waitUntil("the other is seen") { group.view.snapshot.domains?.map(\.name) == ["db-1"] }
            // Without a reading: the list is read with each tenth tick only.
            #expect(hypervisor.calls(of: .domains) - read <= 1 && looks.withLock { $0.count } - seen < 10)
            hypervisor.setStuck(true)
            try await waitUntil("a look is given up") { looks.withLock { $0.last?.isAnswered == false } }
        }
        let all = looks.withLock { $0 }
        #expect(all.contains { $0.isAnswered })
        #expect(all.allSatisfy { $0.due <= $0.begun && $0.begun <= $0.ended })
    }

    @Test("the names and samples of several hosts stand together")
    func together() {
        let view = HostView(hosts: ["a", "b"])
        let now = MonotonicInstant(nanoseconds: 0)
        for (host, uuid) in [("a", "1"), ("b", "2")] {
            var snapshot = HostView.Snapshot(domains: [], samples: [uuid: HostSample(at: now, utilization: 5)])
            snapshot.names = ["vm\(uuid)"]
            view.replace(snapshot, host: host)
        }
        #expect(view.names == ["vm1", "vm2"])
        #expect(Set(view.samples.keys) == ["1", "2"] && view.samples == view.snapshot.samples)
        view.replace(HostView.Snapshot(domains: nil, samples: [:]), host: "b")
        #expect(view.names == ["vm1", "vm2"], "what a host said last holds while it is silent")
    }

    @Test("a group's sessions are those of its machines that are registered")
    func sessions() throws {
        let registry = AgentRegistry { _ in }
        let address = try #require(IPAddress("10.0.0.1"))
        for uuid in ["1", "2", "3"] {
            let registration = AgentRegistration(version: "1", hostname: uuid, port: 8443, vCPUs: 1)
            registry.register(registration, uuid: uuid, address: address, at: .distantPast)
        }
        #expect(Set(registry.sessions(of: ["1", "3", "4"]).keys) == ["1", "3"])
    }
}
