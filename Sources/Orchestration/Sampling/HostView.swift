import Autoscaling
import Lifecycle
import Synchronization

/// What the hypervisors last said of one group, shared between the samplers that ask, one for each host, and the
/// reconciler that looks. Each host's part is as old as its own last answer.
package final class HostView: Sendable {
    /// One look at a hypervisor, or what is known of all of them together.
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
        /// Whether the image that the group's clones are made from is in a pool of the host; `nil` when that is unknown.
        package var hasImage: Bool?

        /// Nothing known.
        static let nothing = Snapshot(domains: nil, samples: [:])
    }

    private let hosts: [String]
    private let state: Mutex<[Snapshot]>

    /// Nothing known yet.
    ///
    /// - Parameter hosts: The hosts' names in the order of the configuration; one without a name by default.
    package init(hosts: [String] = [""]) {
        self.hosts = hosts
        state = Mutex(hosts.map { _ in .nothing })
    }

    /// What the hosts that answer say, together; without domains when none of them answers. Of several hosts it leaves out
    /// ``Snapshot/names``, which ``names`` has: they are many, and few need them.
    package var snapshot: Snapshot {
        let all = state.withLock { $0 }
        guard all.count != 1 else { return all[0] }
        var sum = Snapshot.nothing
        for one in all {
            if let domains = one.domains { sum.domains = (sum.domains ?? []) + domains }
            sum.readAt = [sum.readAt, one.readAt].compactMap(\.self).min()
            sum.known += one.known
            sum.samples.merge(one.samples) { $0.at < $1.at ? $1 : $0 }
            sum.template = sum.template ?? one.template
        }
        return sum
    }

    /// The names of all domains of the hosts when they last answered.
    package var names: Set<String> {
        state.withLock { $0 }.reduce(into: []) { $0.formUnion($1.names) }
    }

    /// The last sample of each running domain.
    package var samples: [String: HostSample] {
        let all = state.withLock { $0.map(\.samples) }
        guard all.count != 1 else { return all[0] }
        return all.reduce(into: [:]) { sum, samples in
            guard !samples.isEmpty else { return }
            sum.merge(samples) { $0.at < $1.at ? $1 : $0 }
        }
    }

    /// What each host said last, in the order of the configuration.
    package var snapshots: [(host: String, snapshot: Snapshot)] {
        let all = state.withLock { $0 }
        return zip(hosts, all).map { ($0, $1) }
    }

    /// What one host said last.
    package func snapshot(of host: String) -> Snapshot {
        guard let index = hosts.firstIndex(of: host) else { return .nothing }
        return state.withLock { $0[index] }
    }

    /// Keeps what a host says.
    ///
    /// - Parameter host: Its name; `nil`: the only one.
    package func replace(_ snapshot: Snapshot, host: String? = nil) {
        guard let index = host.map({ hosts.firstIndex(of: $0) }) ?? 0 else { return }
        state.withLock { state in
            let before = state[index]
            state[index] = snapshot
            state[index].known = snapshot.domains ?? before.known
            guard snapshot.domains == nil else { return }
            state[index].names = before.names
            state[index].template = before.template
            state[index].hasImage = before.hasImage
        }
    }
}
