import Foundation
import HTTPTypes
import Hummingbird
import Logging
import ServerSupport
import Shared

/// What every answer of the web interface carries.
package enum WebHeaders {
    /// No script, style, frame or connection but our own.
    package static let policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

    /// Adds what is not there yet.
    static func complete(_ headers: inout HTTPFields) {
        headers[.contentSecurityPolicy] = policy
        headers[.xContentTypeOptions] = "nosniff"
        if let name = HTTPField.Name("Referrer-Policy") { headers[name] = "no-referrer" }
        if let name = HTTPField.Name("Cross-Origin-Resource-Policy") { headers[name] = "same-origin" }
        if headers[.cacheControl] == nil { headers[.cacheControl] = "no-store" }
    }
}

/// The outermost layer: every answer gets its headers, every error is a problem, and HEAD gets no body.
struct WebAnswerMiddleware: RouterMiddleware {
    typealias Context = PeerContext

    func handle(
        _ request: Request,
        context: PeerContext,
        next: (Request, PeerContext) async throws -> Response
    ) async throws -> Response {
        var response: Response
        do {
            response = try await next(request, context)
        } catch let problem as Problem {
            response = problem.response()
        } catch let error as HTTPError {
            response = Problem(error.status, code: "refused", detail: error.body ?? error.status.reasonPhrase)
                .response()
        } catch is CancellationError {
            throw CancellationError()
        } catch {
            context.logger.warning(
                "a request failed",
                metadata: ["path": "\(request.uri.path)", "error": "\(ErrorText.of(error))"]
            )
            response = Problem(
                .internalServerError,
                code: "internal",
                detail: "the controller could not answer; its log says why"
            ).response()
        }
        WebHeaders.complete(&response.headers)
        return request.method == .head ? response.createHeadResponse() : response
    }
}

/// Answers what no route takes: 404, or 405 with the methods there are.
package struct WebRouteMiddleware: RouterMiddleware {
    package typealias Context = PeerContext
    package let table: RouteTable

    package func handle(
        _ request: Request,
        context: PeerContext,
        next: (Request, PeerContext) async throws -> Response
    ) async throws -> Response {
        let path = request.uri.path
        let methods = Self.isPlain(path) ? table.methods(of: path) : []
        guard !methods.isEmpty else {
            throw Problem(.notFound, code: "no-such-route", detail: "there is no \(path.prefix(128))")
        }
        guard methods.contains(request.method.rawValue) else {
            let allowed = methods.joined(separator: ", ")
            return Problem(
                .methodNotAllowed,
                code: "method-not-allowed",
                detail: "\(path.prefix(128)) takes \(allowed)"
            ).response(headers: [.allow: allowed])
        }
        return try await next(request, context)
    }

    /// Whether a path is written without ways round: no empty or dotted parts, no slash in disguise.
    static func isPlain(_ path: String) -> Bool {
        guard path.hasPrefix("/"), !path.contains("//") else { return false }
        return path.split(separator: "/").allSatisfy { part in
            guard let plain = String(part).removingPercentEncoding else { return false }
            return plain != "." && plain != ".." && !plain.contains { $0 == "/" || $0 == "\\" || $0 == "\0" }
        }
    }
}
