import Autoscaling
import Lifecycle
import Wire

/// The first group's settings, for what knows one group only.
extension ControllerConfiguration {
    /// The range in which the guests' addresses lie.
    package var hosts: CIDR { groups[0].hosts }

    /// Deadlines and counts of an instance's life.
    package var limits: LifecycleLimits { groups[0].limits }

    /// The first threshold rule; the standard one when there is none.
    package var policy: ThresholdPolicy {
        for case .threshold(let policy) in groups[0].policy.rules { return policy }
        return ThresholdPolicy()
    }

    /// A configuration of one group with that threshold rule alone.
    package init(
        hosts: CIDR,
        uri: HypervisorURI,
        listen: HostPort,
        stateDirectory: String,
        policy: ThresholdPolicy,
        interval: Duration,
        limits: LifecycleLimits,
        issuing: IssuingPolicy,
        advertise: [String],
        logFile: String?
    ) {
        var group = GroupConfiguration(hosts: hosts, limits: limits)
        group.policy.rules = [.threshold(policy)]
        self.init(
            group: group,
            uri: uri,
            listen: listen,
            stateDirectory: stateDirectory,
            interval: interval,
            issuing: issuing,
            advertise: advertise,
            logFile: logFile
        )
    }
}
