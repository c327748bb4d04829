import Autoscaling
import Foundation
import Libvirt
import NIOHTTP1
import TestSupport
import Testing

@testable import Lifecycle

/// A group whose instances are all clones of the domain `base`, on a hypervisor that has nothing else.
struct CloneLab: Sendable {
    static let pool = "clones"
    let lab: ControllerLab
    let guests: Guests
    let template: String
    let before: Traces

    var hypervisor: InMemoryHypervisor { lab.hypervisor }

    /// Everything that clones could leave behind.
    struct Traces: Equatable, Sendable {
        var domains: [String]
        var reservations: [DHCPReservation]
        var volumes: [VolumeReference]

        init(_ hypervisor: InMemoryHypervisor) async throws {
            domains = try await hypervisor.domains().map(\.name)
            reservations = try await hypervisor.networks().flatMap(\.reservations)
            volumes = hypervisor.allVolumes
        }
    }

    func clones() async throws -> [DomainInfo] {
        try await hypervisor.domains().filter { $0.record?.clone != nil }
    }

    func clone(_ name: String) async throws -> DomainInfo {
        let clones = try await clones()
        return try #require(clones.first { $0.name == name }, "there is no clone '\(name)'")
    }

    /// What there is must belong to clones that are whole, each with one disk and one lease.
    func expectNoOrphans(besides others: Int = 0, _ location: SourceLocation = #_sourceLocation) async throws {
        let traces = try await Traces(hypervisor)
        let records = try await clones().compactMap { $0.record?.clone }
        #expect(records.allSatisfy { $0.state == .ready }, sourceLocation: location)
        let volumes = Set(traces.volumes).subtracting(before.volumes)
        #expect(volumes == Set(records.flatMap(\.volumes)), sourceLocation: location)
        let leases = Set(traces.reservations).subtracting(before.reservations)
        #expect(leases == Set(records.compactMap { $0.reservation?.lease }), sourceLocation: location)
        #expect(traces.domains.count == before.domains.count + others + records.count, sourceLocation: location)
    }

    func waitForService(_ names: String..., log: WatchLog) async throws {
        try await waitUntil("\(names) serve", within: .seconds(15)) { log.names == Set(names) }
    }

    /// Sends an operator's drain.
    func drain(_ name: String, _ controller: ControllerLab.Running) async throws {
        let answer = try await lab.call(controller, .POST, "/v1/instances/\(name)/drain", as: lab.operatorIdentity())
        #expect(answer.status == 202)
    }
}

/// Runs a test with a group of clones; the controller is the test's to start.
func withClones(
    _ change: @escaping @Sendable (inout GroupConfiguration) -> Void = { _ in },
    networks: [NetworkInfo] = [.loopback],
    lab changeLab: @escaping @Sendable (inout ControllerLab) -> Void = { _ in },
    _ body: @Sendable (CloneLab) async throws -> Void
) async throws {
    let set: @Sendable (inout ControllerLab) -> Void = { lab in
        lab.group = { group in
            group.template = TemplateConfiguration(source: .domain("base"), pool: CloneLab.pool, name: "fib-{n}")
            group.policy.max = 3
            group.drain = DrainPolicy(timeout: .seconds(1), stopTimeout: .seconds(5), lease: .milliseconds(300))
            change(&group)
        }
        lab.hosts = "127.0.0.0/8"
        changeLab(&lab)
    }
    try await withLab(networks: networks, set) { lab in
        let hypervisor = lab.hypervisor
        hypervisor.setStoragePool(CloneLab.pool)
        hypervisor.setStoragePool("images")
        let disk = hypervisor.addVolume(VolumeReference(pool: "images", name: "base.raw"))
        let template = UUID().uuidString.lowercased()
        _ = try await hypervisor.define(
            xml: """
                <domain type='test'>
                  <name>base</name><uuid>\(template)</uuid>
                  <memory unit='MiB'>512</memory><vcpu>1</vcpu><os><type>hvm</type></os>
                  <devices>
                    <disk type='file' device='disk'><driver name='qemu' type='raw'/>
                      <source file='\(disk.path)'/><target dev='vda'/></disk>
                    <interface type='network'><mac address='52:54:00:00:00:01'/><source network='default'/></interface>
                  </devices>
                </domain>
                """
        )
        try await body(
            CloneLab(
                lab: lab,
                guests: Guests(lab),
                template: template,
                before: try await CloneLab.Traces(hypervisor)
            )
        )
    }
}
