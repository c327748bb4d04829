import Autoscaling
import Foundation
import Testing

@Suite("Which schedule holds")
struct ScheduleTests {
    /// The lower bound at a UTC time, seen in what an engine without instances orders.
    static func lowest(_ schedules: [Schedule], at text: String) throws -> Int {
        var engine = ScalingEngine(policy: GroupPolicy(max: 9, schedules: schedules), interval: .seconds(1))
        let date = try #require(ISO8601DateFormatter().date(from: text + ":00Z"))
        let calendar = CalendarTime(secondsSinceEpoch: Int64(date.timeIntervalSince1970))
        return engine.decide(GroupObservation(inService: [], reserve: 20), now: .seconds(5), calendar: calendar).desired
    }

    @Test(
        "a longer schedule goes on when a shorter one that started in it is over",
        arguments: [
            ("2026-11-27T05:59", 1), ("2026-11-27T06:00", 3), ("2026-11-27T20:00", 2), ("2026-11-27T20:10", 2),
            ("2026-11-27T20:29", 2), ("2026-11-27T20:30", 3), ("2026-11-27T20:56", 3), ("2026-11-28T01:59", 3),
            ("2026-11-28T02:00", 1),
        ]
    )
    func nested(at: String, expected: Int) throws {
        let schedules = [
            Schedule(cron: "0 6 * * *", min: 3, duration: .seconds(20 * 3600)),
            Schedule(cron: "0 20 * * *", min: 2, duration: .seconds(1800)),
        ]
        #expect(try Self.lowest(schedules, at: at) == expected)
        #expect(try Self.lowest(schedules.reversed(), at: at) == expected, "the order of the list does not matter")
    }

    @Test(
        "a schedule goes on over midnight",
        arguments: [
            ("2026-11-27T21:59", 1), ("2026-11-27T22:00", 3), ("2026-11-27T23:59", 3), ("2026-11-28T00:00", 3),
            ("2026-11-28T01:59", 3), ("2026-11-28T02:00", 1),
        ]
    )
    func midnight(at: String, expected: Int) throws {
        let schedule = Schedule(cron: "0 22 * * *", min: 3, duration: .seconds(4 * 3600))
        #expect(try Self.lowest([schedule], at: at) == expected)
    }

    @Test("of two that start together the later in the list wins, and then the other goes on")
    func together() throws {
        let long = Schedule(cron: "0 8 * * *", min: 3, duration: .seconds(7200))
        let short = Schedule(cron: "0 8 * * *", min: 5, duration: .seconds(3600))
        #expect(try Self.lowest([long, short], at: "2026-11-27T08:30") == 5)
        #expect(try Self.lowest([long, short], at: "2026-11-27T09:30") == 3)
        #expect(try Self.lowest([short, long], at: "2026-11-27T08:30") == 3)
        #expect(try Self.lowest([short, long], at: "2026-11-27T10:00") == 1)
    }

    @Test("one that lasts longer than its period always holds, and with each start it comes before the others again")
    func longerThanPeriod() throws {
        let first = Schedule(cron: "0 6 * * *", min: 3, duration: .seconds(48 * 3600))
        let second = Schedule(cron: "0 12 * * *", min: 2, duration: .seconds(36 * 3600))
        #expect(try Self.lowest([first], at: "2026-11-27T05:59") == 3)
        #expect(try Self.lowest([first, second], at: "2026-11-27T07:00") == 3)
        #expect(try Self.lowest([first, second], at: "2026-11-27T13:00") == 2)
        #expect(try Self.lowest([first, second], at: "2026-11-28T05:59") == 2)
        #expect(try Self.lowest([first, second], at: "2026-11-28T06:00") == 3)
    }

    @Test("one without a time ends for good when another one starts, and one with a time goes on behind it")
    func withoutTime() throws {
        let day = Schedule(cron: "0 6 * * *", min: 3, duration: .seconds(20 * 3600))
        let open = Schedule(cron: "0 20 * * *", min: 2)
        let short = Schedule(cron: "0 21 * * *", min: 5, duration: .seconds(1800))
        #expect(try Self.lowest([open], at: "2026-11-27T19:59") == 2, "until it starts again")
        #expect(try Self.lowest([day, open, short], at: "2026-11-27T20:30") == 2)
        #expect(try Self.lowest([day, open, short], at: "2026-11-27T21:10") == 5)
        #expect(try Self.lowest([day, open, short], at: "2026-11-27T21:45") == 3)
        #expect(try Self.lowest([open, short], at: "2026-11-27T21:45") == 1)
        let same = Schedule(cron: "0 20 * * *", min: 4, duration: .seconds(1800))
        #expect(try Self.lowest([open, same], at: "2026-11-27T20:10") == 4)
        #expect(try Self.lowest([open, same], at: "2026-11-27T20:40") == 1, "ended by the later in the list")
        #expect(try Self.lowest([same, open], at: "2026-11-27T20:40") == 2)
    }

    /// The bounds in force at a UTC time.
    static func bounds(_ policy: GroupPolicy, at text: String) throws -> BoundsInForce {
        let date = try #require(ISO8601DateFormatter().date(from: text + ":00Z"))
        return policy.boundsInForce(at: CalendarTime(secondsSinceEpoch: Int64(date.timeIntervalSince1970)))
    }

    @Test(
        "the bounds in force tell which schedule sets them and until when",
        arguments: [
            ("2026-11-27T05:00", nil, "2026-11-27T06:00"), ("2026-11-27T10:00", 0, "2026-11-27T20:00"),
            ("2026-11-27T20:10", 1, "2026-11-27T20:30"), ("2026-11-27T20:56", 0, "2026-11-28T02:00"),
        ] as [(String, Int?, String)]
    )
    func origin(at: String, index: Int?, until: String) throws {
        let policy = GroupPolicy(
            min: 1,
            max: 5,
            schedules: [
                Schedule(cron: "0 6 * * *", min: 3, duration: .seconds(20 * 3600)),
                Schedule(cron: "0 20 * * *", min: 2, max: 4, duration: .seconds(1800)),
            ]
        )
        let bounds = try Self.bounds(policy, at: at)
        #expect(bounds.schedule?.index == index)
        #expect(bounds.schedule?.cron == index.map { policy.schedules[$0].cron })
        #expect(bounds.max == (index == 1 ? 4 : 5))
        let end = try #require(ISO8601DateFormatter().date(from: until + ":00Z"))
        #expect(bounds.until == Int64(end.timeIntervalSince1970))
    }

    @Test("an end is told where there is one: not for what always holds, but past every start of its own")
    func ends() throws {
        func until(_ schedules: [Schedule]) throws -> String? {
            try Self.bounds(GroupPolicy(max: 9, schedules: schedules), at: "2026-11-27T10:00").until.map {
                Date(timeIntervalSince1970: TimeInterval($0)).ISO8601Format()
            }
        }
        let always = Schedule(cron: "* * * * *", min: 1, max: 1)
        #expect(try until([]) == nil)
        #expect(try until([always]) == nil)
        #expect(try until([Schedule(cron: "*/10 * * * *", min: 2, duration: .seconds(600))]) == nil)
        // Each start begins where the one before ends.
        let joined = Schedule(cron: "*/10 8-11 * * *", min: 2, duration: .seconds(600))
        #expect(try until([joined]) == "2026-11-27T12:00:00Z")
        let evening = Schedule(cron: "0 20 * * *", min: 4, duration: .seconds(600))
        #expect(try until([always, evening]) == "2026-11-27T20:00:00Z")
        #expect(try until([evening, always]) == nil, "the later in the list starts at the same time and wins")
    }

    @Test("a schedule that ends within a minute ends then, also for an engine that looked in that minute")
    func withinAMinute() throws {
        let schedule = Schedule(cron: "0 8 * * *", min: 4, duration: .seconds(90))
        let date = try #require(ISO8601DateFormatter().date(from: "2026-11-27T08:00:00Z"))
        var engine = ScalingEngine(policy: GroupPolicy(max: 9, schedules: [schedule]), interval: .seconds(1))
        let lowest = ([0, 60, 89, 90, 119] as [Int64]).map { second in
            let time = Int64(date.timeIntervalSince1970) + second
            return engine.boundsInForce(at: CalendarTime(secondsSinceEpoch: time)).min
        }
        #expect(lowest == [4, 4, 4, 1, 1])
    }

    @Test("the record of a decision names the schedule and its end, and without a wall clock what held goes on")
    func record() throws {
        var policy = GroupPolicy.tracking()
        policy.schedules = [Schedule(cron: "0 8 * * *", max: 1, duration: .seconds(3600))]
        let date = try #require(ISO8601DateFormatter().date(from: "2026-11-27T08:10:00Z"))
        var group = EngineHarness(policy)
        group.epoch = Int64(date.timeIntervalSince1970)
        let words = "the upper bound is 1 by the schedule `0 8 * * *` until 2026-11-27T09:00:00Z"
        #expect(group.tick([50, 50]).clamps.last?.why == words)
        #expect(group.engine.boundsInForce(at: nil).max == 1)
        group.engine.policy.schedules = []
        #expect(group.engine.boundsInForce(at: nil).max == GroupPolicy.unbounded)
    }
}
