#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// `POST /v1/agents/{uuid}/reports`: the load inside the guest. A value that could not be measured is absent, never 0.
public struct LoadReport: Codable, Sendable, Equatable {
    /// Counts the reports since the agent started, from 1.
    public var sequence: UInt64
    /// When the values were measured, by the guest's clock.
    public var measuredAt: Date
    /// Why the report was sent: `interval` (the steady beat), `change` (the load moved), `probe` (it was asked for).
    public var cause: String
    /// The share of the vCPUs' time that was busy since the last report (over 300 ms at least), 0...100 percent over all
    /// vCPUs.
    public var busy: Double?
    /// The share of the vCPUs' time that the hypervisor gave to others, 0...100 percent.
    public var steal: Double?
    /// The share of time in which a task waited for a CPU (PSI `cpu some`), 0...100 percent.
    public var pressure: Double?
    /// Tasks that run or want to run.
    public var runnable: Int?
    /// Memory in use, bytes.
    public var memoryUsed: UInt64?
    /// Memory of the guest, bytes.
    public var memoryTotal: UInt64?
    /// Requests being computed.
    public var inFlight: Int?
    /// Requests waiting for a worker.
    public var queued: Int?
    /// Requests finished in a second, over the last report interval.
    public var requestsPerSecond: Double?
    /// Median time of a request from acceptance to answer, seconds, over the last 10 s; absent without requests.
    public var serviceTimeP50: Double?
    /// 99th percentile of the same, seconds.
    public var serviceTimeP99: Double?
    /// Mean CPU time one request needed, seconds, over the last 10 s, without the wait in the queue.
    public var serviceTimeMean: Double?
    /// Requests taken and not answered yet, at the same moment as `accepting`.
    public var admitted: Int?
    /// Whether the agent takes new work: false while it drains.
    public var accepting: Bool?
    /// Whether something in the guest asks not to be stopped yet: work that no request shows.
    public var holding: Bool?

    /// A report with everything measured left out.
    public init(sequence: UInt64, measuredAt: Date, cause: String) {
        self.sequence = sequence
        self.measuredAt = measuredAt
        self.cause = cause
    }
}
