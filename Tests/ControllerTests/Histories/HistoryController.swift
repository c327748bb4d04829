import Autoscaling
import Foundation
import Wire

@testable import Lifecycle
@testable import Orchestration
@testable import Persistence

/// What survives the controller: the store's content.
struct HistoryDisk {
    var ledger: [String: Instance] = [:]
    var breaker = StartBreaker()
    var templates = CloneTemplates()
    var steering = GroupSteering()
    var set = EndpointSet(revision: 0, endpoints: [])

    mutating func commit(_ change: StoreChange) {
        for uuid in change.removed { ledger[uuid] = nil }
        for instance in change.instances { ledger[instance.uuid] = instance }
        if let breaker = change.breakers["g"] { self.breaker = breaker }
        if let steering = change.steerings["g"] { self.steering = steering }
        if let set = change.endpointSets["g"] { self.set = set }
        if let templates = change.templates["g"] { self.templates = templates }
    }
}

/// One life of a controller: all that a kill takes away. What is not ``Fleet`` or `ScalingEngine` imitates the glue
/// around them.
struct HistoryController {
    struct Session {
        var number: UInt64
        var url: String
        var isConnected = true
        var reportedAt: MonotonicInstant?
        var offset: Double?
        var work: FleetObservation.Work?
        var sample: GuestSample?
        /// Commands on their way to the agent.
        var mailbox: [AgentCommand.Kind] = []
    }

    var fleet: Fleet
    var engine: ScalingEngine
    let board = OperationResults()
    /// What each host has left.
    var capacities = [HostCapacity()]
    /// What was last seen of several hosts; empty for one.
    var hosts: [HostFacts] = []
    var pending = StoreChange()
    var storeFails = false
    var sessions: [String: Session] = [:]
    var counter: UInt64
    var set: EndpointSet
    var departures: [String: UInt64] = [:]
    /// What each client has acknowledged; `nil` for one that does not watch.
    var watchers: [UInt64?]
    var view: [FleetObservation.Domain]?
    /// The names of all domains, as of the last look that the hypervisor answered.
    var takenNames: Set<String> = []
    var samples: [String: HostSample] = [:]
    /// Counts looks at the hypervisor and ends of orders, in their order.
    var sequence: Int64 = 0
    /// The number of the look that ``view`` is of.
    var viewedAt: MonotonicInstant?
    let bornAt: MonotonicInstant

    static let reserve = HostReserve(memory: .bytes(0), vCPUOvercommit: 8)
    static let need = HostRoom.Need(memory: 1 << 30, vCPUs: 1)

    init(
        _ disk: HistoryDisk,
        settings: FleetSettings,
        policy: GroupPolicy,
        interval: Duration,
        clients: Int,
        counter: UInt64,
        uuids: UUIDSource,
        now: MonotonicInstant,
        date: Date
    ) {
        let ledger = disk.ledger.values.sorted { $0.uuid < $1.uuid }
        fleet = Fleet(
            settings: settings,
            ledger: ledger,
            breaker: disk.breaker,
            templates: disk.templates,
            steering: disk.steering,
            now: now,
            date: date,
            uuids: uuids
        )
        engine = ScalingEngine(policy: policy, interval: interval)
        set = disk.set
        watchers = Array(repeating: nil, count: clients)
        self.counter = counter
        bornAt = now
    }

    /// The endpoints that left and of which every client that watches has acknowledged it.
    var acknowledged: Set<String> {
        guard !departures.isEmpty else { return [] }
        let least = watchers.compactMap { $0 }.min() ?? .max
        return Set(departures.filter { $0.value <= least }.keys)
    }

    mutating func next() -> MonotonicInstant {
        sequence += 1
        return MonotonicInstant(nanoseconds: sequence)
    }

    mutating func publish(_ new: EndpointSet) {
        for endpoint in new.endpoints { departures[endpoint.id] = nil }
        for endpoint in set.endpoints where !new.endpoints.contains(where: { $0.id == endpoint.id }) {
            departures[endpoint.id] = new.revision
        }
        set = new
    }

    func observe(now: MonotonicInstant, interval: Duration) -> FleetObservation {
        board.confirmStarts(active: Set((view ?? []).filter(\.isActive).map(\.uuid)))
        board.notePaused((view ?? []).filter { $0.isActive && !$0.isRunning }.map(\.uuid), at: now)
        let resumedAt = board.resumedAt
        var agents: [String: FleetObservation.Agent] = [:]
        for (uuid, session) in sessions {
            var isAwake = false
            if let reportedAt = session.reportedAt, let offset = session.offset {
                isAwake = reportedAt > resumedAt[uuid] ?? MonotonicInstant(nanoseconds: .min) && abs(offset) <= 2
            }
            let isFresh =
                session.isConnected
                && session.reportedAt.map { $0.duration(to: now) <= interval * LoadEstimate.freshIntervals } ?? false
            agents[uuid] = FleetObservation.Agent(
                endpoint: Endpoint(id: uuid, name: uuid, url: session.url),
                session: session.number,
                isConnected: session.isConnected,
                isAwake: isAwake,
                work: isFresh ? session.work : nil
            )
        }
        var observation = FleetObservation(
            domains: view,
            takenNames: takenNames,
            agents: agents,
            starts: board.starts,
            done: view == nil ? [] : board.done(before: viewedAt),
            probes: board.probes,
            hooks: board.hooks,
            acknowledged: acknowledged,
            hostRoom: hosts.isEmpty ? capacities[0].room(leaving: Self.reserve) : nil,
            cloneNeed: fleet.cloneTemplate.map { _ in Self.need }
        )
        observation.hosts = zip(hosts, capacities).map { facts, capacity in
            var facts = facts
            facts.room = capacity.room(leaving: Self.reserve)
            facts.cloneNeed = fleet.cloneTemplate.map { _ in Self.need }
            return facts
        }
        return observation
    }

    /// The figures of a host.
    func measure(_ host: Int, active: Set<String>, units: Int) {
        let free = max(0, units - active.count)
        capacities[host].update(
            HostCapacity.Usage(
                cpuCount: 100,
                memoryTotal: 64 << 30,
                memoryAvailable: UInt64(free) << 30,
                activeVCPUs: active.count,
                active: active
            )
        )
    }

    func groupObservation(_ observation: FleetObservation, interval: Duration, now: MonotonicInstant)
        -> GroupObservation
    {
        var inService: [LoadEstimate] = []
        var (draining, ready, reserve, removable) = (0, 0, 0, 0)
        for (uuid, instance) in fleet.instances.sorted(by: { $0.key < $1.key }) {
            switch instance.state {
            case .inService:
                if instance.isOwned, !instance.isProtected { removable += 1 }
                inService.append(
                    LoadEstimate(
                        id: uuid,
                        host: samples[uuid],
                        guest: sessions[uuid]?.sample,
                        interval: interval,
                        inServiceSince: fleet.memory[uuid].servingSince,
                        now: now
                    )
                )
            case .draining, .stopping: draining += 1
            case .off: if hosts.isEmpty { reserve += 1 }
            case .standby: ready += 1
            default: if instance.goal == .standby, instance.state.isComing, instance.state != .failed { ready += 1 }
            }
        }
        if !hosts.isEmpty {
            (reserve, removable) = (fleet.reserve.count, fleet.removable)
            ready = fleet.quickest.count { $0.state != .off }
        }
        let startable = fleet.startable(observation)
        var group = GroupObservation(
            inService: inService,
            coming: fleet.coming(at: now),
            draining: draining,
            standby: ready,
            reserve: reserve + fleet.clonable,
            counted: fleet.counted,
            hostRoom: startable.count,
            breaker: fleet.breaker.reason(at: now),
            removable: removable,
            lastInService: fleet.lastInService,
            replacing: fleet.beingEvacuated,
            steering: fleet.steering.forEngine
        )
        group.hostShortage = startable.shortage
        group.waiting = fleet.waitingForRoom
        return group
    }
}
