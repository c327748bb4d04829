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
        parts.eventBus.tell(
            .step(
                EventBus.Step(
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
        now: MonotonicInstant,
        date: Date
    ) -> TickRecord {
        let set = parts.directory.current
        let reach = parts.directory.reach
        let demands = estimates.filter { $0.0.state == .inService }.compactMap(\.1.demand)
        var record = TickRecord(group: state.group.name, at: date, policy: state.engine.policy)
        record.boundsInForce = state.bounds.map(GroupBounds.init)
        record.threshold = state.engine.policy.rules.compactMap(\.actingLoad).min()
        record.capacity = decision?.capacity
        record.desired = decision?.desired
        record.demand = demands.isEmpty ? nil : demands.reduce(0, +)
        record.overloaded = decision?.overloaded
        record.order = decision?.order.words
        record.reason = decision?.reason
        record.whatWouldChange = decision?.whatWouldChange
        record.revision = set.revision
        record.endpoints = set.endpoints.count
        record.watchers = reach.watchers
        record.acknowledged = reach.acknowledged
        record.instances = instances(state, estimates, now: now)
        return record
    }

    /// The instances that are not off, in numbers.
    private func instances(
        _ state: State,
        _ estimates: [(Instance, LoadEstimate)],
        now: MonotonicInstant
    ) -> [TickRecord.Instance] {
        let loads = Dictionary(estimates.map { ($0.0.uuid, $0.1) }) { $1 }
        let samples = parts.view.samples
        let sessions = parts.registry.sessions(of: state.fleet.instances.keys)
        return state.fleet.ordered { $0.state != .off }.map { instance in
            let load = loads[instance.uuid]
            let session = sessions[instance.uuid]
            // A report that is too old for the engine is too old for a chart.
            let report = load?.guestAge == nil ? nil : session?.report
            var record = TickRecord.Instance(instance)
            record.standby = instance.state == .standby ? instance.standby : nil
            record.host = load?.hostAge == nil ? nil : samples[instance.uuid]?.utilization
            record.guest = load?.guestBusy
            record.steal = load?.steal
            record.utilization = load?.utilization
            record.demand = load?.demand
            record.requestsPerSecond = report?.requestsPerSecond
            record.p50 = report?.serviceTimeP50
            record.p99 = report?.serviceTimeP99
            record.inFlight = report?.inFlight
            record.queued = report?.queued
            record.reportAge = session?.reportedAt.map { $0.duration(to: now).seconds }
            return record
        }
    }
}
