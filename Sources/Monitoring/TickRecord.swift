import Autoscaling
import Foundation
import Lifecycle

/// One tick of one group in numbers: what charts, metrics and the history are made of.
///
/// A value that nobody measured is absent, never zero.
package struct TickRecord: Codable, Sendable, Equatable {
    /// One instance at that tick. Those that are off are left out.
    package struct Instance: Codable, Sendable, Equatable {
        /// The domain's UUID.
        package var uuid: String
        /// The domain's name.
        package var name: String
        /// The place in life.
        package var state: InstanceState
        /// How it waits, in standby.
        package var standby: StandbyKind?
        /// CPU as the host sees it, percent of its vCPUs.
        package var host: Double?
        /// CPU as the guest sees it, percent of its vCPUs.
        package var guest: Double?
        /// Time that the vCPUs waited for the host, percent.
        package var steal: Double?
        /// The larger of both views, percent.
        package var utilization: Double?
        /// What the work there would need, percent of its capacity; above 100 when work waits.
        package var demand: Double?
        /// Requests answered a second, as its agent reports.
        package var requestsPerSecond: Double?
        /// Median service time, seconds.
        package var p50: Double?
        /// 99th percentile of the service time, seconds.
        package var p99: Double?
        /// Requests that are computed.
        package var inFlight: Int?
        /// Requests that wait.
        package var queued: Int?
        /// The age of the agent's last report, seconds.
        package var reportAge: Double?
    }

    /// The group's name.
    package var group: String
    /// When, by the wall clock.
    package var at: Date
    /// Whether orders are given: `on` or `off`.
    package var mode: GroupPolicy.Mode
    /// The fewest instances, as configured.
    package var minimum: Int
    /// The most domains, as configured.
    package var maximum: Int
    /// The bounds in force, which a schedule may have set; absent when they are not known.
    package var boundsInForce: GroupBounds?
    /// The smallest load that a rule acts on, percent: a target or a threshold; absent without such a rule.
    package var threshold: Double?
    /// The present size: in service and coming; absent when nothing was decided at this tick.
    package var capacity: Int?
    /// The size that the decision leads to; absent when nothing was decided at this tick.
    package var desired: Int?
    /// The demand of all in service that was measured, percent of one instance's capacity; absent when none was.
    package var demand: Double?
    /// Whether every instance in service is over the threshold; absent when nothing was decided at this tick.
    package var overloaded: Bool?
    /// What was decided, `hold`, `scale out by N` or `scale in by N`; absent when nothing was.
    package var order: String?
    /// Why, in one sentence; absent when nothing was decided at this tick.
    package var reason: String?
    /// What would change it, in one sentence; absent when nothing was decided at this tick.
    package var whatWouldChange: String?
    /// The revision of the endpoint set.
    package var revision: UInt64 = 0
    /// How many endpoints clients are told of.
    package var endpoints: Int = 0
    /// How many clients watch.
    package var watchers: Int = 0
    /// How many of those have put the present revision into effect.
    package var acknowledged: Int = 0
    /// The instances that are not off, by name.
    package var instances: [Instance] = []
}

extension TickRecord {
    /// A tick of which nothing is known but what was configured.
    package init(group: String, at date: Date, policy: GroupPolicy) {
        self.init(group: group, at: date, mode: policy.mode, minimum: policy.min, maximum: policy.max)
    }
}

extension TickRecord.Instance {
    /// An instance that nobody measured.
    package init(_ instance: Instance) {
        self.init(uuid: instance.uuid, name: instance.name, state: instance.state)
    }
}

extension Decision.Order {
    /// `hold`, `scale out by N` or `scale in by N`.
    package var words: String {
        switch self {
        case .hold: "hold"
        case .scaleOut(let count): "scale out by \(count)"
        case .scaleIn(let count): "scale in by \(count)"
        }
    }
}
