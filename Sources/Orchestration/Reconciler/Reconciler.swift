import Autoscaling
import Foundation
import Libvirt
import Lifecycle
import Logging
import Monitoring
import Persistence
import ServiceLifecycle
import Shared
import Wire

/// Compares what should be of one group with what is, each tick and whenever something changes, and acts.
///
/// All judgement is in ``Fleet`` and `ScalingEngine`; here state goes to disk first, then the effects happen as child
/// tasks, so that neither a slow hypervisor nor a silent guest holds up the next look.
package struct Reconciler: Service {
    /// What changes while it runs.
    package struct State {
        package var group: GroupConfiguration
        package var fleet: Fleet
        package var engine: ScalingEngine
        /// The wall clock at the present look.
        package var calendar: CalendarTime?
        /// The bounds in force at the present look.
        package var bounds: BoundsInForce?
        var pending = StoreChange()
        var storeFails = false
        /// Whether another controller owns the group by now.
        var isOver = false
        /// A set of which nobody knows whether it was written.
        var attempted: EndpointSet?
        var hypervisorLost = false
        /// Those of several hosts that do not answer.
        var silentHosts: Set<String> = []
        /// When the last look was.
        var lookedAt: MonotonicInstant?
        var isOverloaded = false
        var blocked: Set<Clamp.Name> = []
        /// The queries of which it was told that they have no value.
        var gaps: Set<PrometheusQuery> = []

        package init(
            group: GroupConfiguration,
            fleet: Fleet,
            engine: ScalingEngine,
            calendar: CalendarTime? = nil,
            bounds: BoundsInForce? = nil,
            pending: StoreChange = StoreChange(),
            storeFails: Bool = false,
            hypervisorLost: Bool = false,
            isOverloaded: Bool = false,
            blocked: Set<Clamp.Name> = []
        ) {
            self.group = group
            self.fleet = fleet
            self.engine = engine
            self.calendar = calendar
            self.bounds = bounds
            self.pending = pending
            self.storeFails = storeFails
            self.hypervisorLost = hypervisorLost
            self.isOverloaded = isOverloaded
            self.blocked = blocked
        }
    }

    package let parts: Parts
    let board = OperationResults()
    package let interval: Duration
    private let initial: State

    /// - Parameter events: What is to be told with the first change.
    package init(
        parts: Parts,
        group: GroupConfiguration,
        fleet: Fleet,
        interval: Duration,
        events: [ControllerEvent] = []
    ) {
        self.parts = parts
        self.interval = interval
        self.initial = State(
            group: group,
            fleet: fleet,
            engine: ScalingEngine(policy: group.policy, interval: interval),
            pending: StoreChange(events: events)
        )
    }

    /// Works until the service stops, or its signals end.
    ///
    /// An owner whose signals end begins nothing more and waits for what is under way.
    package func run() async throws {
        let permit = parts.sharing.map { CallPermit(isGranted: $0.mayAct) }
        try await CallPermit.$current.withValue(permit) {
            try await withThrowingDiscardingTaskGroup { group in
                var state = initial
                for await signal in parts.signals.open().cancelOnGracefulShutdown() {
                    parts.signals.taken(signal)
                    await take(signal, &state, in: &group)
                    if state.isOver { break }
                }
                if parts.sharing == nil || state.isOver { group.cancelAll() }
            }
        }
    }

    private func take(
        _ signal: Signals.Signal,
        _ state: inout State,
        in group: inout ThrowingDiscardingTaskGroup<any Error>
    ) async {
        let now = parts.clock.now
        let date = parts.clock.date
        noteAbsence(&state, now: now)
        var events: [ControllerEvent] = []
        switch signal {
        case .hypervisorLost(let reason) where !state.hypervisorLost:
            state.hypervisorLost = true
            events.append(
                ControllerEvent(
                    .hypervisorLost,
                    at: date,
                    detail: "\(reason); endpoints stay, no instance is started until it is back"
                )
            )
        case .hypervisorConnected where state.hypervisorLost:
            state.hypervisorLost = false
            events.append(ControllerEvent(.hypervisorConnected, at: date, detail: "the hypervisor answers again"))
        default: events += noteHost(signal, &state, date: date)
        }
        let commands = parts.signals.takeCommands()
        let steering = obey(commands, &state, now: now, date: date)
        look(&state, at: date)
        let observation = observe(state, now: now)
        var step = state.fleet.step(observation, now: now, date: date)
        step.events.insert(contentsOf: events, at: 0)
        step.prepend(steering)
        var record: (TickRecord, Decision?)?
        if case .tick = signal {
            let estimates = estimates(of: state.fleet, now: now)
            let decision = decide(&state, observation, estimates, &step, now: now, date: date)
            record = (self.record(state, estimates, decision, now: now, date: date), decision)
            checkHealth(state.fleet, every: state.group.health.interval, in: &group)
        }
        await settle(step, &state, date: date, in: &group)
        yieldIfCutOff(state, now: now)
        if let (record, decision) = record { parts.eventBus.tell(.tick(record, decision)) }
        publish(state, now: now)
        for case .steer(_, _, let receipt) in commands { receipt.sign(isStored: !state.storeFails) }
        if case .tick(let due) = signal { measure(due: due, taken: now, group: state.group.name) }
    }

    private func measure(due: MonotonicInstant, taken: MonotonicInstant, group: String) {
        parts.metrics.record(MetricNames.tickLateness, [group], max(0, due.duration(to: taken).seconds))
        let done = parts.clock.now
        parts.metrics.record(MetricNames.tickDuration, [group], taken.duration(to: done).seconds)
        parts.reporting.onTick?(TickTimes(group: group, due: due, taken: taken, done: done))
    }

    /// Persists the step, then does what it asks for.
    private func settle(
        _ step: FleetStep,
        _ state: inout State,
        date: Date,
        in group: inout ThrowingDiscardingTaskGroup<any Error>
    ) async {
        var step = step
        let set = proposal(state)
        if let set, state.attempted != set {
            step.events.append(
                ControllerEvent(
                    .endpointsChanged,
                    at: date,
                    revision: set.revision,
                    detail: "clients are told: "
                        + (set.endpoints.isEmpty ? "none" : set.endpoints.map(\.name).joined(separator: ", "))
                )
            )
        }
        step.sign(group: state.group.name)
        state.pending.append(step, group: state.group.name, endpointSet: set)
        if !state.pending.isEmpty { await persist(&state, date: date) }
        noteWritten(set, &state)
        if state.isOver { return }
        for event in step.events { log(event) }
        tell(step, of: state.group.name, date: date)
        do {
            if let set, parts.sharing == nil || !state.storeFails {
                try parts.directory.publish(set, at: parts.clock.date)
            }
        } catch {
            parts.logger.error("endpoint set not published", metadata: ["error": "\(ErrorText.of(error))"])
        }
        for action in step.actions where isDone(action, state) { perform(action, state, date: date, in: &group) }
        for uuid in step.removed where state.fleet.instances[uuid] == nil { board.drop(uuid) }
        // An order was just written down: look again at once, so that it is carried out.
        if step.isOrder { parts.signals.send(.look) }
    }

    private func persist(_ state: inout State, date: Date) async {
        do {
            try await parts.store.commit(state.pending)
            state.pending = StoreChange()
            guard state.storeFails else { return }
            state.storeFails = false
            let event = ControllerEvent(
                .storeRecovered,
                at: date,
                detail: "the store can be written again; nothing was lost"
            )
            state.pending.events.append(event)
            log(event)
        } catch StoreFailure.lostOwnership {
            state.isOver = true
            state.storeFails = true
            parts.logger.warning("the group belongs to another controller", metadata: ["group": "\(state.group.name)"])
        } catch {
            guard !state.storeFails else { return }
            state.storeFails = true
            let event = ControllerEvent(
                .storeFailed,
                at: date,
                detail: "the store cannot be written: \(ErrorText.of(error)); "
                    + (parts.sharing?.remedy
                        ?? "endpoints are still told, no instance is started until it can; free space in the state directory")
            )
            state.pending.events.append(event)
            log(event)
        }
    }

    package func log(_ event: ControllerEvent) {
        var metadata: Logger.Metadata = [
            "event": "\(event.kind.rawValue)", "at": "\(event.at.rfc3339)", "detail": "\(event.detail)",
        ]
        if let group = event.group { metadata["group"] = "\(group)" }
        if let instance = event.instance { metadata["instance"] = "\(instance)" }
        if let revision = event.revision { metadata["revision"] = "\(revision)" }
        parts.logger.log(level: event.kind.level, "event", metadata: metadata)
    }
}
