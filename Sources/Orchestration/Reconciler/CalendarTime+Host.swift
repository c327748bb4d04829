import Autoscaling
import Foundation

extension CalendarTime {
    /// How far before and after a time changes of the offset are looked for: longer than any schedule lasts.
    private static let reach: TimeInterval = 29 * 86_400
    /// The most changes within that.
    private static let changeLimit = 8

    /// The wall clock in the host's time zone.
    ///
    /// - Parameter hasSchedules: Whether the changes of the offset around that time are wanted, as schedules need them.
    package init(_ date: Date, zone: TimeZone = .current, hasSchedules: Bool) {
        self.init(
            secondsSinceEpoch: Int64(date.timeIntervalSince1970.rounded(.down)),
            utcOffset: zone.secondsFromGMT(for: date),
            offsetChanges: hasSchedules ? Self.changes(around: date, zone) : nil
        )
    }

    private static func changes(around date: Date, _ zone: TimeZone) -> [OffsetChange]? {
        var changes: [OffsetChange] = []
        var time = date.addingTimeInterval(-reach)
        for _ in 0..<changeLimit {
            guard let next = zone.nextDaylightSavingTimeTransition(after: time), next > time,
                next <= date.addingTimeInterval(reach)
            else { break }
            time = next
            let (before, after) = (
                zone.secondsFromGMT(for: next.addingTimeInterval(-1)), zone.secondsFromGMT(for: next)
            )
            guard before != after else { continue }
            changes.append(OffsetChange(at: Int64(next.timeIntervalSince1970), before: before, after: after))
        }
        return changes.isEmpty ? nil : changes
    }
}
