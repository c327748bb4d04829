import Autoscaling

/// Judges decisions by what must hold whatever happened; it keeps its own account and shares no code with the engine.
struct DecisionOracle {
    private let interval: Duration
    private var lastTick: MonotonicInstant?
    /// Observed time, as the engine's: nothing passes in a jump.
    private var time = Duration.zero
    /// Since when the present engine observes.
    private var observedSince = Duration.zero
    private var lastOut: Duration?
    private var lastIn: Duration?
    /// The last scale in of the present engine: a fresh one knows of no cooldown.
    private var ownLastIn: Duration?
    private var orders: [(at: Duration, by: Int, isForced: Bool)] = []

    /// Since when the present policy holds.
    private var policySince = Duration.zero
    /// The recommendations with the data's limits applied.
    private var recommendations: [(at: Duration, size: Int)] = []

    init(interval: Duration) {
        self.interval = interval
    }

    /// Another policy holds from now on.
    mutating func changePolicy() {
        policySince = time
    }

    /// An engine without history takes over.
    mutating func restart() {
        observedSince = time
        lastTick = nil
        ownLastIn = nil
        orders = []
        recommendations = []
    }

    /// The properties that the decision breaks.
    mutating func judge(_ decision: Decision, _ policy: GroupPolicy, bounds: ClosedRange<Int>) -> [String] {
        let observation = decision.observation
        if let lastTick { time += min(max(.zero, lastTick.duration(to: decision.at)), interval * 3) }
        lastTick = decision.at
        var broken = checkRecord(decision) + checkSteering(decision, bounds)
        let isPaused = observation.steering?.pausedBy != nil
        if starves(decision, window: policy.scaleIn.window) { broken.append("a window that is over still holds") }
        switch decision.order {
        case .hold:
            let missing = min(bounds.lowerBound - decision.capacity, allowed(observation, bounds))
            if missing > 0, !isPaused { broken.append("below min and nothing is ordered") }
            if policy.mode == .off, decision.desired != decision.capacity { broken.append("hold, yet another size") }
        case .scaleOut(let count):
            broken += checkOut(count, decision, policy, bounds)
        case .scaleIn(let count):
            broken += checkIn(count, decision, policy, bounds)
        }
        return broken
    }

    /// Whether the scale-in window holds the size although it is covered and all of it recommended less.
    private mutating func starves(_ decision: Decision, window: Duration) -> Bool {
        let byData = decision.clamps.prefix {
            [.starved, .unknownForbidsScaleIn, .gapForbidsScaleIn].contains($0.name)
        }.last
        // What the data forbids does not show in the record while a size is held.
        let isHeld = decision.observation.steering?.size != nil
        recommendations.append((time, isHeld ? .max : byData?.to ?? decision.unclampedSize))
        guard decision.clamps.contains(where: { $0.name == .stabilizationIn && $0.to == decision.capacity }) else {
            return false
        }
        let covered = time - max(observedSince, policySince) >= window
        let isAfterOut = lastOut.map { time - $0 >= window } ?? true
        return covered && isAfterOut
            && recommendations.allSatisfy { time - $0.at > window || $0.size < decision.capacity }
    }

    /// What operators ask for holds, within the bounds.
    private func checkSteering(_ decision: Decision, _ bounds: ClosedRange<Int>) -> [String] {
        guard let steering = decision.observation.steering else { return [] }
        if let name = steering.pausedBy {
            var broken: [String] = []
            if decision.order != .hold { broken.append("an order while it is paused") }
            if !decision.reason.contains(name) { broken.append("the reason does not say who paused it") }
            return broken
        }
        guard let size = steering.size else { return [] }
        var broken: [String] = []
        let target = min(max(size.count, bounds.lowerBound), bounds.upperBound)
        if min(target - decision.capacity, allowed(decision.observation, bounds)) > 0, decision.order == .hold {
            broken.append("fewer than the size that is held, and nothing is ordered")
        }
        switch decision.order {
        case .hold: break
        case .scaleOut: if decision.desired > target { broken.append("above the size that is held") }
        case .scaleIn: if decision.desired < target { broken.append("below the size that is held") }
        }
        if !decision.reason.contains("\(size.by) holds the size at \(size.count)") {
            broken.append("the reason does not say who holds the size")
        }
        if let until = size.until, !decision.whatWouldChange.contains(until) {
            broken.append("nothing says until when the size is held")
        }
        return broken
    }

    /// How many can be started.
    private func allowed(_ observation: GroupObservation, _ bounds: ClosedRange<Int>) -> Int {
        let starts =
            [observation.reserve, bounds.upperBound - observation.counted, observation.hostRoom ?? .max].min() ?? 0
        return observation.standby + (observation.breaker == nil ? max(0, starts) : 0)
    }

    private func checkRecord(_ decision: Decision) -> [String] {
        var broken: [String] = []
        if decision.reason.isEmpty || decision.reason.utf8.count > 1000 { broken.append("no reason, or one too long") }
        if decision.whatWouldChange.isEmpty { broken.append("nothing would change it") }
        var size = decision.unclampedSize
        for clamp in decision.clamps {
            if clamp.from != size { broken.append("unexplained change before the clamp \(clamp.name)") }
            if clamp.from == clamp.to || clamp.why.isEmpty { broken.append("an empty clamp \(clamp.name)") }
            size = clamp.to
        }
        if size != decision.desired { broken.append("unexplained change to the result") }
        let change =
            switch decision.order {
            case .hold: 0
            case .scaleOut(let count): count
            case .scaleIn(let count): -count
            }
        if decision.capacity + change != decision.desired { broken.append("order and desired differ") }
        if decision.capacity != decision.observation.inService.count + decision.observation.coming {
            broken.append("capacity is not what is in service and coming")
        }
        return broken
    }

    private mutating func checkOut(
        _ count: Int,
        _ decision: Decision,
        _ policy: GroupPolicy,
        _ bounds: ClosedRange<Int>
    ) -> [String] {
        var broken: [String] = []
        if count <= 0 { broken.append("an order of \(count)") }
        if decision.desired > bounds.upperBound { broken.append("above max by capacity") }
        let fromReserve = max(0, count - decision.observation.standby)
        if fromReserve > 0, decision.observation.counted + fromReserve > bounds.upperBound {
            broken.append("above max by owned domains")
        }
        if count > allowed(decision.observation, bounds) { broken.append("more than can be started") }
        let isForced = decision.desired <= bounds.lowerBound || decision.observation.steering?.size != nil
        if !isForced {
            if policy.mode == .off { broken.append("an order with the mode off") }
            if let lastIn, time - lastIn < policy.scaleOut.window { broken.append("out within the window after in") }
            if time - observedSince < policy.scaleOut.window { broken.append("out by a window not covered") }
            let added = orders.reduce(0) { $0 + ($1.by > 0 && time - $1.at < .seconds(60) ? $1.by : 0) }
            if let limit = policy.scaleOut.perMinute, added + count > limit { broken.append("out above the rate") }
        }
        lastOut = time
        orders.append((time, count, isForced))
        return broken
    }

    /// Whether a number that a rule of the policy looks at is missing, or too old.
    private static func lacksValues(_ policy: GroupPolicy, _ observation: GroupObservation, at: MonotonicInstant)
        -> Bool
    {
        policy.rules.contains { rule in
            switch rule {
            case .threshold, .targetTracking: false
            case .metric(let target): observation.inService.contains { $0.metrics?[target.metric] == nil }
            case .prometheus(let target):
                !(observation.queries ?? []).contains { reading in
                    reading.query == target.query.expression && reading.value?.isFinite == true
                        && reading.at.map { $0.duration(to: at) <= target.query.maxAge } == true
                }
            }
        }
    }

    private mutating func checkIn(
        _ count: Int,
        _ decision: Decision,
        _ policy: GroupPolicy,
        _ bounds: ClosedRange<Int>
    ) -> [String] {
        let observation = decision.observation
        var broken: [String] = []
        if count <= 0 || count > observation.removable { broken.append("an order of \(count)") }
        if observation.inService.contains(where: { $0.demand == nil }) { broken.append("in while a load is unknown") }
        if observation.steering?.size == nil, Self.lacksValues(policy, observation, at: decision.at) {
            broken.append("in while a rule lacks a value")
        }
        if decision.desired < bounds.lowerBound { broken.append("below min") }
        // What is left in service carries the wished size alone: what is coming may never come.
        let wished = decision.clamps.first { $0.name == .coming }?.from ?? decision.desired
        if observation.inService.count - count < max(wished, bounds.lowerBound) {
            broken.append("in before what is coming serves")
        }
        let isForced = decision.desired >= bounds.upperBound || observation.steering?.size != nil
        if !isForced {
            if policy.mode == .off { broken.append("an order with the mode off") }
            if let lastOut, time - lastOut < policy.scaleIn.window { broken.append("in within the window after out") }
            if time - observedSince < policy.scaleIn.window { broken.append("in by a window not covered") }
            if let ownLastIn, time - ownLastIn < policy.scaleIn.cooldown {
                broken.append("in within the cooldown")
            }
            let removed = orders.reduce(0) { $0 + ($1.by < 0 && time - $1.at < .seconds(60) ? -$1.by : 0) }
            if let limit = policy.scaleIn.perMinute, removed + count > limit { broken.append("in above the rate") }
        }
        lastIn = time
        ownLastIn = time
        orders.append((time, -count, isForced))
        return broken
    }
}
