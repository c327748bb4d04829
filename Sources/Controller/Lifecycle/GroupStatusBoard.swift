import Autoscaling
import Foundation
import Lifecycle
import Shared
import Synchronization

/// What a group does and why, as the reconciler last saw it: shared with those who ask.
final class GroupStatusBoard: Sendable {
    private struct State {
        var fleet: Fleet?
        var bounds: GroupBounds?
        var at = Moment(nanoseconds: 0)
        var storeFails = false
        var hypervisorLost = false
        var decision: Decision?
        var decidedAt: Date?
        var lastOrder: Decision?
        var lastOrderAt: Date?
    }

    private let state = Mutex(State())

    func publish(_ fleet: Fleet, bounds: GroupBounds?, now: Moment, storeFails: Bool, hypervisorLost: Bool) {
        state.withLock { state in
            state.fleet = fleet
            state.bounds = bounds
            state.at = now
            state.storeFails = storeFails
            state.hypervisorLost = hypervisorLost
        }
    }

    func publish(_ decision: Decision, at date: Date) {
        state.withLock { state in
            state.decision = decision
            state.decidedAt = date
            guard decision.order != .hold else { return }
            state.lastOrder = decision
            state.lastOrderAt = date
        }
    }

    /// The instances whose agents cannot hear now.
    var asleep: Set<String> {
        state.withLock { state in
            Set(
                (state.fleet?.instances.values.filter { [.parking, .standby, .resuming].contains($0.state) } ?? [])
                    .map(\.uuid)
            )
        }
    }

    /// Everything there is to say about the group.
    func status(of group: GroupConfiguration, endpoints: EndpointSet, memory: [String: UInt64]) -> GroupStatus {
        state.withLock { state in
            let instances = state.fleet?.ordered ?? []
            let standby = instances.filter { $0.state == .standby }
            var status = GroupStatus(
                group: group.name,
                mode: group.policy.mode.rawValue,
                minimum: group.policy.min,
                maximum: group.policy.max,
                boundsInForce: state.bounds,
                counts: Dictionary(instances.map { ($0.state.rawValue, 1) }, uniquingKeysWith: +),
                standbyMemory: standby.filter { $0.standby == .paused }.reduce(0) { $0 + (memory[$1.uuid] ?? 0) },
                revision: endpoints.revision,
                endpoints: endpoints.endpoints,
                instances: instances,
                breaker: state.fleet?.breaker.reason(at: state.at),
                rollout: state.fleet?.templates.rollout,
                steering: state.fleet.flatMap { $0.steering.isEmpty ? nil : $0.steering },
                isStoreFailing: state.storeFails,
                isHypervisorLost: state.hypervisorLost,
                decision: state.decision,
                decidedAt: state.decidedAt,
                lastOrder: state.lastOrder,
                lastOrderAt: state.lastOrderAt
            )
            let limits = status.steering?.size.map { status.limits(onSize: $0) } ?? []
            if !limits.isEmpty { status.sizeLimits = limits }
            return status
        }
    }
}

/// What `GET /v1/groups` says of a group.
package struct GroupStatus: Codable, Sendable, Equatable {
    /// The group's name.
    package var group: String
    /// Whether orders are given: `on` or `off`.
    package var mode: String
    /// The fewest instances, as configured; a schedule may have set other bounds.
    package var minimum: Int
    /// The most domains, as configured.
    package var maximum: Int
    /// The bounds in force; absent before the first look.
    package var boundsInForce: GroupBounds?
    /// How many instances are in each state.
    package var counts: [String: Int]
    /// Memory that paused instances hold, bytes.
    package var standbyMemory: UInt64
    /// The revision of the endpoint set.
    package var revision: UInt64
    /// Where clients are sent.
    package var endpoints: [Endpoint]
    /// The ledger, by name.
    package var instances: [Instance]
    /// Why no domain is started now; absent when domains are.
    package var breaker: String?
    /// The last rollout; absent before the first.
    package var rollout: Rollout?
    /// What operators ask beside the configuration; absent when nothing.
    package var steering: GroupSteering?
    /// What keeps a size that is held from taking effect, a sentence each; absent when nothing does.
    package var sizeLimits: [String]?
    /// Whether the store cannot be written.
    package var isStoreFailing: Bool
    /// Whether the hypervisor does not answer.
    package var isHypervisorLost: Bool
    /// The last decision; absent before the first.
    package var decision: Decision?
    /// When it was made.
    package var decidedAt: Date?
    /// The last decision that ordered something; absent before the first.
    package var lastOrder: Decision?
    /// When that was made.
    package var lastOrderAt: Date?
}
