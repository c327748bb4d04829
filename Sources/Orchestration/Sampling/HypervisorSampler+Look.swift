import Autoscaling
import Libvirt
import Lifecycle
import Monitoring
import Wire

/// What a look makes of what the hypervisor said.
extension HypervisorSampler {
    /// Tells once of each domain that keeps the hypervisor waiting, and once when it does no longer.
    func noteHung(_ reading: StatisticsReading, _ memory: inout Memory) {
        let before = memory.hung
        guard reading.unanswering != before else { return }
        memory.hung = reading.unanswering
        for domain in reading.domains where memory.hung.contains(domain.uuid) != before.contains(domain.uuid) {
            let isHung = memory.hung.contains(domain.uuid)
            report(
                ControllerEvent(
                    isHung ? .hypervisorDomainHung : .hypervisorDomainAnswers,
                    at: clock.date,
                    instance: domain.name,
                    detail: isHung
                        ? "its QEMU does not answer \(hypervisor.uri); the others are measured past it; look at its process, "
                            + "and at 'virsh domcontrol \(domain.name)'"
                        : "its QEMU answers again"
                )
            )
        }
    }

    /// The domains of one group as they are, with their samples where a whole interval has passed.
    func snapshot(
        _ domains: [DomainInfo],
        _ clones: [String: CloneMark],
        _ active: [String: DomainStatistics],
        previous: [String: DomainStatistics]?,
        before: HostView.Snapshot
    ) -> HostView.Snapshot {
        var samples = before.samples.filter { active[$0.key] != nil }
        let now = clock.now
        for domain in domains {
            guard let current = active[domain.uuid], let previous = previous?[domain.uuid],
                let utilization = current.utilization(since: previous)
            else { continue }
            samples[domain.uuid] = HostSample(
                at: now,
                utilization: utilization,
                steal: current.steal(since: previous)
            )
        }
        let seen = domains.map { observed($0, clone: clones[$0.uuid], active[$0.uuid]?.state) }
        return HostView.Snapshot(domains: seen, samples: samples)
    }

    func observed(
        _ domain: DomainInfo,
        clone: CloneMark?,
        _ state: DomainState?
    ) -> FleetObservation.Domain {
        var seen = FleetObservation.Domain(
            uuid: domain.uuid,
            name: domain.name,
            isRunning: state?.isRunning ?? false,
            isActive: state?.isActive ?? false,
            run: domain.id,
            hasSavedImage: domain.hasManagedSave,
            cloneState: clone?.state,
            template: clone?.identity,
            memory: domain.maxMemory,
            vCPUs: domain.vcpuCount
        )
        seen.host = host?.name ?? ""
        return seen
    }

    func measureHost(_ inventory: [DomainInfo], active: Set<String>) async throws {
        let host = try await hypervisor.hostInfo()
        capacity.update(
            HostCapacity.Usage(
                cpuCount: host.cpuCount,
                memoryTotal: host.memoryTotal,
                memoryAvailable: host.memoryAvailable ?? host.memoryFree,
                activeVCPUs: inventory.filter { active.contains($0.uuid) }.reduce(0) { $0 + ($1.vcpuCount ?? 1) },
                active: active
            )
        )
    }

    static func fits(
        _ domain: DomainInfo,
        _ clone: CloneMark?,
        _ target: Target,
        on networks: [GroupDiscovery.Network]
    ) -> Bool {
        (clone.map { $0.group == target.name } ?? target.includes(domain.name))
            && networks.contains { $0.has(domain.interfaces) }
    }
}
