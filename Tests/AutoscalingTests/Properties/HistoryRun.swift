import Autoscaling
import Foundation

/// One generated history: a world, an engine that may be restarted at any tick, and the oracle.
struct HistoryRun {
    /// What happened, over all histories.
    struct Counts {
        var outs = 0
        var ins = 0
        var restarts = 0
        var decoded = 0
        var clamps: Set<Clamp.Name> = []

        var missing: [Clamp.Name] { Clamp.Name.allCases.filter { !clamps.contains($0) } }

        mutating func add(_ other: Counts) {
            outs += other.outs
            ins += other.ins
            restarts += other.restarts
            decoded += other.decoded
            clamps.formUnion(other.clamps)
        }
    }

    private struct Input {
        var observation: GroupObservation
        var now: MonotonicInstant
        var calendar: CalendarTime
    }

    private let seed: UInt64
    private var random: SeededRandom
    private(set) var broken: [String] = []
    private(set) var counts = Counts()

    init(seed: UInt64) {
        self.seed = seed
        random = SeededRandom(seed: seed &* 0x5851_F42D_4C95_7F2D &+ 1)
    }

    /// Plays the history until its end or the first broken property.
    mutating func play() throws {
        let interval: Duration = random.once(in: 3) ? .seconds(5) : .seconds(1)
        var policy = GroupPolicy.generated(&random, interval: interval)
        precondition(policy.problems(interval: interval).isEmpty, "\(policy.problems(interval: interval))")
        var world = GeneratedWorld(&random, interval: interval)
        var engine = ScalingEngine(policy: policy, interval: interval)
        var twin: ScalingEngine? = seed / 8 % 8 == 0 ? engine : nil
        var oracle = DecisionOracle(interval: interval)
        for tick in 0..<random.within(6...20) {
            switch random.below(100) {
            case 0, 1:
                engine = ScalingEngine(policy: policy, interval: interval)
                twin = twin.map { _ in engine }
                oracle.restart()
                counts.restarts += 1
            case 2 where seed / 8 % 8 == 0:
                engine = try Self.decoded(engine)
                counts.decoded += 1
            case 3:
                policy = GroupPolicy.generated(&random, interval: interval)
                engine.policy = policy
                twin?.policy = policy
                oracle.changePolicy()
            default: break
            }
            let observation = world.observe(&random, policy)
            let calendar = CalendarTime(secondsSinceEpoch: world.epoch)
            let decision = engine.decide(observation, now: world.now, calendar: calendar)
            broken = oracle.judge(decision, policy, bounds: Self.bounds(policy, calendar))
            if let other = twin?.decide(observation, now: world.now, calendar: calendar), other != decision {
                broken.append("the same input gave another decision")
            }
            note(decision)
            if !broken.isEmpty {
                broken.append("tick \(tick), \(decision.order), \(decision.reason), clamps \(decision.clamps)")
                return
            }
            world.apply(decision.order, &random)
            world.step(&random)
        }
        if let twin, try Self.bytes(twin) != Self.bytes(engine) { broken.append("the same input gave other bytes") }
    }

    private mutating func note(_ decision: Decision) {
        switch decision.order {
        case .hold: break
        case .scaleOut: counts.outs += 1
        case .scaleIn: counts.ins += 1
        }
        for clamp in decision.clamps { counts.clamps.insert(clamp.name) }
    }

    /// The bounds by a reading of the one schedule that is generated: every even minute, for a minute.
    private static func bounds(_ policy: GroupPolicy, _ calendar: CalendarTime) -> ClosedRange<Int> {
        if !policy.schedules.isEmpty, calendar.secondsSinceEpoch / 60 % 2 == 0 { return 2...4 }
        return policy.min...policy.max
    }

    private static func bytes(_ engine: ScalingEngine) throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        return try encoder.encode(engine)
    }

    private static func decoded(_ engine: ScalingEngine) throws -> ScalingEngine {
        try JSONDecoder().decode(ScalingEngine.self, from: bytes(engine))
    }
}
