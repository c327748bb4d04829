import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import ServerSupport
import Shared
import Wire

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Answers the service's requests.
///
/// `GET /fib/{n}` and `GET /{n}` compute, `GET /healthz` and `GET /metrics` tell how the agent is.
struct AgentResponder: HTTPResponder {
    typealias Context = AgentRequestContext

    /// The name of the header in which a caller says how long it will wait.
    static let deadlineHeader = "CMS-Deadline-Milliseconds"

    let pool: ComputePool
    let statistics: ServiceStatistics
    let status: AgentStatus
    let watch: DepartureWatch
    let metrics: AgentMetrics
    let maximumN: Int
    let requestDeadline: Duration

    func respond(to request: Request, context: AgentRequestContext) async throws -> Response {
        let segments = request.uri.path.split(separator: "/", omittingEmptySubsequences: true)
        let isShort = segments.count == 1
        guard isShort || (segments.count == 2 && segments[0] == "fib"), let last = segments.last else {
            return notFound(request)
        }
        guard request.method == .get else {
            return Problem(
                .methodNotAllowed,
                code: "method-not-allowed",
                detail: "only GET is served here, not \(request.method.rawValue.prefix(16))"
            ).response(headers: [.allow: "GET"])
        }
        switch (isShort, last) {
        case (true, "healthz"): return health()
        case (true, "metrics"): return metrics.response(accept: request.headers[.accept])
        case (true, "fib"): return notFound(request)
        default: return await fibonacci(String(last), request, context)
        }
    }

    private func notFound(_ request: Request) -> Response {
        Problem(
            .notFound,
            code: "not-found",
            detail: "there is nothing at this path; ask for /fib/{n} with n from 0 to \(maximumN), /healthz or /metrics"
        ).response()
    }

    private func health() -> Response {
        let health = AgentHealth(
            status: status.isDraining ? "draining" : "ok",
            server: status.server,
            version: CMSVersion.current
        )
        return Self.json(health)
    }

    private func fibonacci(_ text: String, _ request: Request, _ context: AgentRequestContext) async -> Response {
        do {
            let n = try number(text)
            let limit = try timeLimit(request.headers)
            guard status.admit() else {
                throw Problem(
                    .serviceUnavailable,
                    code: "draining",
                    detail: "\(status.server) finishes what it has and takes no new work; use another endpoint"
                )
            }
            defer { status.finish() }
            let start = ContinuousClock.now
            let computation = try await compute(n, deadline: start + limit, context.channel)
            let now = ContinuousClock.now
            statistics.recordAnswer(service: now - start, cpuSeconds: computation.cpuSeconds, now: now)
            return Self.json(FibonacciAnswer(input: n, result: computation.value, server: status.server))
        } catch let problem as Problem {
            guard problem.code == "draining" else {
                statistics.record(.badRequest)
                return problem.response()
            }
            statistics.record(.draining)
            return problem.response(headers: elsewhere(request))
        } catch let failure as ComputeFailure {
            return answer(to: failure)
        } catch {
            context.logger.error(
                "a computation ended in an unforeseen way",
                metadata: ["error": "\(ErrorText.of(error))"]
            )
            return Problem(.internalServerError, code: "internal", detail: "the computation failed").response()
        }
    }

    /// Sends a request that is refused to another endpoint, a different one each time.
    private func elsewhere(_ request: Request) -> HTTPFields {
        guard let other = status.alternatives.randomElement() else { return [.retryAfter: "1"] }
        return [.retryAfter: "0", .location: other + request.uri.path]
    }

    private func compute(
        _ n: Int,
        deadline: ContinuousClock.Instant,
        _ channel: any Channel
    ) async throws -> Computation {
        let job = try pool.submit(n, deadline: deadline)
        watch.begin(channel) { [pool] in pool.abandon(job) }
        defer { watch.end(channel) }
        return try await withTaskCancellationHandler {
            try await job.result()
        } onCancel: {
            pool.abandon(job)
        }
    }

    private func answer(to failure: ComputeFailure) -> Response {
        switch failure {
        case .queueFull:
            statistics.record(.overloaded)
            return Problem(
                .serviceUnavailable,
                code: "overloaded",
                detail: "\(status.server) has as many requests as it can hold; try again later or use another endpoint"
            ).response(headers: [.retryAfter: "1"])
        case .deadlineExceeded:
            statistics.record(.deadline)
            return Problem(
                .gatewayTimeout,
                code: "deadline-exceeded",
                detail: "the result was not there in time; ask for a smaller n or allow more time"
            ).response()
        case .abandoned:
            statistics.record(.abandoned)
            // Nobody reads this any more.
            return Problem(.serviceUnavailable, code: "abandoned", detail: "the caller has gone").response()
        case .closed:
            statistics.record(.draining)
            return Problem(
                .serviceUnavailable,
                code: "draining",
                detail: "\(status.server) is stopping; use another endpoint"
            ).response(headers: [.retryAfter: "1"])
        }
    }

    private func number(_ text: String) throws -> Int {
        guard text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let n = Int(text), n <= maximumN else {
            let shown = text.count > 32 ? text.prefix(32) + "…" : text[...]
            throw Problem(
                .badRequest,
                code: "n-out-of-range",
                detail: "n must be a whole number from 0 to \(maximumN), not '\(shown)'"
            )
        }
        return n
    }

    private func timeLimit(_ headers: HTTPFields) throws -> Duration {
        guard let name = HTTPField.Name(Self.deadlineHeader), let text = headers[name] else { return requestDeadline }
        guard let milliseconds = Int(text), milliseconds > 0 else {
            throw Problem(
                .badRequest,
                code: "bad-deadline",
                detail: "\(Self.deadlineHeader) must be a whole number of milliseconds above 0"
            )
        }
        return min(requestDeadline, .milliseconds(milliseconds))
    }

    static func json(_ value: some Encodable) -> Response {
        guard let data = try? WireCoding.encoder().encode(value) else {
            return Problem(.internalServerError, code: "internal", detail: "the answer cannot be written").response()
        }
        return Response(
            status: .ok,
            headers: [.contentType: "application/json"],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: data))
        )
    }
}

/// The answer of `GET /healthz`.
struct AgentHealth: Codable, Equatable {
    /// `ok`, or `draining` while new work is refused.
    var status: String
    /// The name that answers carry.
    var server: String
    /// The agent's version.
    var version: String
}
