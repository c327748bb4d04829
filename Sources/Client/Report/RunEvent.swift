#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Something that happened in a run. As JSON: one object whose `type` is the case's name.
package enum RunEvent: Sendable, Equatable {
    /// A request was answered rightly.
    case answer(AnswerEvent)
    /// A request failed for good.
    case failure(FailureEvent)
    /// The controller told something.
    case notice(NoticeEvent)
    /// The watch stream was opened or broke.
    case connection(ConnectionEvent)
    /// Something else worth knowing, such as a renewed certificate.
    case remark(RemarkEvent)
    /// A part of the run began.
    case phase(PhaseEvent)
    /// The run is over.
    case summary(SummaryEvent)
}

/// A request that was answered rightly.
package struct AnswerEvent: Codable, Sendable, Equatable {
    /// When the answer was complete.
    package var at: Date
    /// When the request began, the first attempt when there were several.
    package var startedAt: Date
    /// The number of the worker, from 0; of the request where a rate is given.
    package var worker: Int
    /// The n that was asked for; absent when it was a path.
    package var n: Int?
    /// The n-th Fibonacci number; absent when a path was asked for.
    package var result: UInt64?
    /// The path that was asked for; absent when it was a Fibonacci number.
    package var path: String?
    /// The HTTP status, of a path.
    package var status: Int?
    /// The length of the body, of a path, in bytes.
    package var bytes: Int?
    /// Who answered, by its own word; of a path the endpoint's name.
    package var server: String
    /// The endpoint's URL.
    package var endpoint: String
    /// From the begin to the answer, seconds.
    package var seconds: Double
    /// The number of attempts, from 1.
    package var attempts: Int
}

/// A request that failed for good.
package struct FailureEvent: Codable, Sendable, Equatable {
    /// When it was given up.
    package var at: Date
    /// When the request began.
    package var startedAt: Date
    /// The number of the worker, from 0; of the request where a rate is given.
    package var worker: Int
    /// The n that was asked for; absent when it was a path.
    package var n: Int?
    /// The path that was asked for; absent when it was a Fibonacci number.
    package var path: String?
    /// The name of the endpoint asked last; absent when none was in service.
    package var server: String?
    /// The URL of the endpoint asked last; absent when none was in service.
    package var endpoint: String?
    /// From the begin to the end, seconds.
    package var seconds: Double
    /// The number of attempts; 0 when no endpoint was in service.
    package var attempts: Int
    /// What went wrong.
    package var error: String
}

/// A line of the endpoint watch.
package struct NoticeEvent: Codable, Sendable, Equatable {
    /// When the line was received, by this machine's clock.
    package var at: Date
    /// `set`, `change`, `scaling` or `scaled`.
    package var kind: String
    /// The revision in effect after the line.
    package var revision: UInt64
    /// The names of the endpoints in effect after the line.
    package var endpoints: [String]
    /// When the controller wrote the line, by its clock.
    package var sentAt: Date
    /// The instance that `scaling` and `scaled` speak of.
    package var name: String?
    /// The controller's reason, with `scaling` and `scaled`.
    package var reason: String?
}

/// The state of the watch stream.
package struct ConnectionEvent: Codable, Sendable, Equatable {
    /// When it was noticed.
    package var at: Date
    /// Whether the watch stream is open.
    package var connected: Bool
    /// What happened, in words.
    package var detail: String
}

/// Something worth knowing.
package struct RemarkEvent: Codable, Sendable, Equatable {
    /// When it happened.
    package var at: Date
    /// What happened, in words.
    package var detail: String

    /// A remark.
    package init(at: Date, detail: String) {
        self.at = at
        self.detail = detail
    }
}

/// The begin of a phase.
package struct PhaseEvent: Codable, Sendable, Equatable {
    /// When it began.
    package var at: Date
    /// Which phase.
    package var phase: LoadPhase
}

/// The result of a run.
package struct SummaryEvent: Codable, Sendable, Equatable {
    /// When the run ended.
    package var at: Date
    /// When the run began.
    package var startedAt: Date
    /// The shape of the load.
    package var mode: LoadMode
    /// From the first request's begin to the last one's end, seconds.
    package var seconds: Double
    /// All servers together.
    package var total: ServerSummary
    /// One entry for each server, ordered by name; requests that met no endpoint count under `-`.
    package var servers: [ServerSummary]
    /// Requests that needed more than one attempt and were answered.
    package var retried: Int
    /// The last revision in effect; absent when the controller never told one, or there is none.
    package var revision: UInt64?
    /// The names of the endpoints at the end; of addresses without a controller, these.
    package var endpoints: [String]
    /// Why the run did not succeed; absent when it did.
    package var error: String?
}

/// Counts and times of one server. Times are of answered requests, in seconds, and absent when there were none.
package struct ServerSummary: Codable, Sendable, Equatable {
    /// The server's name; `total` for all.
    package var server: String
    /// Requests answered rightly.
    package var ok: Int
    /// Requests failed for good.
    package var failed: Int
    /// The mean time.
    package var meanSeconds: Double?
    /// The median.
    package var p50Seconds: Double?
    /// The 90th percentile.
    package var p90Seconds: Double?
    /// The 99th percentile.
    package var p99Seconds: Double?
    /// The longest time.
    package var maxSeconds: Double?
    /// Answers a second, from this server's first request to its last answer.
    package var requestsPerSecond: Double?
}
