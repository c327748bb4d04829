import Lifecycle
import Monitoring
import Orchestration
import Shared

/// What is told of the hosts.
extension ControllerMetrics {
    static func collectHosts(_ sources: Sources, into snapshot: inout MetricSnapshot) {
        for host in sources.hosts {
            let status = host.status(groups: sources.groups, now: sources.clock.now)
            let labels = [status.name]
            snapshot.set(MetricNames.hostUp, labels, status.state == .answers)
            snapshot.set(MetricNames.hostCordoned, labels, status.isCordoned)
            snapshot.set(MetricNames.hostMemoryAvailable, labels, status.memoryAvailable.map(Double.init))
            snapshot.set(MetricNames.hostVCPUs, labels, status.vCPUsInUse.map(Double.init))
            snapshot.set(MetricNames.hostSteal, labels, status.steal.map { $0 / 100 })
            snapshot.set(MetricNames.hostHungDomains, labels, Double(status.hungDomains.count))
            for group in sources.groups {
                let count = status.instances.count { $0.group == group.name }
                snapshot.set(MetricNames.hostInstances, [status.name, group.name], Double(count))
            }
        }
    }
}
