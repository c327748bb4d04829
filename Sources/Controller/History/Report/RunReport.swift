import Foundation
import Shared

/// A run's story in numbers: what a report shows.
public struct RunReport: Codable, Sendable {
    /// One instance on its way into service.
    public struct ScaleOut: Codable, Sendable, Equatable {
        /// The instance.
        public var instance: String
        /// Whether it was ordered; else its domain was found running.
        public var isOrdered: Bool
        /// When it was decided, or ordered where no decision is known.
        public var at: Date
        /// Why, in words.
        public var reason: String
        /// Seconds from then until the domain ran.
        public var started: Double?
        /// Seconds from then until the agent had registered.
        public var registered: Double?
        /// Seconds from then until the first probe had passed.
        public var probed: Double?
        /// Seconds from then until clients were told.
        public var told: Double?
        /// What became of it, when not service.
        public var outcome: String?
    }

    /// One instance on its way out of service.
    public struct ScaleIn: Codable, Sendable, Equatable {
        /// The instance.
        public var instance: String
        /// When clients were told to leave it.
        public var at: Date
        /// Why, in words.
        public var reason: String
        /// Seconds from then until it had answered its last request.
        public var drained: Double?
        /// Seconds from then until it was off, or in standby.
        public var ended: Double?
    }

    /// What one instance did.
    public struct InstanceRow: Codable, Sendable, Equatable {
        /// The name.
        public var name: String
        /// The last state; `nil` when it was off.
        public var state: InstanceState?
        /// Seconds in service.
        public var inService: Double
        /// Seconds in which its domain ran.
        public var running: Double
        /// Mean CPU in service, percent.
        public var mean: Double?
        /// The largest CPU, percent.
        public var peak: Double?
        /// Requests answered.
        public var requests: Double?
        /// The largest 99th percentile of the service time, seconds.
        public var p99: Double?
    }

    /// Sums over the whole span.
    public struct Totals: Codable, Sendable, Equatable {
        /// Hours of instances in service, all together.
        public var inServiceHours = 0.0
        /// Hours in which domains ran, all together.
        public var runningHours = 0.0
        /// Seconds in which every instance in service was over the threshold.
        public var secondsOverThreshold = 0.0
        /// Seconds of which anything is known.
        public var secondsKnown = 0.0
        /// Requests answered; absent when no agent reported any.
        public var requests: Double?
        /// The most instances in service at a time.
        public var mostInService = 0
        /// The largest demand, percent of one instance.
        public var peakDemand: Double?
    }

    /// The group.
    public var group: String
    /// The begin of what is shown.
    public var since: Date
    /// The end of what is shown.
    public var until: Date
    /// When the report was made.
    public var madeAt: Date
    /// Instances that came, in order.
    public var scaleOuts: [ScaleOut]
    /// Instances that left, in order.
    public var scaleIns: [ScaleIn]
    /// What went wrong, in order.
    public var failures: [ControllerEvent]
    /// The decisions that differ from the one before, in order.
    public var decisions: [DecisionRecord]
    /// The instances, by name.
    public var instances: [InstanceRow]
    /// The sums.
    public var totals: Totals
    /// The samples.
    public var series: HistorySeries

    /// A report of what is known of the time from `since` to `until`.
    ///
    /// - Parameters:
    ///   - events: What happened, in any order; of other groups and times, too.
    ///   - decisions: The kept decisions, in any order; of other times, too.
    public init(
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
