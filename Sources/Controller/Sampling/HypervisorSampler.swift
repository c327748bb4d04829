import Autoscaling
import Libvirt
import Logging
import ServiceLifecycle
import Shared
import Synchronization

/// Asks the hypervisor once an interval, in one bulk call, and keeps the result in a ``HostView``.
public struct HypervisorSampler: Service {
    /// What the sampler remembers between two ticks.
    private struct Memory {
        var inventory: [DomainInfo] = []
        var isStale = true
        var inventoryAge = 0
        var previous: [String: DomainStatistics] = [:]
    }

    /// Ticks after which the list of domains is read again although no event asked for it.
    private static let inventoryTicks = 10
    private let hypervisor: any Hypervisor
    private let networks: [GroupDiscovery.Network]
    private let interval: Duration
    private let view: HostView
    private let signals: Signals
    private let clock: SteadyClock
    private let logger: Logger

    /// A sampler that signals after each look.
    init(
        hypervisor: any Hypervisor,
        networks: [GroupDiscovery.Network],
        interval: Duration,
        view: HostView,
        signals: Signals,
        clock: SteadyClock,
        logger: Logger
    ) {
        self.hypervisor = hypervisor
        self.networks = networks
        self.interval = interval
        self.view = view
        self.signals = signals
        self.clock = clock
        self.logger = logger
    }

    /// Samples until the service stops.
    public func run() async throws {
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
                            signals.send(.hypervisorLost("\(error)"))
                        } else {
                            signals.send(.hypervisorConnected)
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
                        signals.send(isTick ? .tick : .look)
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
            view.replace(HostView.Snapshot(domains: nil, samples: view.snapshot.samples))
        }
    }

    private func refreshed(_ memory: Memory, isTick: Bool) async throws -> Memory {
        var memory = memory
        memory.inventoryAge += 1
        if memory.isStale || memory.inventoryAge >= Self.inventoryTicks {
            memory.inventory = try await hypervisor.domains().filter(isInGroup)
            memory.isStale = false
            memory.inventoryAge = 0
        }
        let statistics = try await hypervisor.statistics()
        let active = Dictionary(statistics.map { ($0.uuid, $0) }) { $1 }
        var samples = view.snapshot.samples.filter { active[$0.key] != nil }
        if isTick {
            let now = clock.now
            for domain in memory.inventory {
                guard let current = active[domain.uuid], let previous = memory.previous[domain.uuid],
                    let utilization = current.utilization(since: previous)
                else { continue }
                samples[domain.uuid] = HostSample(
                    at: now,
                    utilization: utilization,
                    steal: current.steal(since: previous)
                )
            }
            memory.previous = active
        }
        let domains = memory.inventory.map { domain in
            let state = active[domain.uuid]?.state
            return FleetObservation.Domain(
                uuid: domain.uuid,
                name: domain.name,
                isRunning: state?.isRunning ?? false,
                isActive: state?.isActive ?? false
            )
        }
        view.replace(HostView.Snapshot(domains: domains, samples: samples))
        return memory
    }

    private func isInGroup(_ domain: DomainInfo) -> Bool {
        networks.contains { network in
            domain.interfaces.contains { interface in
                interface.network == network.name || (interface.bridge != nil && interface.bridge == network.bridge)
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
