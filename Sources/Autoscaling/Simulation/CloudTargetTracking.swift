/// Target tracking as AWS Auto Scaling does it, on mean CPU utilization with a target of 70 percent.
///
/// Modelled after its documentation: one value a minute; three in a row over the target scale out in proportion; fifteen in
/// a row more than a tenth under it scale in. Instances that boot are capacity and have no metric.
package struct CloudTargetTracking: Autoscaler {
    /// Its name in tables.
    package let name = "AWS"
    private let bounds: ClosedRange<Int>
    private let target: Double
    private var second = 0
    private var sum = 0.0
    private var seconds = 0
    private var minutes: [Double] = []

    /// With the bounds that each autoscaler has.
    package init(bounds: ClosedRange<Int>, target: Double = 70) {
        self.bounds = bounds
        self.target = target
    }

    /// Looks once a second and orders.
    package mutating func step(_ observation: GroupObservation, now: MonotonicInstant, calendar: CalendarTime)
        -> AutoscalerStep
    {
        second += 1
        if let mean = observation.meanUtilization {
            sum += mean
            seconds += 1
        }
        guard second % 60 == 0, seconds > 0 else { return AutoscalerStep() }
        let mean = sum / Double(seconds)
        (sum, seconds) = (0, 0)
        minutes = (minutes + [mean]).suffix(15)
        let current = observation.capacity
        let needed = Int((Double(observation.inService.count) * mean / target - 1e-9).rounded(.up))
        var goal = current
        if minutes.suffix(3).count == 3, minutes.suffix(3).allSatisfy({ $0 > target }) {
            goal = max(current, needed)
        } else if minutes.count == 15, minutes.allSatisfy({ $0 < target * 0.9 }) {
            goal = min(current, needed)
        }
        goal = min(bounds.upperBound, max(bounds.lowerBound, goal))
        return .from(current, to: goal, "\(ReasonFormat.percent(mean)) of \(ReasonFormat.percent(target)) in a minute")
    }
}
