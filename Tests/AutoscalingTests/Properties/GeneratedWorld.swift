import Autoscaling

/// A group under a load that changes, with faults: what an engine may meet.
struct GeneratedWorld {
    struct Instance {
        var id: String
        var since: MonotonicInstant
    }

    private static let names = (0..<64).map { "vm\($0)" }

    let interval: Duration
    var now = MonotonicInstant.seconds(1000)
    var epoch: Int64 = 1_800_000_000
    private var inService: [Instance] = []
    /// Ticks until each that is coming is in service.
    private var coming: [Int] = []
    private var draining: [Int] = []
    private var standby: Int
    private var reserve: Int
    private var demand: Double
    private var lastInService: MonotonicInstant?
    private var number = 0
    private var steering: Steering?
    /// Percent of the ticks of an instance without a sample.
    private let gaps: Int
    private let starved: Int
    private let hasGuests: Bool
    /// Percent of the ticks at which a query has no value, or an old one.
    private let queryGaps: Int

    init(_ random: inout SeededRandom, interval: Duration) {
        self.interval = interval
        standby = random.once(in: 3) ? random.below(3) : 0
        reserve = random.below(9)
        demand = random.share() * 400
        gaps = random.once(in: 2) ? 0 : random.within(1...30)
        starved = random.once(in: 3) ? random.within(1...60) : 0
        hasGuests = random.once(in: 2)
        queryGaps = random.once(in: 2) ? 0 : random.within(1...60)
        for _ in 0..<random.below(5) { enter() }
    }

    private mutating func enter() {
        inService.append(Instance(id: Self.names[number % Self.names.count], since: now))
        lastInService = now
        number += 1
    }

    /// Lets time pass, with what it brings; the clock may jump either way.
    mutating func step(_ random: inout SeededRandom) {
        let seconds = interval / .seconds(1)
        if random.once(in: 40) {
            let jumps = [3600.0, -3600, 30, -5, 0]
            now = now.advanced(by: .seconds(jumps[random.below(jumps.count)]))
        } else {
            now = now.advanced(by: interval)
        }
        epoch += random.once(in: 60) ? 7200 : Int64(seconds)
        if random.once(in: 6) { demand = random.share() * (random.once(in: 3) ? 900 : 150) }
        if random.once(in: 30) {
            let size = Steering.Size(count: random.within(1...8), by: "anna", until: random.once(in: 2) ? "noon" : nil)
            steering =
                [
                    nil, nil, Steering(pausedBy: "anna"), Steering(size: size), Steering(pausedBy: "bert", size: size),
                ][random.below(5)]
        }
        for index in coming.indices { coming[index] -= 1 }
        while let index = coming.firstIndex(where: { $0 <= 0 }) {
            coming.remove(at: index)
            // A start may fail: the domain is off again.
            if random.once(in: 8) { reserve += 1 } else { enter() }
        }
        for index in draining.indices { draining[index] -= 1 }
        let gone = draining.count { $0 <= 0 }
        draining.removeAll { $0 <= 0 }
        reserve += gone
        if random.once(in: 30), !inService.isEmpty {
            inService.remove(at: random.below(inService.count))
            reserve += 1
        }
        if random.once(in: 50) { enter() }
        if random.once(in: 50) { reserve = random.below(6) }
    }

    /// What was last heard of the queries of a policy: a value, none, one that is too old, or nothing at all.
    private func readings(of queries: [PrometheusQuery], _ random: inout SeededRandom) -> [QueryReading]? {
        guard !queries.isEmpty else { return nil }
        return queries.compactMap { query in
            guard random.below(100) < queryGaps else {
                let age = query.maxAge * random.share()
                return QueryReading(query, value: demand * (random.share() + 0.2), at: now.advanced(by: .zero - age))
            }
            switch random.below(4) {
            case 0: return nil
            case 1: return QueryReading(query, value: .nan, at: now)
            case 2: return QueryReading(query, value: 5, at: now.advanced(by: .zero - query.maxAge - .milliseconds(1)))
            default: return QueryReading(query, failure: "the connection was refused")
            }
        }
    }

    /// What is to be seen now.
    func observe(_ random: inout SeededRandom, _ policy: GroupPolicy) -> GroupObservation {
        let each = demand / Double(max(1, inService.count))
        let loads = inService.map { instance -> LoadEstimate in
            let isMissing = gaps > 0 && random.below(100) < gaps
            let isStarved = starved > 0 && random.below(100) < starved
            let load = each * (0.9 + random.share() * 0.2)
            let used = min(100, load)
            let waiting = Int(max(0, load - 100) / 2)
            let host = HostSample(at: now, utilization: used, steal: isStarved ? 40 : 0)
            var guest = GuestSample(at: now, busy: used, queued: waiting, serviceTime: 0.1, inFlight: Int(used / 20))
            // An agent may know one number and not another.
            guest.requestsPerSecond = random.once(in: 9) ? nil : used / 4
            guest.latencyP99 = random.once(in: 9) ? nil : 0.1 + Double(waiting) / 50
            guest.memory = random.once(in: 9) ? nil : 30 + used / 2
            guest.pressure = random.once(in: 9) ? nil : max(0, load - 60)
            return LoadEstimate(
                id: instance.id,
                host: isMissing ? nil : host,
                guest: isMissing || !hasGuests ? nil : guest,
                interval: interval,
                inServiceSince: instance.since,
                now: now
            )
        }
        var observation = GroupObservation(
            inService: loads,
            coming: coming.count,
            draining: draining.count,
            standby: standby,
            reserve: reserve,
            hostRoom: random.once(in: 10) ? random.below(3) : nil,
            breaker: random.once(in: 20) ? "3 starts in a row failed" : nil,
            removable: random.once(in: 10) ? random.below(inService.count + 1) : nil,
            lastInService: lastInService,
            steering: steering
        )
        observation.queries = readings(of: policy.queries, &random)
        return observation
    }

    /// Carries an order out, standby first.
    mutating func apply(_ order: Decision.Order, _ random: inout SeededRandom) {
        switch order {
        case .hold: break
        case .scaleOut(let count):
            for _ in 0..<count {
                if standby > 0 {
                    standby -= 1
                    coming.append(1)
                } else {
                    reserve -= 1
                    coming.append(random.within(1...6))
                }
            }
        case .scaleIn(let count):
            for _ in 0..<min(count, inService.count) {
                inService.removeLast()
                draining.append(random.within(1...3))
            }
        }
    }
}
