/// Decides how many instances a group needs: a value without clock, I/O or tasks.
///
/// The live controller, simulations and tests run this same code. The whole state is `Codable`; encoded with sorted keys
/// the same history gives the same bytes.
///
/// The engine keeps a clock of its own, which a tick advances by what has passed, by at most three intervals and never
/// back: a host that slept, or a jump of the clock, neither fires nor starves a window.
public struct ScalingEngine: Sendable, Hashable, Codable {
    /// The policy. It may be replaced at any time: what was observed stays.
    public var policy: GroupPolicy
    /// The time between two decisions.
    public var interval: Duration

    /// The engine's own time.
    var clock = Moment(nanoseconds: 0)
    /// The moment of the last tick.
    var lastTick: Moment?
    var ticks = 0
    var memory: [String: InstanceMemory] = [:]
    var overloadedSince: Moment?
    var largest = WishWindow(.largest)
    var smallest = WishWindow(.smallest)
    /// When the last order in each direction was given, in engine time.
    var lastOut: Moment?
    var lastIn: Moment?
    /// The orders of the last minute, scale in negative.
    var recentOrders: [RecentOrder] = []
    /// The last moment at which an instance came into service, as observed and in engine time.
    var lastInService: Moment?
    var lastInServiceAt: Moment?
    var bounds = ScheduledBounds()
    var forecast: SeasonalForecast?

    struct RecentOrder: Sendable, Hashable, Codable {
        var at: Moment
        var by: Int
    }

    /// An engine with no history.
    public init(policy: GroupPolicy, interval: Duration) {
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
    public mutating func decide(
        _ observation: GroupObservation,
        now: Moment,
        calendar: CalendarTime? = nil
    ) -> Decision {
        let passed = advance(to: now, observation)
        let tally = count(observation.inService, now: now)
        let fewest = tally.fewest == .max ? 0 : tally.fewest
        let overloaded = fewest > 0
        if !overloaded { overloadedSince = nil } else if overloadedSince == nil { overloadedSince = now }

        let capacity = observation.capacity
        let opinions = rules(observation, tally)
        let expected = lookAhead(tally, observation, calendar: calendar, passed: passed)
        var winner = opinions.map(\.wish).filter { $0.size != nil }.max { ($0.size ?? 0) < ($1.size ?? 0) }
        if let size = expected?.size, size > winner?.size ?? capacity { winner = expected }
        let raw = winner?.size ?? capacity
        let unstarved = max(opinions.compactMap(\.unstarved).max() ?? capacity, expected?.size ?? 0)
        let limits = boundsInForce(at: calendar)

        var course = Course(size: raw, capacity: capacity)
        judgeData(&course, unstarved: unstarved, tally)
        // The windows go on with what the rules wish for, whoever decides meanwhile.
        largest.record(course.size, at: clock, window: policy.scaleIn.window)
        smallest.record(course.size, at: clock, window: policy.scaleOut.window)
        let held = observation.steering?.size
        if let held {
            course = Course(size: raw, capacity: capacity)
            hold(&course, held)
        } else {
            limitPace(&course)
        }
        bound(&course, limits)
        limitStarts(&course, observation, upper: limits.max)
        limitRemovals(&course, observation, unknown: tally.unknown)
        if let name = observation.steering?.pausedBy { pause(&course, name) }
        note(course.size - capacity)

        let order: Decision.Order =
            course.size > capacity
            ? .scaleOut(by: course.size - capacity)
            : course.size < capacity ? .scaleIn(by: capacity - course.size) : .hold
        return Decision(
            at: now,
            order: order,
            desired: course.size,
            capacity: capacity,
            reason: steered(observation, course, raw: raw)
                ?? reason(course, winner: winner ?? opinions.first?.wish, observation, tally),
            whatWouldChange: release(observation, course, raw: raw)
                ?? prospect(course, observation, tally, limits),
            overloaded: overloaded,
            overloadedSince: overloadedSince,
            hotSamples: fewest,
            rawWish: raw,
            wishes: opinions.map(\.wish) + (expected.map { [$0] } ?? []),
            clamps: course.clamps,
            observation: observation
        )
    }

    /// The bounds in force at a time of the wall clock, by the present policy; without a time the schedule that held last
    /// goes on.
    public mutating func boundsInForce(at calendar: CalendarTime?) -> BoundsInForce {
        bounds.inForce(policy, at: calendar)
    }

    /// Advances the engine's clock; returns by how much.
    private mutating func advance(to now: Moment, _ observation: GroupObservation) -> Duration {
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
