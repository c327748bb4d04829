import Autoscaling
import Libvirt
import Lifecycle
import Logging
import Monitoring
import ServiceLifecycle
import Shared

/// Asks the hypervisor once an interval, in one bulk call for all groups, and keeps each group's result in its
/// ``HostView``.
package struct HypervisorSampler: Service {
    /// What the sampler remembers between two ticks.
    private struct Memory {
        var inventory: [DomainInfo] = []
        /// The clones of ours among them.
        var clones: [String: CloneMark] = [:]
        var isStale = true
        var inventoryAge = 0
        /// The domains that were active when the inventory was read.
        var active: Set<String> = []
        var previous: [String: DomainStatistics] = [:]
    }

    /// Ticks after which the list of domains is read again although no event asked for it.
    private static let inventoryTicks = 10
    private let hypervisor: any Hypervisor
    private let targets: [Target]
    private let capacity: HostCapacity
    private let interval: Duration
    private let clock: SteadyClock
    private let logger: Logger

    /// A sampler that signals after each look.
    package init(
        hypervisor: any Hypervisor,
        targets: [Target],
        capacity: HostCapacity,
        interval: Duration,
        clock: SteadyClock,
        logger: Logger
    ) {
        self.hypervisor = hypervisor
        self.targets = targets
        self.capacity = capacity
        self.interval = interval
        self.clock = clock
        self.logger = logger
    }

    /// Samples until the service stops.
    package func run() async throws {
        let stale = Flag()
        // Not a word in the stream of looks: a burst of events must not push a tick out of it.
        let due = DueTick()
        let looks = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        // Cancellation is how an orderly stop arrives here; nothing else can be thrown.
        try? await cancelWhenGracefulShutdown {
            try await withThrowingDiscardingTaskGroup { group in
                group.addTask {
                    for await event in hypervisor.lifecycleEvents() {
                        logger.debug(
                            "domain event",
                            metadata: [
                                "domain": "\(event.name)", "event": "\(event.kind)", "detail": "\(event.detail)",
                            ]
                        )
                        stale.raise()
                        looks.continuation.yield()
                    }
                }
                group.addTask {
                    for await event in hypervisor.connectionEvents() {
                        stale.raise()
                        if case .disconnected(let error) = event {
                            tell(.hypervisorLost("\(error)"))
                        } else {
                            tell(.hypervisorConnected)
                        }
                        looks.continuation.yield()
                    }
                }
                group.addTask {
                    var next = clock.continuous.now
                    while true {
                        due.raise(clock.moment(next))
                        looks.continuation.yield()
                        next = max(next.advanced(by: interval), clock.continuous.now)
                        try await clock.continuous.sleep(until: next, tolerance: .milliseconds(1))
                    }
                }
                group.addTask {
                    var memory = Memory()
                    for await _ in looks.stream {
                        let tick = due.lower()
                        if stale.lower() { memory.isStale = true }
                        await look(&memory, isTick: tick != nil)
                        tell(tick.map { .tick(due: $0) } ?? .look)
                    }
                }
            }
        }
    }

    /// One look. A hypervisor that hangs costs this tick's sample, not the tick.
    private func look(_ memory: inout Memory, isTick: Bool) async {
        let before = memory
        do {
            memory = try await withDeadline(interval * 0.8) { try await refreshed(before, isTick: isTick) }
        } catch is CancellationError {
            return
        } catch {
            logger.debug("hypervisor not sampled", metadata: ["reason": "\(error)"])
            memory.isStale = true
            memory.previous = [:]
            for target in targets {
                target.view.replace(HostView.Snapshot(domains: nil, samples: target.view.snapshot.samples))
            }
        }
    }

    private func tell(_ signal: Signals.Signal) {
        for target in targets { target.signals.send(signal) }
    }

    private func refreshed(_ memory: Memory, isTick: Bool) async throws -> Memory {
        var memory = memory
        memory.inventoryAge += 1
        let readAt = clock.now
        let statistics = try await hypervisor.statistics()
        let active = Dictionary(statistics.map { ($0.uuid, $0) }) { $1 }
        // Read after the statistics, and whenever they show another set: that a domain went off and that its memory was
        // saved must not be seen one without the other.
        let isRead =
            memory.isStale || memory.inventoryAge >= Self.inventoryTicks || Set(active.keys) != memory.active
        if isRead {
            memory.inventory = try await hypervisor.domains()
            memory.active = Set(active.keys)
            memory.clones = Dictionary(
                memory.inventory.compactMap { domain in CloneMark(domain).map { (domain.uuid, $0) } }
            ) { $1 }
            memory.isStale = false
            memory.inventoryAge = 0
        }
        if isRead {
            try await measureHost(
                memory.inventory,
                active: Set(active.filter { $0.value.state?.isActive ?? false }.keys)
            )
        }
        let templates = targets.map { $0.template() }
        // One that has clones would be written under their layers when it ran: not even a group that names another
        // template now may take it for an instance.
        let unstartable = Set(templates.compactMap { $0 } + memory.clones.values.map(\.template))
        let names = Set(memory.inventory.map(\.name))
        var left = memory.inventory.filter { memory.clones[$0.uuid] != nil || !unstartable.contains($0.name) }
        for (target, template) in zip(targets, templates) {
            let mine = left.filter { Self.fits($0, memory.clones[$0.uuid], target) }
            let taken = Set(mine.map(\.uuid))
            left.removeAll { taken.contains($0.uuid) }
            var snapshot = snapshot(
                mine,
                memory.clones,
                active,
                previous: isTick ? memory.previous : nil,
                before: target.view.snapshot
            )
            snapshot.readAt = readAt
            snapshot.names = names
            snapshot.template = template.flatMap { name in memory.inventory.first { $0.name == name } }
                .map { Self.observed($0, clone: nil, active[$0.uuid]?.state) }
            target.view.replace(snapshot)
        }
        if isTick { memory.previous = active }
        return memory
    }

    /// The domains of one group as they are, with their samples where a whole interval has passed.
    private func snapshot(
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
        let observed = domains.map { Self.observed($0, clone: clones[$0.uuid], active[$0.uuid]?.state) }
        return HostView.Snapshot(domains: observed, samples: samples)
    }

    private static func observed(
        _ domain: DomainInfo,
        clone: CloneMark?,
        _ state: DomainState?
    ) -> FleetObservation.Domain {
        FleetObservation.Domain(
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
    }

    private func measureHost(_ inventory: [DomainInfo], active: Set<String>) async throws {
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

    private static func fits(_ domain: DomainInfo, _ clone: CloneMark?, _ target: Target) -> Bool {
        (clone.map { $0.group == target.name } ?? target.includes(domain.name))
            && target.networks.contains { $0.has(domain.interfaces) }
    }
}
