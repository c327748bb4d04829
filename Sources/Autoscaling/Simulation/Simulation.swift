/// Runs an autoscaler over a workload, faster than real time: the same input gives the same result.
package struct Simulation: Sendable {
    /// What arrives.
    package var workload: Workload
    /// How it is served.
    package var model: ServiceModel
    /// The wall clock at the beginning, for schedules and the forecast.
    package var start: CalendarTime
    /// What queries came to, by the second, with times of the simulated clock; beyond its end, and where it has `nil`,
    /// nothing is known. What was recorded does not answer to the simulated orders.
    package var queries: [[QueryReading]?] = []

    /// How long after a scale in a scale out is a flap, seconds.
    static let flapSeconds = 300

    /// A simulation.
    package init(
        workload: Workload,
        model: ServiceModel = ServiceModel(),
        start: CalendarTime = CalendarTime(secondsSinceEpoch: 0)
    ) {
        self.workload = workload
        self.model = model
        self.start = start
    }

    /// Runs it. Each autoscaler begins with as many instances as the first second's arrivals need at 70 percent.
    package func run(_ autoscaler: some Autoscaler) -> SimulationResult {
        var autoscaler = autoscaler
        var result = SimulationResult(workload: workload.name, autoscaler: autoscaler.name)
        let first = (workload.arrivals.first ?? 0) / model.rate / 0.7
        let size = min(model.max, max(model.min, Int(first.rounded(.up))))
        var now = MonotonicInstant(nanoseconds: 0)
        var group = SimulatedGroup(model: model, size: size, now: now)
        var lastIn: Int?
        for (second, arrivals) in workload.arrivals.enumerated() {
            let outcome = group.pass(arrivals: arrivals, now: now)
            now = now.advanced(by: .seconds(1))
            result.add(outcome, second, arrivals, group, model)
            var observation = group.observe(now: now)
            if second < queries.count { observation.queries = queries[second] }
            let calendar = CalendarTime(
                secondsSinceEpoch: start.secondsSinceEpoch &+ Int64(second),
                utcOffset: start.utcOffset
            )
            let step = autoscaler.step(observation, now: now, calendar: calendar)
            guard step.order != .hold else { continue }
            if case .scaleIn = step.order {
                lastIn = second
            } else if let last = lastIn, second - last <= Self.flapSeconds {
                result.flaps += 1
            }
            result.events.append(
                SimulationResult.Event(
                    second: second,
                    size: observation.capacity,
                    order: step.order,
                    reason: step.reason
                )
            )
            group.apply(step.order, now: now)
        }
        return result
    }
}

extension SimulationResult {
    fileprivate mutating func add(
        _ outcome: SimulatedGroup.Second,
        _ second: Int,
        _ arrivals: Double,
        _ group: SimulatedGroup,
        _ model: ServiceModel
    ) {
        instanceHours += Double(group.running) / 3600
        standbyHours += Double(group.held) / 3600
        requests += arrivals
        late += outcome.late
        refused += outcome.refused
        if outcome.need > model.targetLimit { secondsOverTarget += 1 }
        series.append(
            Point(
                second: second,
                arrivals: arrivals,
                serving: group.serving,
                coming: group.comingCount,
                need: outcome.need,
                queued: group.queued
            )
        )
    }
}
