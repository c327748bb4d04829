import Autoscaling
import Foundation

/// One tick of one group in numbers: what charts, metrics and the history are made of.
///
/// A value that nobody measured is absent, never zero.
public struct TickRecord: Codable, Sendable, Equatable {
    /// One instance at that tick. Those that are off are left out.
    public struct Instance: Codable, Sendable, Equatable {
        /// The domain's UUID.
        public var uuid: String
        /// The domain's name.
        public var name: String
        /// The place in life.
        public var state: InstanceState
        /// How it waits, in standby.
        public var standby: StandbyKind?
        /// CPU as the host sees it, percent of its vCPUs.
        public var host: Double?
        /// CPU as the guest sees it, percent of its vCPUs.
        public var guest: Double?
        /// Time that the vCPUs waited for the host, percent.
        public var steal: Double?
        /// The larger of both views, percent.
        public var utilization: Double?
        /// What the work there would need, percent of its capacity; above 100 when work waits.
        public var demand: Double?
        /// Requests answered a second, as its agent reports.
        public var requestsPerSecond: Double?
        /// Median service time, seconds.
        public var p50: Double?
        /// 99th percentile of the service time, seconds.
        public var p99: Double?
        /// Requests that are computed.
        public var inFlight: Int?
        /// Requests that wait.
        public var queued: Int?
        /// The age of the agent's last report, seconds.
        public var reportAge: Double?
    }

    /// The group's name.
    public var group: String
    /// When, by the wall clock.
    public var at: Date
    /// Whether orders are given: `on` or `off`.
    public var mode: GroupPolicy.Mode
    /// The fewest instances.
    public var minimum: Int
    /// The most domains.
    public var maximum: Int
    /// The smallest load that a rule acts on, percent: a target or a threshold; absent without such a rule.
    public var threshold: Double?
    /// The present size: in service and coming; absent when nothing was decided at this tick.
    public var capacity: Int?
    /// The size that the decision leads to; absent when nothing was decided at this tick.
    public var desired: Int?
    /// The demand of all in service that was measured, percent of one instance's capacity; absent when none was.
    public var demand: Double?
    /// Whether every instance in service is over the threshold; absent when nothing was decided at this tick.
    public var overloaded: Bool?
    /// What was decided, `hold`, `scale out by N` or `scale in by N`; absent when nothing was.
    public var order: String?
    /// Why, in one sentence; absent when nothing was decided at this tick.
    public var reason: String?
    /// What would change it, in one sentence; absent when nothing was decided at this tick.
    public var whatWouldChange: String?
    /// The revision of the endpoint set.
    public var revision: UInt64
    /// How many endpoints clients are told of.
    public var endpoints: Int
    /// How many clients watch.
    public var watchers: Int
    /// How many of those have put the present revision into effect.
    public var acknowledged: Int
    /// The instances that are not off, by name.
    public var instances: [Instance]
}

extension Decision.Order {
    /// `hold`, `scale out by N` or `scale in by N`.
    public var words: String {
        switch self {
        case .hold: "hold"
        case .scaleOut(let count): "scale out by \(count)"
        case .scaleIn(let count): "scale in by \(count)"
        }
    }
}
