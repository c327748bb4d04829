import Autoscaling
import Foundation
import Lifecycle

extension Reconciler {
    /// Tells of queries that began to be without a value, and of those that have one again.
    ///
    /// One that was never asked is no news: a controller that has just started waits for its first answer.
    func tellQueries(_ decision: Decision, _ state: inout State, _ step: inout FleetStep, date: Date) {
        let rules = state.engine.policy.rules
        guard !state.gaps.isEmpty || decision.observation.queries != nil else { return }
        var gaps: Set<PrometheusQuery> = []
        for (rule, recommendation) in zip(rules, decision.recommendations) {
            guard case .prometheus(let target) = rule, let gap = recommendation.gap,
                decision.observation.queries?.contains(where: { $0.isOf(target.query) }) == true,
                gaps.insert(target.query).inserted, !state.gaps.contains(target.query)
            else { continue }
            step.events.append(
                ControllerEvent(
                    .queryFailed,
                    at: date,
                    detail: "\(gap); asked at \(target.query.url), on-gap \(state.engine.policy.onGap.word): "
                        + "nothing is taken out of service until it has one"
                )
            )
        }
        let queries = state.engine.policy.queries
        for query in state.gaps.subtracting(gaps).intersection(queries).sorted(by: { $0.expression < $1.expression }) {
            step.events.append(
                ControllerEvent(
                    .queryRecovered,
                    at: date,
                    detail: "\(query.title) has a value again, from \(query.url)"
                )
            )
        }
        state.gaps = gaps
    }
}

extension GapRule {
    /// The rule as the configuration file spells it.
    fileprivate var word: String {
        switch self {
        case .hold: "hold"
        case .last: "last"
        case .scaleOut: "scale-out"
        }
    }
}
