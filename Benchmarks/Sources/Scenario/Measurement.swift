import Autoscaling

/// The samples of one instance at one tick.
public struct Measurement: Sendable {
    /// The instance.
    public var id: String
    /// The hypervisor's sample, if any.
    public var host: HostSample?
    /// The agent's sample, if any.
    public var guest: GuestSample?
    /// The agent's sample of the tick before.
    public var earlier: GuestSample?
    /// When it came into service.
    public var inServiceSince: MonotonicInstant
    /// The moment of the tick.
    public var now: MonotonicInstant

    /// The load of the instance.
    public var estimate: LoadEstimate {
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
