import Autoscaling

/// The samples of one instance at one tick.
package struct Measurement: Sendable {
    /// The instance.
    package var id: String
    /// The hypervisor's sample, if any.
    package var host: HostSample?
    /// The agent's sample, if any.
    package var guest: GuestSample?
    /// The agent's sample of the tick before.
    package var earlier: GuestSample?
    /// When it came into service.
    package var inServiceSince: MonotonicInstant
    /// The moment of the tick.
    package var now: MonotonicInstant

    /// The load of the instance.
    package var estimate: LoadEstimate {
        LoadEstimate(
            id: id,
            host: host,
            guest: guest,
            earlier: earlier,
            interval: Fleet.interval,
            inServiceSince: inServiceSince,
            now: now
        )
    }
}
