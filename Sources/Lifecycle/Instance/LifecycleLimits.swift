/// The deadlines and counts of an instance's life.
package struct LifecycleLimits: Sendable, Hashable {
    /// From the order to start until the first health probe has passed.
    package var startDeadline: Duration
    /// From the order to wake from standby until the health probe has passed.
    package var resumeDeadline: Duration
    /// How long a failed instance may still hold its place as capacity on its way, beyond the time of its start: destroying
    /// it takes a moment, and the next attempt begins at once. A destroy that hangs must not keep the group small.
    package var destroyGrace: Duration
    /// How long pausing or saving may take.
    package var parkDeadline: Duration
    /// Failed attempts after which an instance is quarantined.
    package var attempts: Int
    /// How long a quarantine lasts.
    package var quarantine: Duration
    /// How long, after a restart of the controller, an endpoint from the ledger is kept while its agent reconnects.
    package var adoptionGrace: Duration
    /// Failed health probes in a row that withdraw an endpoint.
    package var probeFailures: Int
    /// How long an instance may be unhealthy before it is replaced.
    package var replaceAfter: Duration
    /// How long an instance that was woken only to be refreshed stays awake.
    package var refreshHold: Duration
    /// How long after a failed removal of a clone the next one is tried.
    package var removalRetry: Duration

    /// Limits; the defaults suit a guest that boots within a minute.
    package init(
        startDeadline: Duration = .seconds(180),
        resumeDeadline: Duration = .seconds(30),
        destroyGrace: Duration = .seconds(15),
        parkDeadline: Duration = .seconds(60),
        attempts: Int = 2,
        quarantine: Duration = .seconds(1800),
        adoptionGrace: Duration = .seconds(15),
        probeFailures: Int = 3,
        replaceAfter: Duration = .seconds(60),
        refreshHold: Duration = .seconds(10),
        removalRetry: Duration = .seconds(30)
    ) {
        self.startDeadline = startDeadline
        self.resumeDeadline = resumeDeadline
        self.destroyGrace = destroyGrace
        self.parkDeadline = parkDeadline
        self.attempts = attempts
        self.quarantine = quarantine
        self.adoptionGrace = adoptionGrace
        self.probeFailures = probeFailures
        self.replaceAfter = replaceAfter
        self.refreshHold = refreshHold
        self.removalRetry = removalRetry
    }
}
