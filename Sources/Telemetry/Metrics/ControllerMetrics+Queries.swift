import Autoscaling
import Lifecycle
import Monitoring
import Orchestration
import Shared

extension ControllerMetrics {
    /// What the queries of the groups' rules came to.
    static func collectQueries(_ sources: Sources, into snapshot: inout MetricSnapshot) {
        let now = sources.clock.now
        for group in sources.groups {
            for (index, rule) in group.configuration.policy.rules.enumerated() {
                guard case .prometheus(let target) = rule, let record = sources.queries[query: target.query] else {
                    continue
                }
                let labels = [group.name, "\(index)"]
                snapshot.set(MetricNames.queryValue, labels, record.reading.value)
                snapshot.set(MetricNames.queryAge, labels, record.answeredAt.map { $0.duration(to: now).seconds })
                for cause in QueryFailure.Cause.allCases {
                    let count = record.failures[cause] ?? 0
                    snapshot.set(MetricNames.queryFailures, labels + [cause.rawValue], Double(count))
                }
            }
        }
    }
}
