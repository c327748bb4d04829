/// How an instance is taken out of service.
package struct DrainPolicy: Sendable, Hashable {
    /// How long work in flight may take to finish before the instance is stopped all the same.
    package var timeout: Duration
    /// How long the guest may take to shut down before it is destroyed.
    package var stopTimeout: Duration
    /// How long a client that does not acknowledge the withdrawal is taken to send still.
    package var lease: Duration

    /// A policy.
    package init(
        timeout: Duration = .seconds(60),
        stopTimeout: Duration = .seconds(60),
        lease: Duration = .seconds(5)
    ) {
        self.timeout = timeout
        self.stopTimeout = stopTimeout
        self.lease = lease
    }
}
