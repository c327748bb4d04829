import Autoscaling
import Foundation
import Wire

/// The bounds of a group that are in force, where they come from, and until when.
package struct GroupBounds: Codable, Sendable, Hashable {
    /// What sets bounds.
    package enum Source: String, Codable, Sendable {
        /// The group's `min` and `max`.
        case configuration
        /// A schedule of the group's policy.
        case schedule
    }

    /// The fewest instances.
    package var minimum: Int
    /// The most domains.
    package var maximum: Int
    /// What sets them.
    package var source: Source
    /// The schedule's place in the configuration, `policy.schedule[0]`; absent when none sets them.
    package var setting: String?
    /// The schedule's cron line; absent when none sets them.
    package var schedule: String?
    /// When another schedule, or none, or the first one sets them; absent when no such time is in sight.
    package var until: Date?

    /// The bounds as the engine knows them.
    package init(_ bounds: BoundsInForce) {
        minimum = bounds.min
        maximum = bounds.max
        source = bounds.schedule == nil ? .configuration : .schedule
        setting = bounds.schedule.map { "policy.schedule[\($0.index)]" }
        schedule = bounds.schedule?.cron
        until = bounds.until.map { Date(timeIntervalSince1970: TimeInterval($0)) }
    }

    /// `policy.schedule[0] ("0 20 * * *") until …`; `nil` when no schedule sets them.
    package var origin: String? {
        guard let setting else { return nil }
        let cron = schedule.map { " (\"\(PrintableText.of(String($0.prefix(60))))\")" } ?? ""
        return setting + cron + (until.map { " until \($0.rfc3339)" } ?? "")
    }

    /// `1 to 3`, `1 or more`.
    package var range: String {
        maximum >= GroupPolicy.unbounded ? "\(minimum) or more" : "\(minimum) to \(maximum)"
    }

    /// Which limit keeps a size from taking effect, and what ends that; `nil`: the size lies within the bounds.
    package func refusal(of size: Int) -> String? {
        let limit: String
        if size > maximum {
            limit = "the upper bound in force is \(maximum)"
        } else if size < minimum {
            limit = "the lower bound in force is \(minimum)"
        } else {
            return nil
        }
        let name = size > maximum ? "max" : "min"
        guard let origin else { return "\(limit), \(name) of the configuration; change \(name) there" }
        let end = until == nil ? "no end of it is in sight; " : "wait until then, or "
        return "\(limit), set by \(origin); \(end)change that schedule in the configuration"
    }
}
