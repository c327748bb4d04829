/// Decides how many instances a group needs: a value without clock, I/O or tasks.
///
/// The live controller, simulations and tests run this same code.
public struct ScalingEngine: Sendable, Hashable, Codable {
    /// The rule.
    public var policy: ThresholdPolicy
    /// Hot samples in a row of each instance in service.
    private var streaks: [String: Int] = [:]
    private var overloadedSince: Moment?

    /// An engine with no history.
    public init(policy: ThresholdPolicy) {
        self.policy = policy
    }

    /// Takes one tick's observation and decides.
    ///
    /// Call it once a sample interval, not more often: each call counts as one sample.
    public mutating func decide(_ observation: GroupObservation, now: Moment) -> Decision {
        count(observation.inService)
        let fewest = observation.inService.map { streaks[$0.id] ?? 0 }.min() ?? 0
        let overloaded = fewest > 0
        if !overloaded { overloadedSince = nil } else if overloadedSince == nil { overloadedSince = now }
        let (order, reason) = judge(observation, fewest: fewest)
        if case .scaleOut = order {
            // What is on its way answers this overload: the next one must show itself anew.
            streaks = streaks.mapValues { _ in 0 }
        }
        return Decision(
            at: now,
            order: order,
            reason: reason,
            overloaded: overloaded,
            overloadedSince: overloadedSince,
            hotSamples: fewest,
            observation: observation
        )
    }

    private mutating func count(_ estimates: [LoadEstimate]) {
        var next: [String: Int] = [:]
        for estimate in estimates {
            let before = streaks[estimate.id] ?? 0
            // A gap holds the count: missing is neither hot nor cool.
            next[estimate.id] = policy.isHot(estimate).map { $0 ? before + 1 : 0 } ?? before
        }
        streaks = next
    }

    private func judge(_ observation: GroupObservation, fewest: Int) -> (Decision.Order, String) {
        let serving = observation.inService.count
        if serving + observation.coming == 0 {
            return observation.reserve > 0
                ? (.scaleOut(by: 1), "no instance runs: the first of the reserve is started")
                : (.hold, "no instance runs and the reserve is empty")
        }
        let unknown = observation.inService.filter { $0.merge == .unknown }.count
        if serving > 0, fewest < policy.samples {
            let gap = unknown > 0 ? "; of \(unknown) the load is unknown" : ""
            return (
                .hold,
                fewest == 0
                    ? "not every instance in service is over \(Self.percent(policy.threshold))\(gap)"
                    : "over \(Self.percent(policy.threshold)) for \(fewest) of \(policy.samples) samples\(gap)"
            )
        }
        if observation.coming > 0 {
            return (.hold, "\(observation.coming) instance(s) on the way: capacity that is coming counts")
        }
        let loads = observation.inService.map { "\(Self.percent($0.demand ?? 0)) (\($0.merge.rawValue))" }
        let why =
            "all \(serving) in service over \(Self.percent(policy.threshold)) for \(fewest) samples: "
            + loads.joined(separator: ", ")
        guard observation.reserve > 0 else { return (.hold, why + "; but the reserve is empty") }
        return (.scaleOut(by: 1), why)
    }

    private static func percent(_ value: Double) -> String {
        "\(Int(value.rounded())) %"
    }
}
