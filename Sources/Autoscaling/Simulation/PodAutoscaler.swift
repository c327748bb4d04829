/// The Kubernetes horizontal pod autoscaler with its defaults, on CPU utilization with a target of 70 percent.
///
/// Modelled after its documentation: a look each 15 s at usage averaged over 15 s (the finest that the metrics server
/// offers; its own default is 60 s); no change within a tenth of the target; instances that are not ready yet count as idle
/// for a scale out; at most twice as many or four more each 15 s; scale in to the largest recommendation of 300 s.
/// A saturated processor shows 100 percent and no more.
package struct PodAutoscaler: Autoscaler {
    /// Its name in tables.
    package let name = "HPA"
    private let bounds: ClosedRange<Int>
    private let target: Double
    private var second = 0
    private var sum = 0.0
    private var seconds = 0
    private var usage: Double?
    private var recommendations: [(second: Int, size: Int)] = []

    /// With the bounds that each autoscaler has.
    package init(bounds: ClosedRange<Int>, target: Double = 70) {
        self.bounds = bounds
        self.target = target
    }

    /// Looks once a second and orders.
    package mutating func step(_ observation: GroupObservation, now: MonotonicInstant, calendar: CalendarTime)
        -> AutoscalerStep
    {
        defer { second += 1 }
        if let mean = observation.meanUtilization {
            sum += mean
            seconds += 1
        }
        // Metrics and looks have the same period and no common phase: half a period lies between.
        if second % 15 == 7 {
            usage = seconds > 0 ? sum / Double(seconds) : nil
            (sum, seconds) = (0, 0)
        }
        guard second % 15 == 14, let usage else { return AutoscalerStep() }
        let current = observation.capacity
        let wanted = recommendation(usage, ready: observation.inService.count, current: current)
        recommendations.append((second, wanted))
        recommendations.removeAll { $0.second <= second - 300 }
        var goal = wanted
        if wanted < current {
            // At its start it takes the present size for what was recommended before.
            let earlier = second < 300 ? current : 0
            goal = min(current, max(earlier, recommendations.map(\.size).max() ?? wanted))
        } else {
            goal = min(wanted, max(2 * current, current + 4))
        }
        goal = min(bounds.upperBound, max(bounds.lowerBound, goal))
        return .from(
            current,
            to: goal,
            "\(ReasonFormat.percent(usage)) of \(ReasonFormat.percent(target)) recommends \(wanted)"
        )
    }

    private func recommendation(_ usage: Double, ready: Int, current: Int) -> Int {
        guard ready > 0 else { return current }
        let ratio = usage / target
        guard ratio > 1, current > ready else {
            return abs(ratio - 1) <= 0.1 ? current : Int((ratio * Double(ready) - 1e-9).rounded(.up))
        }
        let spread = usage * Double(ready) / Double(current) / target
        return spread < 1 || abs(spread - 1) <= 0.1 ? current : Int((spread * Double(current) - 1e-9).rounded(.up))
    }
}
