import Histogram

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Counts and times of a run, server by server.
package struct RunStatistics: Sendable {
    /// Servers beyond this number are counted together.
    static let largestCount = 1000
    /// The name under which servers beyond ``largestCount`` are counted.
    static let others = "(others)"
    /// The name under which requests that met no endpoint are counted.
    static let nobody = "-"

    /// All servers together.
    package private(set) var total = ServerStatistics()
    /// Each server.
    package private(set) var servers: [String: ServerStatistics] = [:]
    /// Answered requests that needed more than one attempt.
    package private(set) var retried = 0

    /// Nothing counted yet.
    package init() {}

    /// Counts an answer.
    mutating func record(_ answer: AnswerEvent) {
        if answer.attempts > 1 { retried += 1 }
        total.record(seconds: answer.seconds, startedAt: answer.startedAt, at: answer.at)
        servers[name(answer.server), default: ServerStatistics()]
            .record(seconds: answer.seconds, startedAt: answer.startedAt, at: answer.at)
    }

    /// Counts a failure.
    mutating func record(_ failure: FailureEvent) {
        total.recordFailure(startedAt: failure.startedAt, at: failure.at)
        servers[name(failure.server ?? Self.nobody), default: ServerStatistics()]
            .recordFailure(startedAt: failure.startedAt, at: failure.at)
    }

    private func name(_ server: String) -> String {
        let name = NumberText.clean(server, limit: 64)
        return servers[name] != nil || servers.count < Self.largestCount ? name : Self.others
    }
}

/// Counts and times of one server.
package struct ServerStatistics: Sendable {
    /// Requests answered rightly.
    package private(set) var ok = 0
    /// Requests failed for good.
    package private(set) var failed = 0
    private var sum = 0.0
    private var longest = 0.0
    private var first: Date?
    private var last: Date?
    /// Microseconds; from 1 µs to an hour at three digits.
    private var histogram: Histogram<UInt32>?
    /// Answers in each of the last seconds, by second modulo the count.
    private var recent = [Int](repeating: 0, count: Self.window)
    private var recentSecond = 0

    /// Seconds over which ``rate(at:)`` looks back.
    static let window = 6

    /// Nothing counted yet.
    init() {}

    mutating func record(seconds: Double, startedAt: Date, at: Date) {
        ok += 1
        sum += seconds
        longest = max(longest, seconds)
        extend(startedAt, at)
        var values =
            histogram ?? Histogram(highestTrackableValue: 3_600_000_000, numberOfSignificantValueDigits: .three)
        values.record(UInt64(max(1, min(seconds * 1e6, 3.6e9))))
        histogram = values
        let second = Int(at.timeIntervalSince1970)
        forget(before: second)
        if second > recentSecond - Self.window { recent[second % Self.window] += 1 }
    }

    mutating func recordFailure(startedAt: Date, at: Date) {
        failed += 1
        extend(startedAt, at)
    }

    /// Answers a second over the last five full seconds.
    func rate(at now: Date) -> Double {
        var copy = self
        let second = Int(now.timeIntervalSince1970)
        copy.forget(before: second)
        let full = copy.recent.enumerated().filter { $0.offset != second % Self.window }.map(\.element).reduce(0, +)
        return Double(full) / Double(Self.window - 1)
    }

    /// The time in seconds below which `percent` of the answers lie; `nil` without answers.
    func percentile(_ percent: Double) -> Double? {
        guard ok > 0, let histogram else { return nil }
        return Double(histogram.valueAtPercentile(percent)) / 1e6
    }

    /// The result under the name `server`.
    func summary(of server: String) -> ServerSummary {
        let span = span
        return ServerSummary(
            server: server,
            ok: ok,
            failed: failed,
            meanSeconds: ok > 0 ? NumberText.microseconds(sum / Double(ok)) : nil,
            p50Seconds: percentile(50),
            p90Seconds: percentile(90),
            p99Seconds: percentile(99),
            maxSeconds: ok > 0 ? NumberText.microseconds(longest) : nil,
            requestsPerSecond: ok > 0 && span > 0 ? (Double(ok) / span * 1000).rounded() / 1000 : nil
        )
    }

    /// Seconds from the first request's begin to the last one's end.
    var span: Double {
        guard let first, let last else { return 0 }
        return max(0, last.timeIntervalSince(first))
    }

    private mutating func extend(_ startedAt: Date, _ at: Date) {
        first = first.map { min($0, startedAt) } ?? startedAt
        last = last.map { max($0, at) } ?? at
    }

    private mutating func forget(before second: Int) {
        guard second > recentSecond else { return }
        for step in 1...min(second - recentSecond, Self.window) {
            recent[(recentSecond + step) % Self.window] = 0
        }
        recentSecond = second
    }
}
