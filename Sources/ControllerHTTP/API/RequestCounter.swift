import Hummingbird
import Monitoring
import Shared

/// Counts requests by listener, route pattern and status; all paths that are no route are one.
package struct RequestCounter: RouterMiddleware {
    package typealias Context = PeerContext

    /// Where the request came in.
    enum Listener: String, Sendable {
        /// Port 7000.
        case api
        /// Port 7080.
        case web
    }

    /// The route of what is none.
    static let other = "other"
    let listener: Listener
    package let metrics: PrometheusRegistry

    package func handle(
        _ request: Request,
        context: PeerContext,
        next: (Request, PeerContext) async throws -> Response
    ) async throws -> Response {
        do {
            let response = try await next(request, context)
            count(response.status.code, context)
            return response
        } catch {
            count((error as? any HTTPResponseError)?.status.code ?? 500, context)
            throw error
        }
    }

    private func count(_ code: Int, _ context: PeerContext) {
        // A pattern of the router, of which there are few; never a path that somebody made up.
        // The router gives what it does not find a word instead of a pattern.
        let route = context.endpointPath.flatMap { $0.hasPrefix("/") ? $0 : nil } ?? Self.other
        metrics.count(MetricNames.httpRequests, [listener.rawValue, route, "\(code)"])
    }
}
