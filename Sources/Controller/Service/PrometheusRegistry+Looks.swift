import Autoscaling
import Monitoring
import Orchestration
import Shared

extension PrometheusRegistry {
    /// Counts a look at a host.
    func record(_ look: LookTimes, host: String) {
        record(MetricNames.hostLookLateness, [host], max(0, look.due.duration(to: look.begun).seconds))
        let outcome = look.isAnswered ? "ok" : "failed"
        record(MetricNames.hostLook, [host, outcome], look.begun.duration(to: look.ended).seconds)
    }
}
