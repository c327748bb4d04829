import HTTPTypes
import Hummingbird
import ServerSupport
import Shared
import Wire

/// Answers what lies below `/.cms/` for a service that clients reach without the agent.
struct BesideResponder: HTTPResponder {
    typealias Context = AgentRequestContext

    let status: AgentStatus
    let metrics: AgentMetrics
    let health: ServiceHealth

    func respond(to request: Request, context: AgentRequestContext) async throws -> Response {
        switch request.uri.path {
        case "/.cms/metrics": return metrics.response(accept: request.headers[.accept])
        case "/.cms/healthz": return healthAnswer()
        default:
            return Problem(
                .notFound,
                code: "not-found",
                detail: "the agent has /.cms/healthz and /.cms/metrics; the service is reached without it"
            ).response()
        }
    }

    private func healthAnswer() -> Response {
        switch health.state {
        case .well:
            return AgentResponder.json(
                AgentHealth(
                    status: status.isDraining ? "draining" : "ok",
                    server: status.server,
                    version: CMSVersion.current
                )
            )
        case .unknown:
            return Problem(.serviceUnavailable, code: "service-unknown", detail: "the service was not looked at yet")
                .response()
        case .unwell(let reason):
            return Problem(
                .serviceUnavailable,
                code: "service-unwell",
                detail: "the service beside the agent is not well: \(reason)"
            ).response()
        }
    }
}
