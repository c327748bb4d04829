import Autoscaling
import Foundation
import Testing

@testable import Orchestration

@Suite("The host's calendar")
struct HostCalendarTests {
    private static func date(_ text: String) throws -> Date {
        try #require(ISO8601DateFormatter().date(from: text + ":00Z"))
    }

    @Test(
        "it knows the changes of the clock some weeks before and after, and none farther away",
        arguments: [
            ("2026-03-10T12:00", 3600, [1_774_746_000]), ("2026-04-10T12:00", 7200, [1_774_746_000]),
            ("2026-10-25T00:30", 7200, [1_792_890_000]), ("2026-10-25T01:30", 3600, [1_792_890_000]),
            ("2026-07-01T12:00", 7200, []),
        ] as [(String, Int, [Int64])]
    )
    func changes(at: String, offset: Int, expected: [Int64]) throws {
        let berlin = try #require(TimeZone(identifier: "Europe/Berlin"))
        let date = try Self.date(at)
        let calendar = CalendarTime(date, zone: berlin, hasSchedules: true)
        #expect(calendar.utcOffset == offset)
        #expect(calendar.offsetChanges?.map(\.at) ?? [] == expected)
        #expect(calendar.offsetChanges?.allSatisfy { abs($0.after - $0.before) == 3600 } ?? true)
        #expect(CalendarTime(date, zone: berlin, hasSchedules: false).offsetChanges == nil)
    }

    @Test("a zone without summer time has none")
    func utc() throws {
        let utc = try #require(TimeZone(identifier: "UTC"))
        #expect(CalendarTime(try Self.date("2026-03-29T01:00"), zone: utc, hasSchedules: true).offsetChanges == nil)
    }
}
