/// Feeds a recorded trace to an engine, with the recorded policy or another one.
///
/// Two questions have two answers. ``run(policy:)`` keeps the recorded observations: what would this policy have ordered
/// at each tick, in the state that the group really was in? After the first other order that state is no longer the one
/// the policy would have led to. ``simulation(model:)`` closes the loop: it takes the demand of the trace alone and lets a
/// model of the service answer to each order.
package struct Replay: Sendable, Hashable {
    /// A tick at which the two policies differ.
    package struct Difference: Sendable, Hashable, Codable {
        /// The recorded decision.
        package var recorded: Decision
        /// What the other policy decides on the same observation.
        package var other: Decision
    }

    /// What a replay came to.
    package struct Result: Sendable, Hashable {
        /// The decisions, one for each tick of the trace.
        package var decisions: [Decision]
        /// The ticks at which the order is another one than recorded.
        package var differences: [Difference]
    }

    /// The last header of the trace.
    package let header: TraceHeader
    /// The ticks in their order.
    package let ticks: [TraceTick]
    private let policies: [Int: GroupPolicy]

    /// The longest closed loop, seconds: a month.
    static let longest = 31 * 86_400

    /// A trace's lines; `nil` when no header comes before the first tick, or one has a policy or an interval that no
    /// controller would have taken.
    package init?(lines: [TraceLine]) {
        var header: TraceHeader?
        var ticks: [TraceTick] = []
        var policies: [Int: GroupPolicy] = [:]
        for line in lines {
            switch line {
            case .header(let next):
                guard .milliseconds(1)...(.seconds(3600)) ~= next.interval,
                    next.policy.problems(interval: next.interval).isEmpty
                else { return nil }
                header = next
                policies[ticks.count] = next.policy
            case .tick(let tick):
                guard header != nil else { return nil }
                ticks.append(tick)
            }
        }
        guard let header else { return nil }
        self.header = header
        self.ticks = ticks
        self.policies = policies
    }

    /// Decides on each recorded observation anew.
    ///
    /// - Parameter policy: The policy; `nil`: the recorded ones, which gives the recorded decisions again when the trace
    ///   begins with a fresh engine.
    package func run(policy: GroupPolicy? = nil) -> Result {
        var engine = ScalingEngine(policy: policy ?? policies[0] ?? header.policy, interval: header.interval)
        var result = Result(decisions: [], differences: [])
        for (number, tick) in ticks.enumerated() {
            if policy == nil, let recorded = policies[number] { engine.policy = recorded }
            let decision = engine.decide(tick.observation, now: tick.now, calendar: tick.calendar)
            result.decisions.append(decision)
            if decision.order != tick.decision.order {
                result.differences.append(Difference(recorded: tick.decision, other: decision))
            }
        }
        return result
    }

    /// A simulation with the trace's demand as its workload: percent of an instance's capacity become requests by the
    /// model's rate. Where the load of an instance is unknown its last known one counts; jumps of the clock are left out.
    /// Queries have the values that were recorded.
    ///
    /// A saturated instance does 100 percent: what waited there shows in the trace when it was done, what was refused
    /// does not show at all. So a trace of an overloaded group is flatter than what its clients sent.
    package func simulation(model: ServiceModel = ServiceModel()) -> Simulation {
        var arrivals: [Double] = []
        var queries: [[QueryReading]?] = []
        var known: [String: Double] = [:]
        var last: MonotonicInstant?
        var owed = 0.0
        for tick in ticks {
            let passed = last.map { min(max(.zero, $0.duration(to: tick.now)), header.interval * 3) } ?? header.interval
            last = tick.now
            var demand = 0.0
            var next: [String: Double] = [:]
            for load in tick.observation.inService {
                let value = load.demand.map { min(100, $0) } ?? known[load.id] ?? 0
                next[load.id] = value
                demand += value
            }
            known = next
            owed += passed / .seconds(1)
            while owed >= 1, arrivals.count < Self.longest {
                arrivals.append(demand / 100 * model.rate)
                queries.append(Self.readings(of: tick, atSecond: arrivals.count))
                owed -= 1
            }
        }
        var simulation = Simulation(
            workload: Workload(name: "trace of \(header.group)", arrivals: arrivals),
            model: model,
            start: ticks.first?.calendar ?? CalendarTime(secondsSinceEpoch: 0)
        )
        if queries.contains(where: { $0 != nil }) { simulation.queries = queries }
        return simulation
    }

    /// What a tick knew of its queries, as old as it was then, at a second of the simulated clock.
    private static func readings(of tick: TraceTick, atSecond second: Int) -> [QueryReading]? {
        tick.observation.queries.map { readings in
            readings.map { reading in
                var reading = reading
                reading.at = reading.at.map {
                    MonotonicInstant(nanoseconds: 0).advanced(by: .seconds(second) - $0.duration(to: tick.now))
                }
                return reading
            }
        }
    }
}
