import Autoscaling

/// A group whose loads a test sets by hand, second by second.
struct EngineHarness {
    var engine: ScalingEngine
    var now = MonotonicInstant.seconds(1000)
    var epoch: Int64 = 0
    /// What each observation has beside the loads.
    var template = GroupObservation(inService: [], reserve: 20)

    init(_ policy: GroupPolicy) {
        engine = ScalingEngine(policy: policy, interval: .seconds(1))
    }

    /// A load by the host alone; `nil` was not measured.
    func load(_ id: String, _ percent: Double?, starved: Bool = false, since: MonotonicInstant? = nil) -> LoadEstimate {
        LoadEstimate(
            id: id,
            host: percent.map { HostSample(at: now, utilization: $0, steal: starved ? 50 : 0) },
            guest: starved ? GuestSample(at: now, busy: percent) : nil,
            interval: .seconds(1),
            inServiceSince: since,
            now: now
        )
    }

    /// One second passes with these loads of `vm0`, `vm1` and so on.
    mutating func tick(_ loads: [Double?], after seconds: Double = 1) -> Decision {
        tick(estimates: loads.enumerated().map { load("vm\($0)", $1) }, after: seconds)
    }

    mutating func tick(estimates: [LoadEstimate], after seconds: Double = 1) -> Decision {
        var observation = template
        observation.inService = estimates
        observation.counted = estimates.count + template.coming + template.draining + template.standby
        observation.removable = estimates.count
        defer {
            now = now.advanced(by: .seconds(seconds))
            epoch += Int64(seconds)
        }
        return engine.decide(observation, now: now, calendar: CalendarTime(secondsSinceEpoch: epoch))
    }

    /// The same loads for so many seconds; the last decision.
    mutating func ticks(_ count: Int, _ loads: [Double?]) -> Decision {
        var decision = tick(loads)
        for _ in 1..<max(1, count) { decision = tick(loads) }
        return decision
    }
}

extension GroupPolicy {
    /// Target tracking on the demand at 50 percent, nothing that slows it.
    static func tracking(_ target: Double = 50, window: Duration = .zero) -> GroupPolicy {
        GroupPolicy(
            rules: [.targetTracking(TargetTracking(target: target))],
            scaleIn: DirectionLimits(window: window)
        )
    }
}

extension Decision {
    /// The names of its clamps.
    var limits: [Clamp.Name] { clamps.map(\.name) }
}
