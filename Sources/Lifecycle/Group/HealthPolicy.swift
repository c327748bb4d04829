/// How instances are probed, and when an unhealthy one is replaced. Counts and deadlines are in ``LifecycleLimits``.
package struct HealthPolicy: Sendable, Hashable {
    /// The time between two probes of an instance.
    package var interval: Duration
    /// How long a probe may take.
    package var timeout: Duration
    /// How long an instance may be withdrawn for failed probes before it is replaced.
    package var replaceAfter: Duration

    /// A policy.
    package init(
        interval: Duration = .seconds(1),
        timeout: Duration = .seconds(2),
        replaceAfter: Duration = .seconds(60)
    ) {
        self.interval = interval
        self.timeout = timeout
        self.replaceAfter = replaceAfter
    }
}
