import Autoscaling
import Libvirt
import Logging
import ServiceLifecycle
import Shared
import Synchronization

/// Asks the hypervisor once an interval, in one bulk call for all groups, and keeps each group's result in its
/// ``HostView``.
struct HypervisorSampler: Service {
    /// A group that is sampled. A domain belongs to the first one that it fits.
    struct Target: Sendable {
        /// The networks that the group's domains are on.
        var networks: [GroupDiscovery.Network]
        /// Whether a domain of that name belongs to the group.
        var includes: @Sendable (String) -> Bool
        /// Where the result goes.
        var view: HostView
        /// Who is told.
        var signals: Signals
    }

    /// What the sampler remembers between two ticks.
    private struct Memory {
        var inventory: [DomainInfo] = []
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
    init(
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
    func run() async throws {
        let stale = Flag()
        let looks = AsyncStream.makeStream(of: Bool.self, bufferingPolicy: .bufferingNewest(4))
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
                        looks.continuation.yield(false)
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
                        looks.continuation.yield(false)
                    }
                }
                group.addTask {
                    var next = clock.continuous.now
                    while true {
                        looks.continuation.yield(true)
                        next = max(next.advanced(by: interval), clock.continuous.now)
                        try await clock.continuous.sleep(until: next, tolerance: .milliseconds(1))
                    }
                }
                group.addTask {
                    var memory = Memory()
                    for await isTick in looks.stream {
                        if stale.lower() { memory.isStale = true }
                        await look(&memory, isTick: isTick)
                        tell(isTick ? .tick : .look)
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
        let statistics = try await hypervisor.statistics()
        let active = Dictionary(statistics.map { ($0.uuid, $0) }) { $1 }
        // Read after the statistics, and whenever they show another set: that a domain went off and that its memory was
        // saved must not be seen one without the other.
        let isRead =
            memory.isStale || memory.inventoryAge >= Self.inventoryTicks || Set(active.keys) != memory.active
        if isRead {
            memory.inventory = try await hypervisor.domains()
            memory.active = Set(active.keys)
            memory.isStale = false
            memory.inventoryAge = 0
        }
        if isRead {
            try await measureHost(
                memory.inventory,
                active: Set(active.filter { $0.value.state?.isActive ?? false }.keys)
            )
        }
        var left = memory.inventory
        for target in targets {
            let mine = left.filter { Self.fits($0, target) }
            left.removeAll { Self.fits($0, target) }
            target.view.replace(
                snapshot(mine, active, previous: isTick ? memory.previous : nil, before: target.view.snapshot)
            )
        }
        if isTick { memory.previous = active }
        return memory
    }

    /// The domains of one group as they are, with their samples where a whole interval has passed.
    private func snapshot(
        _ domains: [DomainInfo],
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
        let observed = domains.map { domain in
            let state = active[domain.uuid]?.state
            return FleetObservation.Domain(
                uuid: domain.uuid,
                name: domain.name,
                isRunning: state?.isRunning ?? false,
                isActive: state?.isActive ?? false,
                hasSavedImage: domain.hasManagedSave,
                memory: domain.maxMemory,
                vCPUs: domain.vcpuCount
            )
        }
        return HostView.Snapshot(domains: observed, samples: samples)
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

    private static func fits(_ domain: DomainInfo, _ target: Target) -> Bool {
        target.includes(domain.name)
            && target.networks.contains { network in
                domain.interfaces.contains { interface in
                    interface.network == network.name
                        || (interface.bridge != nil && interface.bridge == network.bridge)
                }
            }
    }
}

/// A mark that one task raises and another lowers.
private final class Flag: Sendable {
    private let isRaised = Mutex(false)

    func raise() {
        isRaised.withLock { $0 = true }
    }

    /// Whether the mark was up; it is down afterwards.
    func lower() -> Bool {
        isRaised.withLock { raised in
            defer { raised = false }
            return raised
        }
    }
}
