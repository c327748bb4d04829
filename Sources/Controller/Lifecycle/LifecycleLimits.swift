/// The deadlines and counts of an instance's life.
public struct LifecycleLimits: Sendable, Hashable {
    /// From the order to start until the first health probe has passed.
    public var startDeadline: Duration
    /// Failed attempts after which an instance is quarantined.
    public var attempts: Int
    /// How long a quarantine lasts.
    public var quarantine: Duration
    /// How long, after a restart of the controller, an endpoint from the ledger is kept while its agent reconnects.
    public var adoptionGrace: Duration
    /// Failed health probes in a row that withdraw an endpoint.
    public var probeFailures: Int

    /// Limits; the defaults suit a guest that boots within a minute.
    public init(
        startDeadline: Duration = .seconds(180),
        attempts: Int = 2,
        quarantine: Duration = .seconds(1800),
        adoptionGrace: Duration = .seconds(15),
        probeFailures: Int = 3
    ) {
        self.startDeadline = startDeadline
        self.attempts = attempts
        self.quarantine = quarantine
        self.adoptionGrace = adoptionGrace
        self.probeFailures = probeFailures
    }
}
