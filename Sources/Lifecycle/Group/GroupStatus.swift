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

    package init(
        group: String,
        mode: String,
        minimum: Int,
        maximum: Int,
        boundsInForce: GroupBounds? = nil,
        counts: [String: Int],
        standbyMemory: UInt64,
        revision: UInt64,
        endpoints: [Endpoint],
        instances: [Instance],
        breaker: String? = nil,
        rollout: Rollout? = nil,
        steering: GroupSteering? = nil,
        sizeLimits: [String]? = nil,
        isStoreFailing: Bool,
        isHypervisorLost: Bool,
        decision: Decision? = nil,
        decidedAt: Date? = nil,
        lastOrder: Decision? = nil,
        lastOrderAt: Date? = nil
    ) {
        self.group = group
        self.mode = mode
        self.minimum = minimum
        self.maximum = maximum
        self.boundsInForce = boundsInForce
        self.counts = counts
        self.standbyMemory = standbyMemory
        self.revision = revision
        self.endpoints = endpoints
        self.instances = instances
        self.breaker = breaker
        self.rollout = rollout
        self.steering = steering
        self.sizeLimits = sizeLimits
        self.isStoreFailing = isStoreFailing
        self.isHypervisorLost = isHypervisorLost
        self.decision = decision
        self.decidedAt = decidedAt
        self.lastOrder = lastOrder
        self.lastOrderAt = lastOrderAt
    }
}
