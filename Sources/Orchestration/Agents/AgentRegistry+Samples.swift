import Autoscaling
import Lifecycle
import Wire

extension AgentRegistry.Session {
    /// What the agent has to do, when its last report is at most `age` old.
    func work(at now: MonotonicInstant, age: Duration) -> FleetObservation.Work? {
        guard isConnected, let report, let reportedAt, reportedAt.duration(to: now) <= age else { return nil }
        // A service beside its agent has no queue that anybody knows of.
        let counted = report.inFlight.flatMap { inFlight in report.queued.map { inFlight + $0 } }
        guard let pending = [counted, report.admitted].compactMap({ $0 }).max() else { return nil }
        return FleetObservation.Work(
            pending: pending,
            isAccepting: report.accepting ?? true,
            isHolding: report.holding ?? false
        )
    }

    /// The last report as the engine takes it.
    package var sample: GuestSample? { Self.sample(report, at: reportedAt, vCPUs: registration.vCPUs) }

    /// The one about an interval before it.
    package var earlierSample: GuestSample? { Self.sample(earlier, at: earlierAt, vCPUs: registration.vCPUs) }

    private static func sample(_ report: LoadReport?, at moment: MonotonicInstant?, vCPUs: Int) -> GuestSample? {
        guard let report, let moment else { return nil }
        return GuestSample(
            at: moment,
            busy: report.busy,
            steal: report.steal,
            queued: report.queued,
            serviceTime: report.serviceTimeMean,
            vCPUs: vCPUs,
            inFlight: report.inFlight,
            requestsPerSecond: report.requestsPerSecond,
            latencyP99: report.serviceTimeP99,
            memory: report.memoryShare,
            pressure: report.pressure
        )
    }
}

extension LoadReport {
    /// Memory in use, percent of the guest's.
    fileprivate var memoryShare: Double? {
        guard let memoryUsed, let memoryTotal, memoryTotal > 0 else { return nil }
        return Double(memoryUsed) / Double(memoryTotal) * 100
    }
}
