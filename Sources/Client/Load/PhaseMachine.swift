/// The course of a run: which phase it is in and when the next begins. A pure value: time comes from the caller.
package struct PhaseMachine: Sendable {
    /// A point on the clock.
    package typealias Instant = ContinuousClock.Instant

    /// What happens now.
    package enum Step: Sendable, Equatable {
        /// Another phase begins.
        case enter(LoadPhase)
        /// The run is over.
        case finished
        /// No new instance answered in time; the run is over.
        case gaveUp
    }

    private enum State {
        case running(LoadPhase, until: Instant?)
        case over
    }

    private let plan: LoadPlan
    private var state: State
    /// The endpoints that were there when the high phase of a ramp began.
    private var known: Set<String> = []

    /// The course of `plan`, which begins at `now`.
    package init(plan: LoadPlan, now: Instant) {
        self.plan = plan
        state =
            switch plan.mode {
            case .low: .running(.low, until: plan.duration.map(now.advanced(by:)))
            case .high: .running(.high, until: plan.duration.map(now.advanced(by:)))
            case .ramp: .running(.low, until: now.advanced(by: plan.lowDuration))
            }
    }

    /// The phase; `nil` when the run is over.
    package var phase: LoadPhase? {
        if case .running(let phase, _) = state { phase } else { nil }
    }

    /// When the phase ends of itself; `nil` when it has no end.
    package var deadline: Instant? {
        if case .running(_, let until) = state { until } else { nil }
    }

    /// Moves on when it is time.
    ///
    /// - Parameters:
    ///   - now: The time.
    ///   - endpoints: The ids of the endpoints in service.
    package mutating func tick(now: Instant, endpoints: @autoclosure () -> Set<String>) -> Step? {
        guard case .running(let phase, let until?) = state, now >= until else { return nil }
        guard plan.mode == .ramp else { return end(.finished) }
        switch phase {
        case .low: return enter(.pause, until: now.advanced(by: plan.pause))
        case .pause:
            known.formUnion(endpoints())
            return enter(.high, until: now.advanced(by: plan.rampTimeout))
        case .high: return end(.gaveUp)
        case .tail: return end(.finished)
        }
    }

    /// Takes note that an endpoint has answered.
    package mutating func answered(by endpoint: String, now: Instant) -> Step? {
        guard plan.mode == .ramp, case .running(let phase, _) = state else { return nil }
        switch phase {
        case .low, .pause:
            known.insert(endpoint)
            return nil
        case .high: return known.contains(endpoint) ? nil : enter(.tail, until: now.advanced(by: plan.tail))
        case .tail: return nil
        }
    }

    private mutating func enter(_ phase: LoadPhase, until: Instant?) -> Step {
        state = .running(phase, until: until)
        return .enter(phase)
    }

    private mutating func end(_ step: Step) -> Step {
        state = .over
        return step
    }
}
