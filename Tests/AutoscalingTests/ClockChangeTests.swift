import Autoscaling
import Foundation
import Testing

@Suite("Schedules on days on which the clock changes")
struct ClockChangeTests {
    /// Central European time: summer time began at 01:00 UTC on 29 March 2026, and ended at 01:00 UTC on 25 October.
    static let spring = CalendarTime.OffsetChange(at: 1_774_746_000, before: 3600, after: 7200)
    static let autumn = CalendarTime.OffsetChange(at: 1_792_890_000, before: 7200, after: 3600)

    static func calendar(_ text: String) throws -> CalendarTime {
        let date = try #require(ISO8601DateFormatter().date(from: text + ":00Z"))
        let time = Int64(date.timeIntervalSince1970)
        let isSummer = spring.at <= time && time < autumn.at
        let near = [spring, autumn].filter { abs($0.at - time) < 29 * 86_400 }
        return CalendarTime(
            secondsSinceEpoch: time,
            utcOffset: isSummer ? 7200 : 3600,
            offsetChanges: near.isEmpty ? nil : near
        )
    }

    /// The lower bound at a UTC time.
    static func lowest(_ schedules: [Schedule], at text: String) throws -> Int {
        GroupPolicy(max: 9, schedules: schedules).boundsInForce(at: try calendar(text)).min
    }

    @Test(
        "a schedule that lasts over a change is not longer or shorter for it",
        arguments: [
            // From midnight local time for four hours: until 5:00 in spring, 3:00 in autumn.
            ("2026-03-28T22:59", 1), ("2026-03-28T23:00", 3), ("2026-03-29T02:59", 3), ("2026-03-29T03:00", 1),
            ("2026-10-24T21:59", 1), ("2026-10-24T22:00", 3), ("2026-10-25T01:59", 3), ("2026-10-25T02:00", 1),
            ("2026-10-25T02:30", 1),
        ]
    )
    func length(at: String, expected: Int) throws {
        let schedule = Schedule(cron: "0 0 * * *", min: 3, duration: .seconds(4 * 3600))
        #expect(try Self.lowest([schedule], at: at) == expected)
    }

    @Test("one that is over does not hold again in the hour that the clock shows twice")
    func notAgain() throws {
        let schedule = Schedule(cron: "30 1 * * *", min: 3, duration: .seconds(3600))
        for (at, expected) in [
            ("2026-10-24T23:30", 3), ("2026-10-25T00:29", 3), ("2026-10-25T00:30", 1), ("2026-10-25T01:10", 1),
        ] { #expect(try Self.lowest([schedule], at: at) == expected, "\(at)") }
    }

    @Test("a start that the clock skips happens when it does, and one that it shows twice happens once")
    func skippedAndTwice() throws {
        let schedule = Schedule(cron: "30 2 * * *", min: 3, duration: .seconds(1800))
        for (at, expected) in [
            ("2026-03-29T00:59", 1), ("2026-03-29T01:00", 3), ("2026-03-29T01:29", 3), ("2026-03-29T01:30", 1),
            ("2026-10-25T00:29", 1), ("2026-10-25T00:30", 3), ("2026-10-25T01:00", 1), ("2026-10-25T01:45", 1),
        ] { #expect(try Self.lowest([schedule], at: at) == expected, "\(at)") }
    }

    @Test("one that starts each hour does so in both of the hours that look alike, and in none that the clock skips")
    func hourly() throws {
        let schedule = Schedule(cron: "30 * * * *", min: 3, duration: .seconds(600))
        for (at, expected) in [
            ("2026-10-25T00:35", 3), ("2026-10-25T01:00", 1), ("2026-10-25T01:35", 3), ("2026-03-29T01:05", 1),
            ("2026-03-29T01:35", 3),
        ] { #expect(try Self.lowest([schedule], at: at) == expected, "\(at)") }
    }

    @Test(
        "until when the bounds hold is told with the changes that come",
        arguments: [
            ("2026-10-24T10:00", "2026-10-25T05:00"), ("2026-03-28T10:00", "2026-03-29T04:00"),
            ("2026-03-28T04:30", "2026-03-28T05:00"), ("2026-10-25T00:10", "2026-10-25T05:00"),
        ]
    )
    func until(at: String, expected: String) throws {
        let policy = GroupPolicy(schedules: [Schedule(cron: "0 6 * * *", min: 3, duration: .seconds(3600))])
        let bounds = policy.boundsInForce(at: try Self.calendar(at))
        #expect(try bounds.until == Self.calendar(expected).secondsSinceEpoch)
    }

    @Test("a calendar that makes no sense, as a file may hold one, does no harm")
    func nonsense() {
        let changes = [
            CalendarTime.OffsetChange(at: .max, before: .min, after: .max),
            CalendarTime.OffsetChange(at: .min, before: .max, after: .min),
        ]
        let policy = GroupPolicy(
            schedules: [
                Schedule(cron: "0 6 * * *", min: 3, duration: .seconds(Int64.max)), Schedule(cron: "x", min: 2),
                Schedule(cron: "0 7 * * *", min: 4, duration: .seconds(-5)),
            ]
        )
        for time in [Int64.min, -1, 0, .max] {
            for changes in [changes, [], nil] {
                let calendar = CalendarTime(secondsSinceEpoch: time, utcOffset: .max, offsetChanges: changes)
                let bounds = policy.boundsInForce(at: calendar)
                #expect(bounds.min >= 1 && bounds.max >= bounds.min)
            }
        }
    }
}
