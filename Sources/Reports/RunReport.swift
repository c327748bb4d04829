import Foundation
import History
import Lifecycle

/// A run's story in numbers: what a report shows.
package struct RunReport: Codable, Sendable {
    /// One instance on its way into service.
    package struct ScaleOut: Codable, Sendable, Equatable {
        /// The instance.
        package var instance: String
        /// Whether it was ordered; else its domain was found running.
        package var isOrdered: Bool
        /// When it was decided, or ordered where no decision is known.
        package var at: Date
        /// Why, in words.
        package var reason: String
        /// Seconds from then until the domain ran.
        package var started: Double?
        /// Seconds from then until the agent had registered.
        package var registered: Double?
        /// Seconds from then until the first probe had passed.
        package var probed: Double?
        /// Seconds from then until clients were told.
        package var told: Double?
        /// What became of it, when not service.
        package var outcome: String?
    }

    /// One instance on its way out of service.
    package struct ScaleIn: Codable, Sendable, Equatable {
        /// The instance.
        package var instance: String
        /// When clients were told to leave it.
        package var at: Date
        /// Why, in words.
        package var reason: String
        /// Seconds from then until it had answered its last request.
        package var drained: Double?
        /// Seconds from then until it was off, or in standby.
        package var ended: Double?
    }

    /// What one instance did.
    package struct InstanceRow: Codable, Sendable, Equatable {
        /// The name.
        package var name: String
        /// The last state; `nil` when it was off.
        package var state: InstanceState?
        /// Seconds in service.
        package var inService: Double
        /// Seconds in which its domain ran.
        package var running: Double
        /// Mean CPU in service, percent.
        package var mean: Double?
        /// The largest CPU, percent.
        package var peak: Double?
        /// Requests answered.
        package var requests: Double?
        /// The largest 99th percentile of the service time, seconds.
        package var p99: Double?
    }

    /// Sums over the whole span.
    package struct Totals: Codable, Sendable, Equatable {
        /// Hours of instances in service, all together.
        package var inServiceHours = 0.0
        /// Hours in which domains ran, all together.
        package var runningHours = 0.0
        /// Seconds in which every instance in service was over the threshold.
        package var secondsOverThreshold = 0.0
        /// Seconds of which anything is known.
        package var secondsKnown = 0.0
        /// Requests answered; absent when no agent reported any.
        package var requests: Double?
        /// The most instances in service at a time.
        package var mostInService = 0
        /// The largest demand, percent of one instance.
        package var peakDemand: Double?
    }

    /// The group.
    package var group: String
    /// The begin of what is shown.
    package var since: Date
    /// The end of what is shown.
    package var until: Date
    /// When the report was made.
    package var madeAt: Date
    /// Instances that came, in order.
    package var scaleOuts: [ScaleOut]
    /// Instances that left, in order.
    package var scaleIns: [ScaleIn]
    /// What went wrong, in order.
    package var failures: [ControllerEvent]
    /// The decisions that differ from the one before, in order.
    package var decisions: [DecisionRecord]
    /// The instances, by name.
    package var instances: [InstanceRow]
    /// The sums.
    package var totals: Totals
    /// The samples.
    package var series: HistorySeries

    /// A report of what is known of the time from `since` to `until`.
    ///
    /// - Parameters:
    ///   - events: What happened, in any order; of other groups and times, too.
    ///   - decisions: The kept decisions, in any order; of other times, too.
    package init(
        series: HistorySeries,
        events: [ControllerEvent],
        decisions: [DecisionRecord],
        since: Date,
        until: Date,
        madeAt: Date
    ) {
        let own = events.filter { $0.group == nil || $0.group == series.group }
            .filter { (since...max(since, until)).contains($0.at) }
            .enumerated().sorted { ($0.element.at, $0.element.id ?? 0) < ($1.element.at, $1.element.id ?? 0) }
            .map(\.element)
        group = series.group
        self.madeAt = madeAt
        self.series = series
        // What nobody saw is not shown.
        let begin = [series.times.first, own.first { $0.group != nil }?.at].compactMap(\.self).min() ?? since
        self.since = max(since, begin)
        let end = series.times.last.map { $0.addingTimeInterval(Double(series.resolution)) }
        self.until = max(self.since, min(until, [end, own.last?.at].compactMap(\.self).max() ?? until))
        scaleOuts = Self.scaleOuts(own)
        scaleIns = Self.scaleIns(own)
        failures = own.filter { Self.troubles.contains($0.kind) }
        self.decisions = decisions.filter { $0.group == series.group && (since...max(since, until)).contains($0.at) }
            .sorted { $0.at < $1.at }
        let weights = Self.weights(series)
        instances = series.instances.map { Self.row($0, weights) }
        totals = Self.totals(series, instances, weights)
    }

    private static let troubles: Set<ControllerEvent.Kind> = [
        .instanceFailed, .instanceUnhealthy, .instanceQuarantined, .instanceReplaced, .hypervisorLost, .storeFailed,
        .scaleOutBlocked, .reserveEmpty, .breakerOpened, .rolloutFailed, .hookFailed, .configurationRefused,
        .historyFailed,
    ]
}
