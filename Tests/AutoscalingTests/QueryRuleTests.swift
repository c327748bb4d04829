import Autoscaling
import Foundation
import Testing

@Suite("Rules on what Prometheus knows")
struct QueryRuleTests {
    let query = PrometheusQuery(url: "http://127.0.0.1:9090", expression: "sum(queue_length)")

    func group(onGap: GapRule = .hold) -> EngineHarness {
        var policy = GroupPolicy(
            rules: [.prometheus(QueryTarget(query, perInstance: 20))],
            scaleIn: DirectionLimits()
        )
        policy.onGap = onGap
        return EngineHarness(policy)
    }

    /// Two instances that do a little, and this heard of the query.
    func tick(_ group: inout EngineHarness, _ reading: QueryReading?, instances: Int = 2) -> Decision {
        group.template.queries = reading.map { [$0] }
        return group.tick(Array(repeating: 30, count: instances))
    }

    func value(_ value: Double, _ group: EngineHarness, age: Double = 0) -> QueryReading {
        QueryReading(query, value: value, at: group.now.advanced(by: .seconds(-age)))
    }

    @Test(
        "the value is shared: divided by the target, rounded up, the present size within the tolerance",
        arguments: [(54.0, 3), (43.9, 2), (44.1, 3), (36, 2), (35, 2), (20, 1), (0, 1), (-5, 1), (399, 20)]
    )
    func value(total: Double, size: Int) {
        var group = group()
        let decision = tick(&group, value(total, group))
        #expect(decision.desired == size, "\(decision.reason)")
        #expect(decision.reason.hasPrefix("`sum(queue_length)` is"))
        #expect(decision.recommendations.map(\.rule) == ["prometheus"])
    }

    @Test("work that waits elsewhere starts instances where none serves")
    func nobody() {
        var group = group()
        let decision = tick(&group, value(100, group), instances: 0)
        #expect(decision.desired == 5)
    }

    @Test("no value is a gap, never zero: nothing shrinks, and the reason names query and failure")
    func gap() {
        var group = group()
        #expect(tick(&group, value(100, group), instances: 5).order == .hold)
        let lost = tick(&group, QueryReading(query, failure: "the connection was refused"), instances: 5)
        #expect(lost.order == .hold && lost.unclampedSize == 5)
        #expect(lost.reason.contains("`sum(queue_length)` has no value (the connection was refused)"))
        #expect(lost.recommendations.first?.gap?.contains("the connection was refused") == true)
        #expect(lost.whatWouldChange.contains("each rule has its values"))
        #expect(tick(&group, value(0, group), instances: 5).order == .scaleIn(by: 4))
    }

    @Test("a value is used up to its age, one older is a gap", arguments: [(119.0, 1), (120, 1), (121, 2)])
    func age(seconds: Double, size: Int) {
        var group = group()
        let decision = tick(&group, value(3, group, age: seconds))
        #expect(decision.desired == size)
        #expect((decision.recommendations.first?.gap == nil) == (size == 1))
    }

    @Test("without a reading, with another query's, or with one that is no number there is no value")
    func unusable() {
        var group = group()
        let other = PrometheusQuery(url: query.url, expression: "sum(other)")
        for reading in [
            nil, QueryReading(other, value: 1, at: group.now), value(.nan, group), value(.infinity, group),
        ] {
            let decision = tick(&group, reading)
            #expect(
                decision.order == .hold && decision.recommendations.first?.gap != nil,
                "\(String(describing: reading))"
            )
        }
    }

    @Test("a gap counts by its rule", arguments: [(GapRule.hold, 2), (.last, 4), (.scaleOut, 3)])
    func rules(onGap: GapRule, size: Int) {
        var group = group(onGap: onGap)
        _ = tick(&group, value(80, group), instances: 4)
        let decision = tick(&group, QueryReading(query, failure: "away"))
        #expect(decision.desired == size, "\(decision.reason)")
        // By none of them does it shrink.
        let large = tick(&group, QueryReading(query, failure: "away"), instances: 9)
        #expect(large.desired >= 9)
    }

    @Test("a gap forbids what a lower max would take; a size that is held is obeyed")
    func others() {
        var group = group()
        group.engine.policy.max = 3
        let decision = tick(&group, QueryReading(query, failure: "away"), instances: 5)
        #expect(decision.order == .hold && decision.limits.last == .gapForbidsScaleIn, "\(decision.clamps)")
        group.template.steering = Steering(size: Steering.Size(count: 2, by: "anna"))
        #expect(tick(&group, QueryReading(query, failure: "away"), instances: 5).order == .scaleIn(by: 3))
    }

    @Test("a trace holds the values with their times: its replay gives the same, and another target what it comes to")
    func replay() throws {
        var group = group()
        group.engine.policy.scaleIn = DirectionLimits(window: .seconds(5))
        let policy = group.engine.policy
        var lines = [TraceLine.header(TraceHeader(group: "web", policy: policy, interval: .seconds(1)))]
        for second in 0..<60 {
            let isAway = (20..<40).contains(second)
            let reading = isAway ? QueryReading(query, failure: "away") : value(Double(second * 2), group, age: 3)
            let decision = tick(&group, reading)
            lines.append(.tick(TraceTick(calendar: nil, decision: decision)))
        }
        let read = try lines.map { try JSONDecoder().decode(TraceLine.self, from: JSONEncoder().encode($0)) }
        #expect(read == lines)
        let replay = try #require(Replay(lines: read))
        #expect(replay.run().decisions == replay.ticks.map(\.decision))
        var other = policy
        other.rules = [.prometheus(QueryTarget(query, perInstance: 5))]
        #expect(replay.run(policy: other).decisions[15].desired == 6)
        let simulation = replay.simulation()
        #expect(simulation.queries.count == simulation.workload.arrivals.count)
        let result = simulation.run(EngineAutoscaler(policy: other))
        #expect(result.events.contains { $0.reason.contains("sum(queue_length)") }, "\(result.events)")
    }

    @Test("a tick that was recorded before there were queries is still read")
    func old() throws {
        let text = #"""
            {"tick":{"decision":{"at":{"nanoseconds":5},"order":{"hold":{}},"desired":1,"capacity":1,"reason":"r",\#
            "whatWouldChange":"w","overloaded":false,"hotSamples":0,"rawWish":1,\#
            "wishes":[{"rule":"threshold","size":1,"text":"t"}],"clamps":[],"observation":{"inService":\#
            [{"id":"a","merge":"busy","utilization":5,"demand":5}],"coming":0,"draining":0,"standby":0,"reserve":1,\#
            "counted":1,"removable":1,"replacing":0}}}}
            """#
        guard case .tick(let tick) = try JSONDecoder().decode(TraceLine.self, from: Data(text.utf8)) else {
            Issue.record("no tick")
            return
        }
        #expect(tick.observation.queries == nil && tick.observation.inService[0].metrics == nil)
        #expect(tick.decision.recommendations[0].gap == nil)
    }

    @Test("a long expression is named by its beginning, in one line")
    func title() {
        let long = PrometheusQuery(
            url: "http://p",
            expression: "sum(\n  rate(x[1m])\n)" + String(repeating: " + 1", count: 50)
        )
        #expect(long.title.hasPrefix("`sum( rate(x[1m]) ) + 1") && long.title.count == 82)
    }
}
