/// What a simulation came to.
public struct SimulationResult: Sendable, Hashable, Codable {
    /// An order that was given.
    public struct Event: Sendable, Hashable, Codable {
        /// Seconds since the beginning.
        public var second: Int
        /// In service and coming, before.
        public var size: Int
        /// What was ordered.
        public var order: Decision.Order
        /// Why.
        public var reason: String
    }

    /// One point of the chart.
    public struct Point: Sendable, Hashable, Codable {
        /// Seconds since the beginning.
        public var second: Int
        /// Requests that arrived in the second.
        public var arrivals: Double
        /// Instances in service.
        public var serving: Int
        /// Instances on the way.
        public var coming: Int
        /// What arrivals and waiting work needed of the capacity in service, percent.
        public var need: Double
        /// Requests that wait.
        public var queued: Double
    }

    /// The workload.
    public var workload: String
    /// The autoscaler.
    public var autoscaler: String
    /// Hours of instances that ran, from the order to their end.
    public var instanceHours = 0.0
    /// Hours of instances held in standby.
    public var standbyHours = 0.0
    /// Seconds in which those in service had more to do than the target allows.
    public var secondsOverTarget = 0
    /// Requests that arrived.
    public var requests = 0.0
    /// Requests that waited too long.
    public var late = 0.0
    /// Requests that were refused.
    public var refused = 0.0
    /// Scale outs within five minutes after a scale in.
    public var flaps = 0
    /// The orders.
    public var events: [Event] = []
    /// The time series, one point a second.
    public var series: [Point] = []

    init(workload: String, autoscaler: String) {
        self.workload = workload
        self.autoscaler = autoscaler
    }
}
