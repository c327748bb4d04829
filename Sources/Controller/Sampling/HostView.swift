import Autoscaling
import Synchronization

/// What the hypervisor last said, shared between the sampler that asks and the reconciler that looks.
public final class HostView: Sendable {
    /// One look at the hypervisor.
    public struct Snapshot: Sendable {
        /// The domains of the group, or `nil` while the hypervisor does not answer.
        public var domains: [FleetObservation.Domain]?
        /// The domains of the group when the hypervisor last answered.
        public var known: [FleetObservation.Domain] = []
        /// The last sample of each running domain.
        public var samples: [String: HostSample]
    }

    private let state = Mutex(Snapshot(domains: nil, samples: [:]))

    /// Nothing known yet.
    public init() {}

    /// The last look.
    public var snapshot: Snapshot { state.withLock { $0 } }

    func replace(_ snapshot: Snapshot) {
        state.withLock { state in
            let known = snapshot.domains ?? state.known
            state = snapshot
            state.known = known
        }
    }
}
