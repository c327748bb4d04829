import Foundation

/// What there is to say about one host.
package struct HostStatus: Sendable, Hashable, Codable {
    /// Whether a host can be used.
    package enum State: String, Sendable, Hashable, Codable {
        /// Its hypervisor answers.
        case answers
        /// Its hypervisor does not answer; what runs there serves on.
        case silent
        /// It was given up by a group, since its agents are silent too.
        case lost
    }

    /// An instance on it that is not off.
    package struct Member: Sendable, Hashable, Codable {
        /// The group.
        package var group: String
        /// The instance's name.
        package var name: String
        /// Its state.
        package var state: InstanceState
        /// Whether another host has a domain of its UUID or name: then neither is touched.
        package var isDisputed: Bool

        /// An instance.
        package init(group: String, name: String, state: InstanceState, isDisputed: Bool) {
            self.group = group
            self.name = name
            self.state = state
            self.isDisputed = isDisputed
        }
    }

    /// The name.
    package var name: String
    /// The libvirt connection.
    package var uri: String
    /// What placement can ask for.
    package var labels: [String: String]
    /// Whether it can be used.
    package var state: State
    /// Seconds since its hypervisor last answered; `nil`: it has not yet.
    package var answerAge: Double?
    /// Why it does not answer, in words.
    package var failure: String?
    /// Whether no instance is started or woken there.
    package var isCordoned: Bool
    /// Whether those that are there have to leave.
    package var isEvacuating: Bool
    /// Who asked for that; `nil`: nobody did.
    package var by: String?
    /// Since when.
    package var since: Date?
    /// Why the evacuation does not go on, or what stays, in words.
    package var waiting: String?
    /// Its CPUs; `nil` before it answered.
    package var cpus: Int?
    /// vCPUs of the domains that run.
    package var vCPUsInUse: Int?
    /// Its memory, bytes.
    package var memoryTotal: UInt64?
    /// Memory that new domains could get, bytes.
    package var memoryAvailable: UInt64?
    /// What it withholds from the vCPUs of its domains, in percent of what these would use.
    package var steal: Double?
    /// Domains that are active, whosever they are.
    package var activeDomains: Int
    /// Those of them whose QEMU does not answer.
    package var hungDomains: [String]
    /// The instances on it that are not off.
    package var instances: [Member]

    /// A host of which nothing is known yet.
    package init(name: String, uri: String, labels: [String: String]) {
        self.name = name
        self.uri = uri
        self.labels = labels
        state = .silent
        isCordoned = false
        isEvacuating = false
        activeDomains = 0
        hungDomains = []
        instances = []
    }
}
