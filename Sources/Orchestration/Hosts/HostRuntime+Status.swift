import Autoscaling
import ConfigurationValues
import Foundation
import Lifecycle
import Wire

extension HostRuntime {
    /// Everything there is to say about the host.
    package func status(groups: [GroupRuntime], now: MonotonicInstant) -> HostStatus {
        let (sight, asked) = (lastSight, asked)
        var status = HostStatus(
            name: name,
            uri: configuration.uri.rawValue,
            labels: configuration.labels
        )
        status.state = sight.answers ? .answers : .silent
        status.answerAge = sight.answeredAt.map { max(0, $0.duration(to: now) / .seconds(1)) }
        status.failure = sight.failure
        status.isCordoned = asked?.isCordoned ?? false
        status.isEvacuating = asked?.isEvacuating ?? false
        status.by = asked?.by
        status.since = asked?.since
        if let figures = capacity.figures {
            status.cpus = figures.cpus
            status.vCPUsInUse = figures.vCPUsInUse
            status.memoryTotal = figures.memoryTotal
            status.memoryAvailable = figures.memoryAvailable
        }
        status.steal = sight.steal
        status.activeDomains = sight.active
        status.hungDomains = sight.hung
        for group in groups {
            guard let fleet = group.status.fleet else { continue }
            if fleet.lostHosts.contains(name) { status.state = .lost }
            if let waiting = fleet.evacuationWaits[name] {
                status.waiting = [status.waiting, "\(group.name): \(waiting)"].compactMap(\.self).joined(
                    separator: "; "
                )
            }
            status.instances += fleet.ordered.filter { fleet.host(of: $0) == name && $0.state != .off }.map {
                instance in
                HostStatus.Member(
                    group: group.name,
                    name: instance.name,
                    state: instance.state,
                    isDisputed: fleet.disputed[instance.uuid] != nil
                )
            }
        }
        return status
    }
}
