import Shared
import Wire

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

extension SummaryEvent {
    /// The result of a run from its counts.
    ///
    /// - Parameters:
    ///   - statistics: The counts.
    ///   - plan: What was to be done.
    ///   - end: How the load ended.
    ///   - startedAt: When the run began.
    ///   - now: When it ended.
    ///   - set: The endpoints at the end.
    ///   - isFixed: Whether they are addresses that a user named, without a controller.
    package init(
        _ statistics: RunStatistics,
        plan: LoadPlan,
        end: LoadGenerator.End,
        startedAt: Date,
        now: Date,
        set: EndpointSet?,
        isFixed: Bool = false
    ) {
        self.init(
            at: now,
            startedAt: startedAt,
            mode: plan.mode,
            seconds: NumberText.microseconds(statistics.total.span),
            total: statistics.total.summary(of: "total"),
            servers: statistics.servers.sorted { $0.key < $1.key }.map { $1.summary(of: $0) },
            retried: statistics.retried,
            revision: isFixed ? nil : set?.revision,
            endpoints: set?.endpoints.map(\.name) ?? [],
            error: Self.verdict(statistics, plan: plan, end: end, set: set)
        )
    }

    /// Why the run did not succeed; `nil` when it did.
    private static func verdict(
        _ statistics: RunStatistics,
        plan: LoadPlan,
        end: LoadGenerator.End,
        set: EndpointSet?
    ) -> String? {
        if statistics.total.failed > 0 {
            let all = statistics.total.failed + statistics.total.ok
            let reason = set == nil ? "; the controller was not reached" : ""
            return "\(statistics.total.failed) of \(all) requests failed\(reason)"
        }
        if end == .gaveUp {
            let seconds = NumberText.decimal(plan.rampTimeout.seconds, places: 0)
            return "no new instance answered within \(seconds) s of high load (--ramp-timeout); "
                + "the controller's log and 'scaling' notices say why"
        }
        if statistics.total.ok == 0 {
            return set == nil
                ? "no request was answered: the controller was not reached"
                : "no request was answered"
        }
        return nil
    }
}
