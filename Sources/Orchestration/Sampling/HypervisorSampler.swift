import Autoscaling
import Libvirt
import Lifecycle
import Logging
import Monitoring
import ServiceLifecycle
import Shared

/// Asks one hypervisor once an interval, in one bulk call for all groups, and keeps each group's result in its
/// ``HostView``.
package struct HypervisorSampler: Service {
    /// Ticks after which the list of domains is read again although no event asked for it.
    private static let inventoryTicks = 10
    /// The part of an interval after which a bulk call that has not returned is left behind.
    private static let patience = 0.3
    let hypervisor: any Hypervisor
    private let targets: [Target]
    let capacity: HostCapacity
    private let interval: Duration
    let clock: SteadyClock
    let host: HostRuntime?
    private let pacer: TickPacer?
    let report: @Sendable (ControllerEvent) -> Void
    private let onLook: @Sendable (LookTimes) -> Void
    private let logger: Logger

    /// A sampler that signals after each look.
    ///
    /// - Parameters:
    ///   - host: The host that is looked at; `nil` where there is one that nobody named.
    ///   - pacer: Gives the pace where there are several hosts, and tells the groups of ticks; `nil`: this does.
    ///   - report: Takes what happens to the host and to no group alone.
    ///   - onLook: Takes the times of each look that was due.
    package init(
        hypervisor: any Hypervisor,
        targets: [Target],
        capacity: HostCapacity,
        interval: Duration,
        clock: SteadyClock,
        host: HostRuntime? = nil,
        pacer: TickPacer? = nil,
        report: @escaping @Sendable (ControllerEvent) -> Void = { _ in },
        onLook: @escaping @Sendable (LookTimes) -> Void = { _ in },
        logger: Logger
    ) {
        self.hypervisor = hypervisor
        self.targets = targets
        self.capacity = capacity
        self.interval = interval
        self.clock = clock
        self.host = host
        self.pacer = pacer
        self.report = report
        self.onLook = onLook
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
                        note(event)
                        stale.raise()
                        looks.continuation.yield()
                    }
                }
                group.addTask {
                    for await event in hypervisor.connectionEvents() {
                        stale.raise()
                        if case .disconnected(let error) = event {
                            tell(silence("\(error)"))
                        } else {
                            tell(connected)
                        }
                        looks.continuation.yield()
                    }
                }
                group.addTask {
                    if let pacer, let host {
                        for await moment in pacer.ticks(of: host.name) {
                            due.raise(moment)
                            looks.continuation.yield()
                        }
                        return
                    }
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
                        let begun = clock.now
                        let isAnswered = await look(&memory, isTick: tick != nil)
                        if let tick {
                            onLook(LookTimes(due: tick, begun: begun, ended: clock.now, isAnswered: isAnswered))
                        }
                        if let pacer, let host {
                            if let tick { pacer.arrived(host.name, due: tick) } else { tell(.look) }
                        } else {
                            tell(tick.map { .tick(due: $0) } ?? .look)
                        }
                    }
                }
            }
        }
    }

    /// What may have come to a host since the last reading of its domains.
    private func discover(_ memory: inout Memory) async {
        guard pacer != nil else { return }
        memory.networks = await findNetworks(memory.networks, targets: targets, hypervisor)
        memory.images = await findImages(targets, hypervisor)
    }

    /// One look. A hypervisor that hangs costs this tick's sample, not the tick.
    ///
    /// - Returns: Whether the hypervisor answered.
    private func look(_ memory: inout Memory, isTick: Bool) async -> Bool {
        let before = memory
        do {
            memory = try await withDeadline(interval * 0.8) { try await refreshed(before, isTick: isTick) }
            return true
        } catch is CancellationError {
            return false
        } catch {
            logger.debug("hypervisor not sampled", metadata: ["reason": "\(error)"])
            memory.isStale = true
            memory.previous = [:]
            host?.noteSilence("\(error)")
            for target in targets {
                let samples = sight(of: target).samples
                target.view.replace(HostView.Snapshot(domains: nil, samples: samples), host: host?.name)
            }
            return false
        }
    }

    private func note(_ event: LifecycleEvent) {
        logger.debug(
            "domain event",
            metadata: ["domain": "\(event.name)", "event": "\(event.kind)", "detail": "\(event.detail)"]
        )
    }

    private func silence(_ reason: String) -> Signals.Signal {
        guard pacer != nil, let host else { return .hypervisorLost(reason) }
        return .hostSilent(host.name, reason: reason)
    }

    private var connected: Signals.Signal {
        guard pacer != nil, let host else { return .hypervisorConnected }
        return .hostConnected(host.name)
    }

    /// What this host last said of a group.
    private func sight(of target: Target) -> HostView.Snapshot {
        host.map { target.view.snapshot(of: $0.name) } ?? target.view.snapshot
    }

    private func tell(_ signal: Signals.Signal) {
        for target in targets { target.signals.send(signal) }
    }

    private func refreshed(_ memory: Memory, isTick: Bool) async throws -> Memory {
        var memory = memory
        memory.inventoryAge += 1
        let readAt = clock.now
        let reading = try await hypervisor.statistics(patience: interval * Self.patience)
        let active = Dictionary(reading.domains.map { ($0.uuid, $0) }) { $1 }
        noteHung(reading, &memory)
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
            await discover(&memory)
        }
        if isRead {
            try await measureHost(
                memory.inventory,
                active: Set(active.filter { $0.value.state?.isActive ?? false }.keys)
            )
        }
        let templates = targets.map { $0.template() }
        let facts = DomainShares.Facts(
            inventory: memory.inventory,
            clones: memory.clones,
            networks: memory.networks
        )
        memory.shares.renew(facts, targets, templates: templates, isRead: isRead)
        let names = memory.shares.names
        for (index, (target, template)) in zip(targets, templates).enumerated() {
            let mine = memory.shares.domains[index]
            var snapshot = snapshot(
                mine,
                memory.clones,
                active,
                previous: isTick ? memory.previous : nil,
                before: sight(of: target)
            )
            snapshot.hasImage = memory.images.indices.contains(index) ? memory.images[index] : nil
            snapshot.readAt = readAt
            snapshot.names = names
            snapshot.template = template.flatMap { name in memory.inventory.first { $0.name == name } }
                .map { observed($0, clone: nil, active[$0.uuid]?.state) }
            target.view.replace(snapshot, host: host?.name)
        }
        host?.noteAnswer(
            at: clock.now,
            steal: isTick ? Self.steal(active, since: memory.previous) : nil,
            active: active.count,
            hung: memory.hung.compactMap { active[$0]?.name }.sorted()
        )
        if isTick { memory.previous = active }
        return memory
    }
}
