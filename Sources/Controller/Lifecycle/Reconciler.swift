import Autoscaling
import Foundation
import Libvirt
import Logging
import ServiceLifecycle
import Shared

/// Compares what should be with what is, each tick and whenever something changes, and acts.
///
/// All judgement is in ``Fleet`` and `ScalingEngine`; here state goes to disk first, then the effects happen as child
/// tasks, so that neither a slow hypervisor nor a silent guest holds up the next look.
public struct Reconciler: Service {
    /// What the reconciler works with.
    struct Parts: Sendable {
        var view: HostView
        var registry: AgentRegistry
        var directory: EndpointDirectory
        var store: any Store
        var prober: any EndpointProber
        var starter: DomainStarter
        var signals: Signals
        var clock: SteadyClock
        var activity: ActivityLog?
        var logger: Logger
    }

    /// What changes while it runs.
    struct State {
        var fleet: Fleet
        var engine: ScalingEngine
        var pending = StoreChange()
        var storeFails = false
        var hypervisorLost = false
        var isOverloaded = false
        var lastHold = ""
    }

    let parts: Parts
    let board = ProbeBoard()
    let interval: Duration
    private let initial: State

    init(parts: Parts, fleet: Fleet, policy: ThresholdPolicy, interval: Duration) {
        self.parts = parts
        self.interval = interval
        self.initial = State(fleet: fleet, engine: ScalingEngine(policy: policy))
    }

    /// Works until the service stops.
    public func run() async throws {
        try await withThrowingDiscardingTaskGroup { group in
            var state = initial
            for await signal in parts.signals.stream.cancelOnGracefulShutdown() {
                await take(signal, &state, in: &group)
            }
            group.cancelAll()
        }
    }

    private func take(
        _ signal: Signals.Signal,
        _ state: inout State,
        in group: inout ThrowingDiscardingTaskGroup<any Error>
    ) async {
        let now = parts.clock.now
        let date = parts.clock.date
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
        default: break
        }
        let observation = observe(state.fleet)
        var step = state.fleet.step(observation, now: now, date: date)
        step.events.insert(contentsOf: events, at: 0)
        if signal == .tick {
            decide(&state, observation, &step, now: now, date: date)
            checkHealth(state.fleet, in: &group)
        }
        await settle(step, &state, date: date, in: &group)
    }

    private func observe(_ fleet: Fleet) -> FleetObservation {
        let snapshot = parts.view.snapshot
        board.confirmStarts(active: Set((snapshot.domains ?? []).filter(\.isActive).map(\.uuid)))
        let names = Dictionary((snapshot.domains ?? []).map { ($0.uuid, $0.name) }) { $1 }
        let agents = parts.registry.sessions.reduce(into: [String: FleetObservation.Agent]()) { agents, entry in
            let (uuid, session) = entry
            let endpoint = Endpoint(
                id: uuid,
                // While the hypervisor is silent the ledger's name holds: what a guest calls itself is no change.
                name: names[uuid] ?? fleet.instances[uuid]?.name ?? session.registration.hostname,
                url: "https://\(HostPort(host: session.address.description, port: session.registration.port))"
            )
            agents[uuid] = FleetObservation.Agent(
                endpoint: endpoint,
                session: session.number,
                isConnected: session.isConnected
            )
        }
        return FleetObservation(
            domains: snapshot.domains,
            agents: agents,
            starts: board.starts,
            probes: board.probes
        )
    }

    /// Lets the engine decide on this tick's loads.
    private func decide(
        _ state: inout State,
        _ observation: FleetObservation,
        _ step: inout FleetStep,
        now: Moment,
        date: Date
    ) {
        let samples = parts.view.snapshot.samples
        let sessions = parts.registry.sessions
        let estimates = state.fleet.ordered.filter { $0.state != .off }.map { instance in
            (
                instance,
                LoadEstimate(
                    id: instance.uuid,
                    host: samples[instance.uuid],
                    guest: sessions[instance.uuid]?.sample,
                    interval: interval,
                    now: now
                )
            )
        }
        for (instance, estimate) in estimates {
            parts.activity?.record(instance, estimate, samples[instance.uuid], at: date)
            parts.logger.debug(
                "sample",
                metadata: estimate.metadata(instance, host: samples[instance.uuid], at: date)
            )
        }
        // Without the hypervisor nothing can be started, so nothing is decided: the overload counts anew afterwards.
        // The same while the store fails, for an order that cannot be written down is not carried out.
        guard observation.domains != nil, !state.storeFails else { return }
        let decision = state.engine.decide(
            GroupObservation(
                inService: estimates.filter { $0.0.state == .inService }.map(\.1),
                coming: state.fleet.coming(at: now),
                reserve: state.fleet.reserve.count
            ),
            now: now
        )
        parts.logger.debug("decision", metadata: ["reason": "\(decision.reason)"])
        if decision.overloaded != state.isOverloaded {
            state.isOverloaded = decision.overloaded
            step.events.append(
                ControllerEvent(
                    decision.overloaded ? .overload : .overloadEnded,
                    at: date,
                    detail: decision.reason
                )
            )
        }
        switch decision.order {
        case .scaleOut(let count):
            step.events.append(ControllerEvent(.scaleOutDecided, at: date, detail: decision.reason))
            step.append(state.fleet.scaleOut(by: count, reason: decision.reason, now: now, date: date))
        case .hold where decision.reason.hasSuffix("reserve is empty") && !state.lastHold.hasSuffix("reserve is empty"):
            step.events.append(ControllerEvent(.reserveEmpty, at: date, detail: decision.reason))
        case .hold: break
        }
        state.lastHold = decision.reason
    }

    /// Persists the step, then does what it asks for.
    private func settle(
        _ step: FleetStep,
        _ state: inout State,
        date: Date,
        in group: inout ThrowingDiscardingTaskGroup<any Error>
    ) async {
        var step = step
        let set = parts.directory.proposal(state.fleet.endpoints)
        if let set {
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
        state.pending.append(step, endpointSet: set)
        if !state.pending.isEmpty { await persist(&state, date: date) }
        for event in step.events { log(event) }
        do {
            if let set { try parts.directory.publish(set, at: parts.clock.date) }
        } catch {
            parts.logger.error("endpoint set not published", metadata: ["error": "\(error)"])
        }
        for action in step.actions { perform(action, mayStart: !state.storeFails, date: date, in: &group) }
        // An order was just written down: look again at once, so that it is carried out.
        if step.actions.contains(where: { if case .announceScaling = $0 { true } else { false } }) {
            parts.signals.send(.look)
        }
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
        } catch {
            guard !state.storeFails else { return }
            state.storeFails = true
            let event = ControllerEvent(
                .storeFailed,
                at: date,
                detail: "the store cannot be written: \(error); endpoints are still told, no instance is started until "
                    + "it can; free space in the state directory"
            )
            state.pending.events.append(event)
            log(event)
        }
    }

    func log(_ event: ControllerEvent) {
        var metadata: Logger.Metadata = [
            "event": "\(event.kind.rawValue)", "at": "\(event.at.rfc3339)", "detail": "\(event.detail)",
        ]
        if let instance = event.instance { metadata["instance"] = "\(instance)" }
        if let revision = event.revision { metadata["revision"] = "\(revision)" }
        parts.logger.log(level: event.kind.level, "event", metadata: metadata)
    }
}
