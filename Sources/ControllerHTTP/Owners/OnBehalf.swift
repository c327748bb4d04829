import HTTPTypes
import Hummingbird
import Shared
import Wire

/// For whom a controller passes a request on.
package enum OnBehalf {
    /// The header that names them: an operator's SPIFFE id or name. It counts only from a controller.
    package static let fieldName = "CMS-On-Behalf-Of"
    static let field = HTTPField.Name(fieldName)
    /// Stands for someone whom the web interface lets look.
    static let readerID = "spiffe://\(SPIFFEID.trustDomain)/reader"

    /// The value for a sender; `nil` for one on whose behalf nothing is asked.
    static func value(of peer: Peer) -> String? {
        switch peer {
        case .reader: readerID
        case .identified(.operator(let name)): SPIFFEID.operator(name: name).uri
        case .identified, .anonymous, .nameless: nil
        }
    }

    /// The sender that a value names; `nil` when it names none.
    static func peer(_ value: String) -> Peer? {
        if value == readerID { return .reader }
        if case .operator(let name)? = SPIFFEID(uri: value) { return .identified(.operator(name: name)) }
        return SPIFFEID.isName(value) ? .identified(.operator(name: value)) : nil
    }
}

/// Takes a request that a controller passes on for the one on whose behalf it does, and refuses that of anybody else.
struct OnBehalfMiddleware: RouterMiddleware {
    typealias Context = PeerContext

    let api: ControllerAPI

    func handle(
        _ request: Request,
        context: PeerContext,
        next: (Request, PeerContext) async throws -> Response
    ) async throws -> Response {
        guard let field = OnBehalf.field, let value = request.headers[field] else {
            return try await next(request, context)
        }
        guard context.peer == .identified(.controller) else {
            throw api.refuse(
                Problem(
                    .forbidden,
                    code: "not-a-controller",
                    detail: "\(OnBehalf.fieldName) counts from a controller alone; leave it away"
                ),
                context
            )
        }
        guard let peer = OnBehalf.peer(value) else {
            throw Problem(
                .badRequest,
                code: "out-of-range",
                detail: "\(OnBehalf.fieldName) names no operator: '\(value.prefix(100))'"
            )
        }
        var context = context
        context.peer = peer
        context.isForwarded = true
        return try await next(request, context)
    }
}
