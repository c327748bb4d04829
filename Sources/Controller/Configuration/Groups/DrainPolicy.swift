/// How an instance is taken out of service.
public struct DrainPolicy: Sendable, Hashable {
    /// How long work in flight may take to finish before the instance is stopped all the same.
    public var timeout: Duration
    /// How long the guest may take to shut down before it is destroyed.
    public var stopTimeout: Duration
    /// How long a client that does not acknowledge the withdrawal is taken to send still.
    public var lease: Duration

    /// A policy.
    public init(
        timeout: Duration = .seconds(60),
        stopTimeout: Duration = .seconds(60),
        lease: Duration = .seconds(5)
    ) {
        self.timeout = timeout
        self.stopTimeout = stopTimeout
        self.lease = lease
    }
}
