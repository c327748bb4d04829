/// What a simulation came to.
package struct SimulationResult: Sendable, Hashable, Codable {
    /// An order that was given.
    package struct Event: Sendable, Hashable, Codable {
        /// Seconds since the beginning.
        package var second: Int
        /// In service and coming, before.
        package var size: Int
        /// What was ordered.
        package var order: Decision.Order
        /// Why.
        package var reason: String
    }

    /// One point of the chart.
    package struct Point: Sendable, Hashable, Codable {
        /// Seconds since the beginning.
        package var second: Int
        /// Requests that arrived in the second.
        package var arrivals: Double
        /// Instances in service.
        package var serving: Int
        /// Instances on the way.
        package var coming: Int
        /// What arrivals and waiting work needed of the capacity in service, percent.
        package var need: Double
        /// Requests that wait.
        package var queued: Double
    }

    /// The workload.
    package var workload: String
    /// The autoscaler.
    package var autoscaler: String
    /// Hours of instances that ran, from the order to their end.
    package var instanceHours = 0.0
    /// Hours of instances held in standby.
    package var standbyHours = 0.0
    /// Seconds in which those in service had more to do than the target allows.
    package var secondsOverTarget = 0
    /// Requests that arrived.
    package var requests = 0.0
    /// Requests that waited too long.
    package var late = 0.0
    /// Requests that were refused.
    package var refused = 0.0
    /// Scale outs within five minutes after a scale in.
    package var flaps = 0
    /// The orders.
    package var events: [Event] = []
    /// The time series, one point a second.
    package var series: [Point] = []

    init(workload: String, autoscaler: String) {
        self.workload = workload
        self.autoscaler = autoscaler
    }
}
