/// Decides how many instances a group needs: a value without clock, I/O or tasks.
///
/// The live controller, simulations and tests run this same code. The whole state is `Codable`; encoded with sorted keys
/// the same history gives the same bytes.
///
/// The engine keeps a clock of its own, which a tick advances by what has passed, by at most three intervals and never
/// back: a host that slept, or a jump of the clock, neither fires nor starves a window.
package struct ScalingEngine: Sendable, Hashable, Codable {
    /// The policy. It may be replaced at any time: what was observed stays.
    package var policy: GroupPolicy
    /// The time between two decisions.
    package var interval: Duration

    /// The engine's own time.
    var clock = MonotonicInstant(nanoseconds: 0)
    /// The moment of the last tick.
    var lastTick: MonotonicInstant?
    var ticks = 0
    var memory: [String: InstanceMemory] = [:]
    var overloadedSince: MonotonicInstant?
    var largest = StabilizationWindow(.largest)
    var smallest = StabilizationWindow(.smallest)
    /// When the last order in each direction was given, in engine time.
    var lastOut: MonotonicInstant?
    var lastIn: MonotonicInstant?
    /// The orders of the last minute, scale in negative.
    var recentOrders: [RecentOrder] = []
    /// The last moment at which an instance came into service, as observed and in engine time.
    var lastInService: MonotonicInstant?
    var lastInServiceAt: MonotonicInstant?
    var bounds = ScheduledBounds()
    var forecast: SeasonalForecast?
    /// The last known values of the rules' queries, by server and expression; `nil`: none is known.
    var totals: [String: Double]?

    struct RecentOrder: Sendable, Hashable, Codable {
        var at: MonotonicInstant
        var by: Int
    }

    /// An engine with no history.
    package init(policy: GroupPolicy, interval: Duration) {
        self.policy = policy
        self.interval = interval
    }

    /// Takes one tick's observation and decides.
    ///
    /// Call it once a sample interval, not more often: each call counts as one sample.
    ///
    /// - Parameters:
    ///   - observation: The group as it is.
    ///   - now: The present moment of the steady clock that the observation's moments are of.
    ///   - calendar: The wall clock, for schedules and the forecast; `nil`: neither applies at this tick.
    package mutating func decide(
        _ observation: GroupObservation,
        now: MonotonicInstant,
        calendar: CalendarTime? = nil
    ) -> Decision {
        let passed = advance(to: now, observation)
        var tally = count(observation.inService, now: now)
        readQueries(observation, now: now, &tally)
        let fewest = tally.fewest == .max ? 0 : tally.fewest
        let overloaded = fewest > 0
        if !overloaded { overloadedSince = nil } else if overloadedSince == nil { overloadedSince = now }

        let capacity = observation.capacity
        let opinions = rules(observation, tally)
        let expected = lookAhead(tally, observation, calendar: calendar, passed: passed)
        var winner = opinions.map(\.recommendation).filter { $0.size != nil }.max { ($0.size ?? 0) < ($1.size ?? 0) }
        if let size = expected?.size, size > winner?.size ?? capacity { winner = expected }
        let raw = winner?.size ?? capacity
        let unstarved = max(opinions.compactMap(\.unstarved).max() ?? capacity, expected?.size ?? 0)
        let limits = boundsInForce(at: calendar)

        var proposal = SizeProposal(size: raw, capacity: capacity)
        judgeData(&proposal, unstarved: unstarved, observation, tally)
        // The windows go on with what the rules recommend, whoever decides meanwhile.
        largest.record(proposal.size, at: clock, window: policy.scaleIn.window)
        smallest.record(proposal.size, at: clock, window: policy.scaleOut.window)
        let held = observation.steering?.size
        if let held {
            proposal = SizeProposal(size: raw, capacity: capacity)
            hold(&proposal, held)
        } else {
            limitPace(&proposal)
        }
        bound(&proposal, limits)
        limitStarts(&proposal, observation, upper: limits.max)
        limitRemovals(&proposal, observation, tally)
        if let name = observation.steering?.pausedBy { pause(&proposal, name) }
        note(proposal.size - capacity)

        let order: Decision.Order =
            proposal.size > capacity
            ? .scaleOut(by: proposal.size - capacity)
            : proposal.size < capacity ? .scaleIn(by: capacity - proposal.size) : .hold
        return Decision(
            at: now,
            order: order,
            desired: proposal.size,
            capacity: capacity,
            reason: steered(observation, proposal, raw: raw)
                ?? reason(proposal, winner: winner ?? opinions.first?.recommendation, observation, tally),
            whatWouldChange: release(observation, proposal, raw: raw)
                ?? prospect(proposal, observation, tally, limits),
            overloaded: overloaded,
            overloadedSince: overloadedSince,
            hotSamples: fewest,
            unclampedSize: raw,
            recommendations: opinions.map(\.recommendation) + (expected.map { [$0] } ?? []),
            clamps: proposal.clamps,
            observation: observation
        )
    }

    /// The bounds in force at a time of the wall clock, by the present policy; without a time the schedule that held last
    /// goes on.
    package mutating func boundsInForce(at calendar: CalendarTime?) -> BoundsInForce {
        bounds.inForce(policy, at: calendar)
    }

    /// Advances the engine's clock; returns by how much.
    private mutating func advance(to now: MonotonicInstant, _ observation: GroupObservation) -> Duration {
        let step = lastTick.map { min(max(.zero, $0.duration(to: now)), interval * 3) } ?? .zero
        clock = clock.advanced(by: step)
        if let moment = observation.lastInService, moment != lastInService {
            // How long ago it was counts at the first look only: later the engine sees it come.
            let age = lastTick == nil ? max(.zero, moment.duration(to: now)) : .zero
            lastInServiceAt = clock.advanced(by: .zero - age)
            lastInService = moment
        }
        lastTick = now
        ticks &+= 1
        let minuteAgo = clock.advanced(by: .seconds(-60))
        recentOrders.removeAll { $0.at <= minuteAgo }
        return step
    }

    /// Notes an order that is being given.
    private mutating func note(_ change: Int) {
        guard change != 0 else { return }
        recentOrders.append(RecentOrder(at: clock, by: change))
        if change > 0 {
            lastOut = clock
            // What is on its way answers this overload: the next one must show itself anew.
            resetStreaks()
        } else {
            lastIn = clock
        }
    }

    /// Sets every count of hot samples to zero, in place: whatever held the keys or indices would make a copy of it all.
    private mutating func resetStreaks() {
        var index = memory.values.startIndex
        while index != memory.values.endIndex {
            memory.values[index].streaks.resetAll()
            memory.values.formIndex(after: &index)
        }
    }
}

extension [Int] {
    fileprivate mutating func resetAll() {
        for index in indices where self[index] != 0 { self[index] = 0 }
    }
}
