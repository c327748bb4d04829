import NIOCore
import NIOHTTP1
import Proxy
import Shared
import Wire

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// What the proxy asks of the agent: whether work is taken, what is counted, and what lies below `/.cms/`.
struct ProxiedServiceHost: ProxyHost {
    let status: AgentStatus
    let statistics: ServiceStatistics
    let metrics: AgentMetrics
    let health: ServiceHealth

    var server: String { status.server }
    var alternatives: [String] { status.alternatives }
    var isDraining: Bool { status.isDraining }

    func admit() -> Bool { status.admit() }
    func finish() { status.finish() }

    func record(_ outcome: ProxyOutcome, after time: Duration) {
        switch outcome {
        case .answered: statistics.recordAnswer(service: time, cpuSeconds: nil)
        case .serviceError: statistics.recordAnswer(service: time, cpuSeconds: nil, as: .serviceError)
        case .badRequest: statistics.record(.badRequest)
        case .overloaded: statistics.record(.overloaded)
        case .draining: statistics.record(.draining)
        case .unreachable: statistics.record(.unreachable)
        case .brokenOff: statistics.record(.brokenOff)
        case .deadline: statistics.record(.deadline)
        case .abandoned: statistics.record(.abandoned)
        }
    }

    func answer(_ request: HTTPRequestHead) -> OwnAnswer {
        guard request.method == .GET || request.method == .HEAD else {
            return problem(.methodNotAllowed, "method-not-allowed", "only GET is served below /.cms/")
        }
        switch request.uri.prefix(while: { $0 != "?" }) {
        case "/.cms/healthz": return healthAnswer()
        case "/.cms/metrics":
            let (body, type) = metrics.text(accept: request.headers.first(name: "accept"))
            return OwnAnswer(status: .ok, headers: ["content-type": type, "vary": "Accept"], body: body)
        default:
            return problem(
                .notFound,
                "not-found",
                "there is nothing at this path; the agent itself has /.cms/healthz and /.cms/metrics"
            )
        }
    }

    private func healthAnswer() -> OwnAnswer {
        switch health.state {
        case .well: break
        case .unknown: return problem(.serviceUnavailable, "service-unknown", "the service was not looked at yet")
        case .unwell(let reason):
            return problem(.serviceUnavailable, "service-unwell", "the service behind the agent is not well: \(reason)")
        }
        let answer = AgentHealth(
            status: status.isDraining ? "draining" : "ok",
            server: status.server,
            version: CMSVersion.current
        )
        guard let data = try? WireCoding.encoder().encode(answer) else {
            return problem(.internalServerError, "internal", "the answer cannot be written")
        }
        return OwnAnswer(status: .ok, headers: ["content-type": "application/json"], body: ByteBuffer(bytes: data))
    }

    private func problem(_ status: HTTPResponseStatus, _ code: String, _ detail: String) -> OwnAnswer {
        let problem = ProxyProblem(status, code, detail)
        return OwnAnswer(
            status: status,
            headers: ["content-type": "application/problem+json"],
            body: problem.body
        )
    }
}
