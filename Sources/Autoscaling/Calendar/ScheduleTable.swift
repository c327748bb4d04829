/// The schedules of a policy on the time line around a moment: which one holds, and until when.
///
/// Each schedule counts from its last start. With a time it holds for that time; without one until another schedule
/// starts, which ends it for good. Of those that hold the one that started last wins; of two that started together the
/// later in the list.
struct ScheduleTable: Sendable {
    private struct Entry {
        var index: Int
        var line: CronLine
        /// How long it holds, seconds; `nil`: until another one starts.
        var duration: Int64?
    }

    /// Whether a schedule goes on by starting anew.
    private enum SizeProposal {
        case ends(at: Int64)
        case goesOn
        /// It starts anew more often than is looked at.
        case unknown
    }

    /// The most starts of others, and of the one that holds, that are looked at for its end.
    private static let otherLimit = 64
    private static let restartLimit = 1500

    private let timeline: LocalTimeline
    private let entries: [Entry]

    /// The schedules whose cron lines can be read.
    init(_ schedules: [Schedule], around calendar: CalendarTime) {
        timeline = LocalTimeline(calendar)
        entries = schedules.enumerated().compactMap { index, schedule in
            guard let line = try? CronLine(schedule.cron) else { return nil }
            let duration = schedule.duration.map { min(max($0.components.seconds, 1), 1 << 40) }
            return Entry(index: index, line: line, duration: duration)
        }
    }

    /// The place in the list of the schedule that holds at a time, seconds since 1970 UTC; `nil`: none does.
    func holder(at time: Int64) -> Int? { entry(at: time)?.index }

    private func entry(at time: Int64) -> Entry? {
        let started = entries.compactMap { entry in
            timeline.lastStart(of: entry.line, at: time).map { (entry: entry, start: $0) }
        }.sorted { ($0.start, $0.entry.index) > ($1.start, $1.entry.index) }
        for (place, candidate) in started.enumerated() {
            // One without a time ended when another one started.
            guard let duration = candidate.entry.duration else {
                if place == 0 { return candidate.entry }
                continue
            }
            if time < candidate.start + duration { return candidate.entry }
        }
        return nil
    }

    /// When another schedule holds than at a time, or none, or any at all; `nil` when no such time is in sight.
    func change(after time: Int64) -> Int64? {
        let holder = entry(at: time)
        var from = time
        for _ in 0..<Self.otherLimit {
            let others = entries.filter { $0.index != holder?.index }
            let next = others.compactMap { timeline.nextStart(of: $0.line, after: from) }.min()
            switch holder.map({ proposal(of: $0, from: from, before: next) }) ?? .goesOn {
            case .ends(let end): return end
            case .unknown: return nil
            case .goesOn: break
            }
            guard let next else { return nil }
            if entry(at: next)?.index != holder?.index { return next }
            from = next
        }
        return nil
    }

    /// Whether a schedule that holds ends by itself before another one starts.
    private func proposal(of entry: Entry, from: Int64, before next: Int64?) -> SizeProposal {
        guard let duration = entry.duration, let start = timeline.lastStart(of: entry.line, at: from) else {
            return .goesOn
        }
        var end = start + duration
        for _ in 0..<Self.restartLimit {
            if let next, end >= next { return .goesOn }
            guard let start = timeline.lastStart(of: entry.line, at: end), end < start + duration else {
                return .ends(at: end)
            }
            end = start + duration
        }
        return .unknown
    }
}
