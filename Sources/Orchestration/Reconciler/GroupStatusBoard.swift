import Autoscaling
import Foundation
import Lifecycle
import Synchronization
import Wire

/// What a group does and why, as the reconciler last saw it: shared with those who ask.
package final class GroupStatusBoard: Sendable {
    private struct State {
        var fleet: Fleet?
        var bounds: GroupBounds?
        var at = MonotonicInstant(nanoseconds: 0)
        var storeFails = false
        var hypervisorLost = false
        var decision: Decision?
        var decidedAt: Date?
        var lastOrder: Decision?
        var lastOrderAt: Date?
    }

    private let state = Mutex(State())

    func publish(_ fleet: Fleet, bounds: GroupBounds?, now: MonotonicInstant, storeFails: Bool, hypervisorLost: Bool) {
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
    package var asleep: Set<String> {
        state.withLock { state in
            Set(
                (state.fleet?.instances.values.filter { [.parking, .standby, .resuming].contains($0.state) } ?? [])
                    .map(\.uuid)
            )
        }
    }

    /// The fleet as it was last seen.
    package var fleet: Fleet? { state.withLock { $0.fleet } }

    /// Everything there is to say about the group.
    package func status(of group: GroupConfiguration, endpoints: EndpointSet, memory: [String: UInt64]) -> GroupStatus {
        state.withLock { state in
            let instances = state.fleet?.ordered ?? []
            let standby = instances.filter { $0.state == .standby }
            var status = GroupStatus(of: group)
            status.boundsInForce = state.bounds
            status.counts = Dictionary(instances.map { ($0.state.rawValue, 1) }, uniquingKeysWith: +)
            status.standbyMemory = standby.filter { $0.standby == .paused }.reduce(0) { $0 + (memory[$1.uuid] ?? 0) }
            status.revision = endpoints.revision
            status.endpoints = endpoints.endpoints
            status.instances = instances
            status.breaker = state.fleet?.breaker.reason(at: state.at)
            status.rollout = state.fleet?.templates.rollout
            status.steering = state.fleet.flatMap { $0.steering.isEmpty ? nil : $0.steering }
            status.isStoreFailing = state.storeFails
            status.isHypervisorLost = state.hypervisorLost
            status.decision = state.decision
            status.decidedAt = state.decidedAt
            status.lastOrder = state.lastOrder
            status.lastOrderAt = state.lastOrderAt
            let limits = status.steering?.size.map { status.limits(onSize: $0) } ?? []
            if !limits.isEmpty { status.sizeLimits = limits }
            return status
        }
    }
}
