import Autoscaling
import Lifecycle
import Synchronization

/// What the hypervisor last said, shared between the sampler that asks and the reconciler that looks.
package final class HostView: Sendable {
    /// One look at the hypervisor.
    package struct Snapshot: Sendable {
        /// The domains of the group, or `nil` while the hypervisor does not answer.
        package var domains: [FleetObservation.Domain]?
        /// When the hypervisor was asked for them.
        package var readAt: MonotonicInstant?
        /// The domains of the group when the hypervisor last answered.
        package var known: [FleetObservation.Domain] = []
        /// The last sample of each running domain.
        package var samples: [String: HostSample]
        /// The names of all domains of the hypervisor when it last answered.
        package var names: Set<String> = []
        /// The domain that the group's clones are made from, when the hypervisor last answered.
        package var template: FleetObservation.Domain?
    }

    private let state = Mutex(Snapshot(domains: nil, samples: [:]))

    /// Nothing known yet.
    package init() {}

    /// The last look.
    package var snapshot: Snapshot { state.withLock { $0 } }

    package func replace(_ snapshot: Snapshot) {
        state.withLock { state in
            let before = state
            state = snapshot
            state.known = snapshot.domains ?? before.known
            guard snapshot.domains == nil else { return }
            state.names = before.names
            state.template = before.template
        }
    }
}
