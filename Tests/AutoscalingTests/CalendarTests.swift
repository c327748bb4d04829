import Autoscaling
import Foundation
import Testing

@Suite("Cron lines and schedules")
struct CalendarTests {
    /// Minutes since 1970 of a UTC time.
    func minute(_ text: String) throws -> Int64 {
        let date = try #require(ISO8601DateFormatter().date(from: text + ":00Z"))
        return Int64(date.timeIntervalSince1970) / 60
    }

    @Test(
        "the last start at or before a time",
        arguments: [
            ("0 8 * * 1-5", "2026-11-23T07:59", "2026-11-20T08:00"),
            ("0 8 * * mon-fri", "2026-11-23T08:00", "2026-11-23T08:00"),
            ("*/15 * * * *", "2026-11-23T08:14", "2026-11-23T08:00"),
            ("5/20 * * * *", "2026-11-23T08:47", "2026-11-23T08:45"),
            ("30 22 1,15 * *", "2026-11-23T08:00", "2026-11-15T22:30"),
            ("0 0 29 feb *", "2026-11-23T08:00", "2024-02-29T00:00"),
            ("0 12 13 * 5", "2026-11-16T00:00", "2026-11-13T12:00"),
            ("0 12 13 * 7", "2026-11-16T00:00", "2026-11-15T12:00"),
            ("59 23 31 12 *", "2026-01-01T00:00", "2025-12-31T23:59"),
            ("0 10-16/3 * JAN-MAR,dec sun", "2026-11-23T08:00", "2026-03-29T16:00"),
        ]
    )
    func lastStart(line: String, at: String, expected: String) throws {
        let start = try CronLine(line).lastStart(atOrBefore: minute(at))
        #expect(try start == minute(expected))
        #expect(try CronLine(line).matches(localMinute: minute(expected)))
    }

    @Test(
        "lines that are none",
        arguments: [
            "", "* * * *", "* * * * * *", "60 * * * *", "* 24 * * *", "* * 0 * *", "* * * 13 *", "* * * * 8",
            "*/0 * * * *", "5-1 * * * *", "a * * * *", "1,,2 * * * *", "-1 * * * *", "1-2-3 * * * *", "*/61 * * * *",
            String(repeating: "1,", count: 500) + "1 * * * *",
        ]
    )
    func refused(line: String) {
        #expect(throws: CronLine.Failure.self) { try CronLine(line) }
    }

    @Test("the schedule that started last sets the bounds, by local time, until its time is over")
    func schedules() throws {
        var policy = GroupPolicy.tracking()
        policy.schedules = [
            Schedule(cron: "0 8 * * *", min: 4),
            Schedule(cron: "0 9 * * *", min: 2, max: 3, duration: .seconds(1800)),
        ]
        func desired(_ time: String) throws -> Int {
            var engine = ScalingEngine(policy: policy, interval: .seconds(1))
            // An hour ahead of UTC.
            let calendar = CalendarTime(secondsSinceEpoch: try minute(time) * 60 - 3600, utcOffset: 3600)
            let observation = GroupObservation(inService: [], reserve: 20)
            return engine.decide(observation, now: .seconds(5), calendar: calendar).desired
        }
        #expect(try desired("2026-11-23T08:00") == 4)
        #expect(try desired("2026-11-23T08:59") == 4)
        #expect(try desired("2026-11-23T09:00") == 2)
        #expect(try desired("2026-11-23T09:30") == 1)
        #expect(try desired("2026-11-24T08:30") == 4)
    }

    @Test("an upper bound of a schedule makes room, the bound named in the record")
    func upperBound() {
        var policy = GroupPolicy.tracking()
        policy.schedules = [Schedule(cron: "* * * * *", max: 1)]
        var group = EngineHarness(policy)
        let decision = group.tick([50, 50])
        #expect(decision.order == .scaleIn(by: 1))
        #expect(decision.reason.contains("schedule"))
    }
}

@Suite("The forecast")
struct ForecastTests {
    /// Days of 20 percent with 190 percent from noon to one, sampled each minute; the last decision of each minute.
    func run(days: Int, peak: (Int) -> Double, limit: Double = 30) -> [Decision] {
        var policy = GroupPolicy.tracking(95)
        policy.forecast = ForecastPolicy(ahead: .seconds(1200), target: 95, errorLimit: limit)
        var engine = ScalingEngine(policy: policy, interval: .seconds(60))
        return (0..<days * 1440).map { minute in
            let now = MonotonicInstant.seconds(Double(minute) * 60)
            let isPeak = 720..<780 ~= minute % 1440
            let load = (isPeak ? peak(minute / 1440) : 20) / 2
            let loads = (0..<2).map { number in
                LoadEstimate(
                    id: "vm\(number)",
                    host: HostSample(at: now, utilization: load),
                    guest: nil,
                    interval: .seconds(60),
                    now: now
                )
            }
            let calendar = CalendarTime(secondsSinceEpoch: Int64(minute) * 60)
            return engine.decide(GroupObservation(inService: loads, reserve: 5), now: now, calendar: calendar)
        }
    }

    @Test("it raises the recommendation ahead of the peak of the day before, and shows its error")
    func raises() throws {
        let decisions = run(days: 3) { _ in 190 }
        // Twenty minutes before noon of the third day, and an hour before.
        let ahead = decisions[2 * 1440 + 705]
        let forecast = try #require(ahead.recommendations.last)
        #expect(forecast.rule == "forecast" && forecast.size == 2)
        #expect(forecast.text.contains("off by 0 %"))
        #expect(ahead.unclampedSize == 2)
        #expect(decisions[2 * 1440 + 600].unclampedSize == 1)
        // On the first day there was nothing to go by.
        #expect(decisions[705].recommendations.last?.size == nil)
    }

    @Test("it never lowers a recommendation")
    func neverLowers() {
        let decisions = run(days: 3) { $0 == 2 ? 190 : 20 }
        #expect(decisions[2 * 1440 + 750].unclampedSize == 2)
    }

    @Test("a forecast that is off is not used, and says so")
    func off() throws {
        let decisions = run(days: 4, peak: { $0 % 2 == 0 ? 190 : 20 }, limit: 3)
        let forecast = try #require(decisions[3 * 1440 + 705].recommendations.last)
        #expect(forecast.size == nil)
        #expect(forecast.text.contains("not used"))
    }
}
