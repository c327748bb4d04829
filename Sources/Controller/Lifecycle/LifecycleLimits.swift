/// The deadlines and counts of an instance's life.
public struct LifecycleLimits: Sendable, Hashable {
    /// From the order to start until the first health probe has passed.
    public var startDeadline: Duration
    /// From the order to wake from standby until the health probe has passed.
    public var resumeDeadline: Duration
    /// How long a failed instance may still hold its place as capacity on its way, beyond the time of its start: destroying
    /// it takes a moment, and the next attempt begins at once. A destroy that hangs must not keep the group small.
    public var destroyGrace: Duration
    /// How long pausing or saving may take.
    public var parkDeadline: Duration
    /// Failed attempts after which an instance is quarantined.
    public var attempts: Int
    /// How long a quarantine lasts.
    public var quarantine: Duration
    /// How long, after a restart of the controller, an endpoint from the ledger is kept while its agent reconnects.
    public var adoptionGrace: Duration
    /// Failed health probes in a row that withdraw an endpoint.
    public var probeFailures: Int
    /// How long an instance may be unhealthy before it is replaced.
    public var replaceAfter: Duration
    /// How long an instance that was woken only to be refreshed stays awake.
    public var refreshHold: Duration
    /// How long after a failed removal of a clone the next one is tried.
    public var removalRetry: Duration

    /// Limits; the defaults suit a guest that boots within a minute.
    public init(
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
