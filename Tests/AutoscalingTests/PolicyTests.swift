import Autoscaling
import Testing

@Suite("Policies that cannot be met")
struct PolicyTests {
    func paths(_ policy: GroupPolicy, interval: Duration = .seconds(1)) -> [String] {
        policy.problems(interval: interval).map(\.keyPath)
    }

    @Test("the shipped policies have no problem")
    func shipped() {
        #expect(paths(.standard).isEmpty)
        #expect(paths(.recommended).isEmpty)
    }

    @Test("each nonsense is refused by its key, with a remedy")
    func refused() {
        let cases: [(GroupPolicy, String)] = [
            (GroupPolicy(min: 3, max: 2), "min"),
            (GroupPolicy(min: 0), "min"),
            (GroupPolicy(max: 0), "max"),
            (GroupPolicy(rules: []), "policy.rules"),
            (.tracking(0), "policy.rules[0].target.percent"),
            (.tracking(.nan), "policy.rules[0].target.percent"),
            (
                GroupPolicy(rules: [.targetTracking(TargetTracking(tolerance: 1))]),
                "policy.rules[0].target.tolerance"
            ),
            (GroupPolicy(rules: [.threshold(ThresholdPolicy(threshold: 100))]), "policy.rules[0].threshold.over"),
            (GroupPolicy(rules: [.threshold(ThresholdPolicy(samples: 0))]), "policy.rules[0].threshold.samples"),
            (GroupPolicy(rules: [.threshold(ThresholdPolicy(low: 80))]), "policy.rules[0].threshold.low"),
            (.tracking(window: .milliseconds(500)), "policy.scale-in.window"),
            (.tracking(window: .seconds(-1)), "policy.scale-in.window"),
            (GroupPolicy(scaleOut: DirectionLimits(cooldown: .seconds(-1))), "policy.scale-out.cooldown"),
            (GroupPolicy(scaleOut: DirectionLimits(perMinute: 0)), "policy.scale-out.per-minute"),
            (GroupPolicy(warmUp: .seconds(-1)), "policy.warm-up"),
            (GroupPolicy(schedules: [Schedule(cron: "0 8 * *", min: 2)]), "policy.schedule[0].cron"),
            (GroupPolicy(schedules: [Schedule(cron: "0 8 31 2 *", min: 2)]), "policy.schedule[0].cron"),
            (GroupPolicy(schedules: [Schedule(cron: "0 8 * * *")]), "policy.schedule[0]"),
            (GroupPolicy(schedules: [Schedule(cron: "0 8 * * *", min: 5, max: 4)]), "policy.schedule[0]"),
            (GroupPolicy(schedules: [Schedule(cron: "0 8 * * *", min: 5, duration: .zero)]), "policy.schedule[0].for"),
            (GroupPolicy(forecast: ForecastPolicy(ahead: .zero)), "policy.forecast.ahead"),
        ]
        for (policy, path) in cases {
            let problems = policy.problems(interval: .seconds(1))
            #expect(problems.map(\.keyPath) == [path])
            #expect(problems.allSatisfy { !$0.problem.isEmpty && !$0.remedy.isEmpty })
        }
    }

    @Test("within other bounds, as a simulation has them, the bounds of its schedules are brought, too")
    func narrowed() {
        var policy = GroupPolicy(
            min: 1,
            max: 9,
            schedules: [Schedule(cron: "0 8 * * *", min: 1, max: 20), Schedule(cron: "0 9 * * *", min: 12)]
        )
        policy.narrow(to: 2...5)
        #expect(policy.min == 2 && policy.max == 5)
        #expect(policy.schedules.map(\.min) == [2, 5] && policy.schedules.map(\.max) == [5, nil])
        #expect(paths(policy).isEmpty)
    }

    @Test("several problems are named at once")
    func several() {
        #expect(paths(GroupPolicy(min: 9, max: 2, rules: [.targetTracking(TargetTracking(target: 0))])).count == 2)
    }
}

@Suite("Whom a scale in takes")
struct VictimSelectionTests {
    typealias Candidate = VictimSelection.Candidate

    @Test("least work, then youngest, then by name; unknown work last; never protected or strange ones")
    func order() {
        let candidates = [
            Candidate(id: "1", name: "unknown", work: nil, inServiceSince: .seconds(9)),
            Candidate(id: "2", name: "busy", work: 7, inServiceSince: .seconds(9)),
            Candidate(id: "3", name: "old", work: 0, inServiceSince: .seconds(1)),
            Candidate(id: "4", name: "b", work: 0, inServiceSince: .seconds(5)),
            Candidate(id: "5", name: "a", work: 0, inServiceSince: .seconds(5)),
            Candidate(id: "6", name: "protected", work: 0, inServiceSince: .seconds(9), isProtected: true),
            Candidate(id: "7", name: "strange", work: 0, inServiceSince: .seconds(9), isOwned: false),
        ]
        let expected = ["a", "b", "old", "busy", "unknown"]
        #expect(VictimSelection.order(candidates).map(\.name) == expected)
        #expect(VictimSelection.order(candidates.reversed()).map(\.name) == expected)
    }
}
