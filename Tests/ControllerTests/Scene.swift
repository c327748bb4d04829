import Autoscaling
import Foundation
import Synchronization
import Wire

@testable import Lifecycle

/// Counts.
final class NumberSource: Sendable {
    private let value: Mutex<Int>

    init(_ value: Int) { self.value = Mutex(value) }

    func next() -> Int {
        value.withLock { value in
            value += 1
            return value
        }
    }
}

/// Drives a fleet second by second with facts that tests change.
struct Scene {
    var fleet: Fleet
    var second = 0.0
    var domains: [FleetObservation.Domain]?
    var agents: [String: FleetObservation.Agent] = [:]
    var starts: [String: FleetObservation.StartResult] = [:]
    var done: Set<String> = []
    var probes: [String: FleetObservation.Probe] = [:]
    var hooks: [String: [HookPoint: FleetObservation.Hook]] = [:]
    var acknowledged: Set<String> = []
    var takenNames: Set<String> = []
    /// For how many more starts the host has room; each domain takes one byte.
    var hostRoom: Int?
    /// The hosts; none: one that nobody named.
    var hosts: [HostFacts] = []
    var events: [ControllerEvent] = []
    var allActions: [FleetStep.Action] = []
    static let begin = Date(timeIntervalSince1970: 1_000_000)

    init(
        _ names: [String],
        running: Set<String> = [],
        limits: LifecycleLimits = LifecycleLimits(startDeadline: .seconds(60)),
        settings: (inout FleetSettings) -> Void = { _ in }
    ) {
        var all = FleetSettings(limits: limits)
        settings(&all)
        let count = NumberSource(0)
        // The first clone is fib-1 by UUID too, and so on.
        let uuids = UUIDSource { "fib-\(count.next())" }
        fleet = Fleet(settings: all, now: .seconds(0), date: Self.begin, uuids: uuids)
        domains = names.map { name in
            FleetObservation.Domain(
                uuid: name,
                name: name,
                isRunning: running.contains(name),
                isActive: running.contains(name),
                memory: 1
            )
        }
    }

    var date: Date { Self.begin.addingTimeInterval(second) }
    func state(_ name: String) -> InstanceState? { fleet.instances[name]?.state }
    var names: [String] { fleet.endpoints.map(\.name) }

    mutating func step(after seconds: Double = 1) -> FleetStep {
        second += seconds
        var observation =
            FleetObservation(
                domains: domains,
                takenNames: takenNames.union((domains ?? []).map(\.name)),
                agents: agents,
                starts: starts,
                done: done,
                probes: probes,
                hooks: hooks,
                acknowledged: acknowledged,
                hostRoom: hostRoom.map { HostRoom(memoryAvailable: UInt64($0)) },
                cloneNeed: HostRoom.Need(memory: 1, vCPUs: 1)
            )
        observation.hosts = hosts
        let step = fleet.step(observation, now: .seconds(second), date: date)
        note(step)
        return step
    }

    /// What the reconciler does with a step, as far as facts follow from it.
    private mutating func note(_ step: FleetStep) {
        events += step.events
        allActions += step.actions
        for case .forget(let uuid) in step.actions {
            starts[uuid] = nil
            probes[uuid] = nil
            hooks[uuid] = nil
        }
    }

    mutating func set(_ name: String, running: Bool, active: Bool? = nil, saved: Bool = false) {
        domains = domains?.map { domain in
            guard domain.uuid == name else { return domain }
            var domain = domain
            domain.isRunning = running
            domain.isActive = active ?? running
            domain.hasSavedImage = saved
            return domain
        }
    }

    mutating func connect(_ name: String, session: UInt64 = 1, address: String = "192.168.122.150") {
        agents[name] = FleetObservation.Agent(
            endpoint: Endpoint(id: name, name: name, url: "https://\(address):8000"),
            session: session,
            isConnected: true
        )
    }

    /// Brings an instance into service the way it goes when all is well.
    mutating func bringUp(_ name: String) {
        set(name, running: true)
        connect(name)
        _ = step()
        probes[name] = FleetObservation.Probe(passedSession: 1)
        _ = step()
    }

    mutating func order() -> FleetStep {
        let step = fleet.scaleOut(by: 1, reason: "test", now: .seconds(second), date: date)
        note(step)
        return step
    }

    /// Orders an instance and brings it into service as one that was started here.
    mutating func serveOwned(_ name: String) {
        _ = order()
        boot(name)
    }

    /// Takes an instance that was ordered to start as far as it gets.
    mutating func boot(_ name: String) {
        _ = step()
        starts[name] = .succeeded
        set(name, running: true)
        let number = name.drop { !$0.isNumber }
        connect(name, address: "192.168.122.\(149 + (Int(number) ?? 0))")
        _ = step()
        probes[name] = FleetObservation.Probe(passedSession: 1)
        _ = step()
    }

    mutating func work(_ name: String, pending: Int, accepting: Bool, holding: Bool = false) {
        agents[name]?.work = FleetObservation.Work(pending: pending, isAccepting: accepting, isHolding: holding)
    }

    mutating func scaleIn(by count: Int = 1, work: [String: Int] = [:]) -> FleetStep {
        let step = fleet.scaleIn(by: count, work: work, reason: "test", now: .seconds(second), date: date)
        note(step)
        return step
    }
}
