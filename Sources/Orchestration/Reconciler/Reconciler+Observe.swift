import Autoscaling
import Foundation
import Libvirt
import Lifecycle
import Logging
import Wire

extension Reconciler {
    /// A woken guest's clock may be off by this much, seconds: reports take their time on a busy host.
    private static let clockTolerance = 2.0

    /// After which time without a report an agent is not heard any more.
    private static func silence(_ interval: Duration) -> Duration {
        max(interval * LoadEstimate.freshIntervals, .seconds(5))
    }

    /// Reads the wall clock and puts the bounds into force that hold now, for engine and fleet alike.
    package func look(_ state: inout State, at date: Date) {
        let calendar = CalendarTime(date, hasSchedules: !state.engine.policy.schedules.isEmpty)
        let bounds = state.engine.boundsInForce(at: calendar)
        state.calendar = calendar
        state.bounds = bounds
        state.fleet.settings.maximum = bounds.max
    }

    /// Shows those who ask what there is now.
    func publish(_ state: State, now: MonotonicInstant) {
        parts.status.publish(
            state.fleet,
            bounds: state.bounds.map(GroupBounds.init),
            now: now,
            storeFails: state.storeFails,
            hypervisorLost: state.hypervisorLost
                || !state.silentHosts.isEmpty && state.silentHosts.count == parts.hosts.count
        )
    }

    /// The facts that the fleet looks at.
    func observe(_ state: State, now: MonotonicInstant) -> FleetObservation {
        let (snapshot, hosts) = sight(of: state, now: now)
        board.confirmStarts(active: Set((snapshot.domains ?? []).filter(\.isActive).map(\.uuid)))
        let names = Dictionary((snapshot.domains ?? []).map { ($0.uuid, $0.name) }) { $1 }
        board.notePaused((snapshot.domains ?? []).filter { $0.isActive && !$0.isRunning }.map(\.uuid), at: now)
        var observation = FleetObservation(
            domains: snapshot.domains,
            takenNames: state.fleet.cloneTemplate == nil ? [] : parts.view.names,
            agents: state.group.service.hasAgent ? agents(state, names, now: now) : guests(state, snapshot),
            starts: board.starts,
            done: done(snapshot),
            probes: board.probes,
            hooks: board.hooks,
            acknowledged: parts.directory.acknowledgedDepartures,
            hostRoom: nil,
            cloneNeed: nil
        )
        observation.hosts = hosts
        return observation
    }

    /// The agents that are registered.
    private func agents(
        _ state: State,
        _ names: [String: String],
        now: MonotonicInstant
    ) -> [String: FleetObservation.Agent] {
        let resumedAt = board.resumedAt
        let mine = Set(names.keys).union(state.fleet.instances.keys)
        var agents: [String: FleetObservation.Agent] = [:]
        for (uuid, session) in parts.registry.sessions(of: mine) {
            // While the hypervisor is silent the ledger's name holds: what a guest calls itself is no change.
            let name = names[uuid] ?? state.fleet.instances[uuid]?.name ?? session.registration.hostname
            let port = session.registration.port
            let endpoint = Endpoint(
                id: uuid,
                name: name,
                // What the group says goes before what the agent says.
                url: state.group.service.namesPlace
                    ? state.group.service.url(address: session.address, name: name, agentPort: port)
                    : session.endpointURL
            )
            var agent = FleetObservation.Agent(
                endpoint: endpoint,
                session: session.number,
                isConnected: session.isConnected,
                isAwake: Self.isAwake(session, since: resumedAt[uuid]),
                work: session.work(at: now, age: interval * LoadEstimate.freshIntervals)
            )
            agent.isReporting = session.reportedAt.map { $0.duration(to: now) <= Self.silence(interval) } ?? false
            agents[uuid] = agent
        }
        return agents
    }

    /// Guests without an agent, as an agent of each would say it: it is there while its domain is active and its address
    /// is known. Nobody in it knows its clock or counts its work.
    private func guests(_ state: State, _ snapshot: HostView.Snapshot) -> [String: FleetObservation.Agent] {
        // While the hypervisor is silent what it said last holds.
        snapshot.known.reduce(into: [:]) { guests, domain in
            guard domain.isActive, let entry = parts.group.guests.entry(of: domain.uuid, run: domain.run) else {
                return
            }
            guests[domain.uuid] = FleetObservation.Agent(
                endpoint: Endpoint(
                    id: domain.uuid,
                    name: domain.name,
                    url: state.group.service.url(address: entry.address, name: domain.name)
                ),
                session: entry.session,
                isConnected: true
            )
        }
    }

    private static func isAwake(_ session: AgentRegistry.Session, since resumedAt: MonotonicInstant?) -> Bool {
        guard let reportedAt = session.reportedAt, let offset = session.clockOffset else { return false }
        return reportedAt > resumedAt ?? MonotonicInstant(nanoseconds: .min) && abs(offset) <= clockTolerance
    }

    /// What a domain takes of the host when it runs.
    package func need(of uuid: String) -> HostRoom.Need? {
        parts.view.snapshot.known.first { $0.uuid == uuid }?.need
    }

    /// Lets the engine decide on this tick's loads; `nil` when nothing can be decided.
    func decide(
        _ state: inout State,
        _ observation: FleetObservation,
        _ estimates: [(Instance, LoadEstimate)],
        _ step: inout FleetStep,
        now: MonotonicInstant,
        date: Date
    ) -> Decision? {
        report(estimates, date: date)
        // Without the hypervisor nothing can be started, so nothing is decided: the overload counts anew afterwards.
        // The same while the store fails, for an order that cannot be written down is not carried out.
        guard observation.domains != nil, !state.storeFails else { return nil }
        let input = groupObservation(state, estimates, observation, now: now)
        let decision = state.engine.decide(input, now: now, calendar: state.calendar)
        state.fleet.desired = decision.desired
        parts.status.publish(decision, at: date)
        parts.trace?.record(decision, calendar: state.calendar)
        parts.logger.debug("decision", metadata: ["reason": "\(decision.reason)"])
        tell(decision, &state, &step, date: date)
        tellQueries(decision, &state, &step, date: date)
        switch decision.order {
        case .scaleOut(let count):
            step.events.append(ControllerEvent(.scaleOutDecided, at: date, detail: decision.reason))
            step.append(state.fleet.scaleOut(by: count, reason: decision.reason, now: now, date: date))
        case .scaleIn(let count):
            step.events.append(ControllerEvent(.scaleInDecided, at: date, detail: decision.reason))
            let work = observation.agents.compactMapValues { $0.work?.pending }
            step.append(
                state.fleet.scaleIn(by: count, work: work, reason: decision.reason, now: now, date: date)
            )
        case .hold: break
        }
        return decision
    }

    func estimates(of fleet: Fleet, now: MonotonicInstant) -> [(Instance, LoadEstimate)] {
        let samples = parts.view.samples
        let sessions = parts.registry.sessions(of: fleet.instances.keys)
        return fleet.ordered { ![.off, .standby, .creating, .removing].contains($0.state) }.map { instance in
            var estimate = LoadEstimate(
                id: instance.uuid,
                host: samples[instance.uuid],
                guest: sessions[instance.uuid]?.sample,
                earlier: sessions[instance.uuid]?.earlierSample,
                interval: interval,
                hasAgent: parts.group.configuration.service.hasAgent,
                now: now
            )
            estimate.inServiceSince = fleet.memory[instance.uuid].servingSince
            return (instance, estimate)
        }
    }

    private func report(_ estimates: [(Instance, LoadEstimate)], date: Date) {
        let samples = parts.view.samples
        for (instance, estimate) in estimates {
            parts.activity?.record(instance, estimate, samples[instance.uuid], at: date)
            parts.logger.debug(
                "sample",
                metadata: estimate.metadata(instance, host: samples[instance.uuid], at: date)
            )
        }
    }

    private func groupObservation(
        _ state: State,
        _ estimates: [(Instance, LoadEstimate)],
        _ observation: FleetObservation,
        now: MonotonicInstant
    ) -> GroupObservation {
        let fleet = state.fleet
        // After the step: what it took in or ordered is known to it now, at the first look as well.
        let startable = fleet.startable(observation)
        let isRollingOut = fleet.templates.rollout?.isActive ?? false
        let ready = fleet.quickest.count { $0.state != .off }
        var group = GroupObservation(
            inService: estimates.filter { $0.0.state == .inService }.map(\.1),
            coming: fleet.coming(at: now),
            draining: fleet.instances.values.count { $0.state == .draining || $0.state == .stopping },
            standby: ready,
            reserve: fleet.reserve.count + fleet.clonable,
            counted: fleet.counted,
            hostRoom: startable.count,
            breaker: fleet.breaker.reason(at: now),
            // A rollout decides itself who leaves: a scale in could take the new one.
            removable: isRollingOut ? 0 : fleet.removable,
            lastInService: fleet.lastInService,
            replacing: (isRollingOut && fleet.templates.rollout?.current != nil ? 1 : 0) + fleet.beingEvacuated,
            steering: fleet.steering.forEngine
        )
        group.hostShortage = startable.shortage
        if parts.hosts.count > 1 {
            let isElsewhere = observation.hosts.contains { $0.answers && !$0.isCordoned && !$0.isStarved }
            group.hasRoomElsewhere = isElsewhere && (startable.count.map { $0 > 0 } ?? true)
        }
        group.waiting = fleet.waitingForRoom
        group.queries = parts.queries.readings(of: state.engine.policy.queries)
        return group
    }

    /// Tells of what began or ended with this decision: an overload, a scale out that something stands against.
    private func tell(_ decision: Decision, _ state: inout State, _ step: inout FleetStep, date: Date) {
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
        let blocked = Set(decision.clamps.filter { $0.name.blocksScaleOut && $0.to < $0.from }.map(\.name))
        if let new = decision.clamps.first(where: { blocked.contains($0.name) && !state.blocked.contains($0.name) }) {
            step.events.append(
                ControllerEvent(
                    new.name == .noReserve ? .reserveEmpty : .scaleOutBlocked,
                    at: date,
                    detail: decision.reason.contains(new.why) ? decision.reason : "\(new.why); \(decision.reason)"
                )
            )
        }
        state.blocked = blocked
    }
}
