import Shared
import Wire

/// A service in the guest that clients reach without the agent.
package struct BesideService: Sendable {
    /// Where clients reach it: a URL with `{address}` for the guest's address.
    package var endpoint: String
    /// The port on which its connections are counted.
    package var port: UInt16
    /// Where it says that it is well; without one a connection to the port is enough.
    package var health: String?
    /// A command that says it by its exit status, by `sh -c`; in place of ``health``.
    package var healthCommand: String?
    /// Its page of metrics, and what to read there.
    package var metrics: ServiceMetrics?
    /// The cgroup of its processes below `/sys/fs/cgroup`, such as `system.slice/app.service`.
    package var controlGroup: String?
    /// A command that is run once when the service is to finish, by `sh -c`.
    package var drainCommand: String?
    /// The time between two looks at it.
    package var interval = Duration.seconds(1)
    /// The longest wait for its health or its metrics.
    package var timeout = Duration.seconds(2)

    /// A service.
    package init(endpoint: String, port: UInt16) {
        self.endpoint = endpoint
        self.port = port
    }
}

/// A page in Prometheus' text format, and the names of what tells the load.
package struct ServiceMetrics: Sendable, Equatable {
    /// The page's URL.
    package var url: String
    /// A gauge: requests being worked on.
    package var inFlight: String?
    /// A histogram or summary of the time of a request in seconds, without `_sum`, `_count` and `_bucket`.
    package var duration: String?

    /// A page.
    package init(url: String, inFlight: String? = nil, duration: String? = nil) {
        self.url = url
        self.inFlight = inFlight
        self.duration = duration
    }
}
