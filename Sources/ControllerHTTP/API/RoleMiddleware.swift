import Hummingbird

/// Who may use a group of routes. A route stands in such a group, so that none is open because its handler forgot to ask.
package enum RequiredRole: Sendable {
    /// An operator, or someone whom the web interface lets look.
    case reader
    /// An operator.
    case `operator`
    /// A client or an operator.
    case client
    /// Anyone with a certificate that names an identity; the handler checks whose.
    case identified
}

/// Refuses who may not use the routes of its group, before their handlers see the request.
struct RoleMiddleware: RouterMiddleware {
    typealias Context = PeerContext

    let role: RequiredRole

    func handle(
        _ request: Request,
        context: PeerContext,
        next: (Request, PeerContext) async throws -> Response
    ) async throws -> Response {
        switch role {
        case .reader: try context.requireReader()
        case .operator: _ = try context.requireOperator()
        case .client: _ = try context.requireClient()
        case .identified: _ = try context.requireIdentity()
        }
        return try await next(request, context)
    }
}

extension RouterMethods<PeerContext> {
    /// The routes that only `role` may use.
    func requiring(_ role: RequiredRole) -> RouterGroup<PeerContext> {
        group().add(middleware: RoleMiddleware(role: role))
    }
}
