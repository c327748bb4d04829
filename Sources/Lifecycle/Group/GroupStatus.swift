import Autoscaling
import Foundation
import Wire

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
    package var counts: [String: Int] = [:]
    /// Memory that paused instances hold, bytes.
    package var standbyMemory: UInt64 = 0
    /// The revision of the endpoint set.
    package var revision: UInt64 = 0
    /// Where clients are sent.
    package var endpoints: [Endpoint] = []
    /// The ledger, by name.
    package var instances: [Instance] = []
    /// Why no domain is started now; absent when domains are.
    package var breaker: String?
    /// The last rollout; absent before the first.
    package var rollout: Rollout?
    /// What operators ask beside the configuration; absent when nothing.
    package var steering: GroupSteering?
    /// What keeps a size that is held from taking effect, a sentence each; absent when nothing does.
    package var sizeLimits: [String]?
    /// Whether the store cannot be written.
    package var isStoreFailing: Bool = false
    /// Whether the hypervisor does not answer.
    package var isHypervisorLost: Bool = false
    /// The last decision; absent before the first.
    package var decision: Decision?
    /// When it was made.
    package var decidedAt: Date?
    /// The last decision that ordered something; absent before the first.
    package var lastOrder: Decision?
    /// When that was made.
    package var lastOrderAt: Date?
}

extension GroupStatus {
    /// What is known of a group before its first look.
    package init(of group: GroupConfiguration) {
        self.init(
            group: group.name,
            mode: group.policy.mode.rawValue,
            minimum: group.policy.min,
            maximum: group.policy.max
        )
    }
}
