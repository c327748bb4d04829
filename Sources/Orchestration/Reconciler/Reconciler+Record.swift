import Autoscaling
import Foundation
import Lifecycle
import Monitoring
import Shared
import Wire

extension Reconciler {
    /// Tells those who look what a step changed.
    package func tell(_ step: FleetStep, of group: String, date: Date) {
        guard !step.changed.isEmpty || !step.removed.isEmpty || !step.events.isEmpty else { return }
        parts.observatory.tell(
            .step(
                Observatory.Step(
                    group: group,
                    at: date,
                    changed: step.changed,
                    removed: step.removed,
                    events: step.events
                )
            )
        )
    }

    /// The tick in numbers.
    package func record(
        _ state: State,
        _ estimates: [(Instance, LoadEstimate)],
        _ decision: Decision?,
        now: Moment,
        date: Date
    ) -> TickRecord {
        let set = parts.directory.current
        let reach = parts.directory.reach
        let demands = estimates.filter { $0.0.state == .inService }.compactMap(\.1.demand)
        let loads = Dictionary(estimates.map { ($0.0.uuid, $0.1) }) { $1 }
        let samples = parts.view.snapshot.samples
        let sessions = parts.registry.sessions
        return TickRecord(
            group: state.group.name,
            at: date,
            mode: state.engine.policy.mode,
            minimum: state.engine.policy.min,
            maximum: state.engine.policy.max,
            boundsInForce: state.bounds.map(GroupBounds.init),
            threshold: state.engine.policy.rules.map(\.actingLoad).min(),
            capacity: decision?.capacity,
            desired: decision?.desired,
            demand: demands.isEmpty ? nil : demands.reduce(0, +),
            overloaded: decision?.overloaded,
            order: decision?.order.words,
            reason: decision?.reason,
            whatWouldChange: decision?.whatWouldChange,
            revision: set.revision,
            endpoints: set.endpoints.count,
            watchers: reach.watchers,
            acknowledged: reach.acknowledged,
            instances: state.fleet.ordered.filter { $0.state != .off }.map { instance in
                let load = loads[instance.uuid]
                let session = sessions[instance.uuid]
                // A report that is too old for the engine is too old for a chart.
                let report = load?.guestAge == nil ? nil : session?.report
                return TickRecord.Instance(
                    uuid: instance.uuid,
                    name: instance.name,
                    state: instance.state,
                    standby: instance.state == .standby ? instance.standby : nil,
                    host: load?.hostAge == nil ? nil : samples[instance.uuid]?.utilization,
                    guest: load?.guestBusy,
                    steal: load?.steal,
                    utilization: load?.utilization,
                    demand: load?.demand,
                    requestsPerSecond: report?.requestsPerSecond,
                    p50: report?.serviceTimeP50,
                    p99: report?.serviceTimeP99,
                    inFlight: report?.inFlight,
                    queued: report?.queued,
                    reportAge: session?.reportedAt.map { $0.duration(to: now).seconds }
                )
            }
        )
    }
}
