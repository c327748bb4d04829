/// Local time around a moment, with the changes of its UTC offset: where the starts of cron lines lie in time.
///
/// Times are seconds since 1970 UTC. As cron(8) does it: a start at a set hour that the clock skips happens when it does so,
/// and one that the clock shows twice happens the first time; lines for every hour start whenever the clock matches.
struct LocalTimeline: Sendable {
    /// More changes than there are in the weeks around a moment: a calendar may come from a file.
    private static let changeLimit = 16
    /// The farthest that local time may be from UTC, seconds.
    private static let offsetLimit = 2 * 86_400

    private let offset: Int64
    private let changes: [CalendarTime.OffsetChange]

    /// Local time around `calendar`.
    init(_ calendar: CalendarTime) {
        offset = Self.believable(calendar.utcOffset)
        changes = (calendar.offsetChanges ?? []).prefix(Self.changeLimit).sorted { $0.at < $1.at }
    }

    /// The last start at or before a time; `nil` when there was none in eight years.
    func lastStart(of line: CronLine, at time: Int64) -> Int64? {
        var end = time
        for span in stride(from: self.span(at: time), through: 0, by: -1) {
            let offset = offset(in: span)
            guard let minute = line.lastStart(atOrBefore: Self.minute(end, offset)) else { return nil }
            let start = minute * 60 - offset
            guard span > 0 else { return start }
            let change = changes[span - 1]
            if start >= change.at, !isRepeated(start, line, span) { return start }
            if start < change.at, isSkipped(minute, line, change) { return change.at }
            end = change.at - 1
        }
        return nil
    }

    /// The first start after a time; `nil` when there is none in eight years.
    func nextStart(of line: CronLine, after time: Int64) -> Int64? {
        var begin = time
        var span = self.span(at: time)
        while span <= changes.count {
            let offset = offset(in: span)
            guard let minute = line.nextStart(after: Self.minute(begin, offset)) else { return nil }
            let start = minute * 60 - offset
            if isRepeated(start, line, span) {
                begin = repetitionEnd(span) - 1
                continue
            }
            guard span < changes.count, start >= changes[span].at else { return start }
            if isSkipped(minute, line, changes[span]) { return changes[span].at }
            begin = changes[span].at - 1
            span += 1
        }
        return nil
    }

    /// The number of the span of one offset in which a time lies.
    private func span(at time: Int64) -> Int { changes.count { $0.at <= time } }

    private func offset(in span: Int) -> Int64 {
        guard let first = changes.first else { return offset }
        return Self.believable(span == 0 ? first.before : changes[span - 1].after)
    }

    /// When the clock has passed in a span what it had shown before the change that begins the span.
    private func repetitionEnd(_ span: Int) -> Int64 {
        changes[span - 1].at + Self.believable(changes[span - 1].before) - Self.believable(changes[span - 1].after)
    }

    /// Whether the clock showed that time before it was set back.
    private func isRepeated(_ start: Int64, _ line: CronLine, _ span: Int) -> Bool {
        line.namesHours && span > 0 && start >= changes[span - 1].at && start < repetitionEnd(span)
    }

    /// Whether the clock never shows that minute, since it is set forward over it.
    private func isSkipped(_ minute: Int64, _ line: CronLine, _ change: CalendarTime.OffsetChange) -> Bool {
        line.namesHours && minute * 60 >= change.at + Self.believable(change.before)
            && minute * 60 < change.at + Self.believable(change.after)
    }

    private static func minute(_ time: Int64, _ offset: Int64) -> Int64 {
        let local = time + offset
        return local >= 0 ? local / 60 : (local - 59) / 60
    }

    private static func believable(_ offset: Int) -> Int64 { Int64(min(max(offset, -offsetLimit), offsetLimit)) }
}

extension CalendarTime {
    /// The time, brought within what can be computed with: it may come from a file.
    var believable: Int64 { min(max(secondsSinceEpoch, -1 << 40), 1 << 40) }
}
