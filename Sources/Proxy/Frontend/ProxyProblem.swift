import HTTPTypes
import NIOCore
import NIOHTTP1
import Shared
import Wire

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Why the proxy itself answers, as the client is told.
package struct ProxyProblem: Sendable {
    /// The HTTP status.
    package let status: HTTPResponseStatus
    /// The problem as JSON (RFC 9457).
    package let body: ByteBuffer

    /// A problem.
    ///
    /// - Parameters:
    ///   - status: The HTTP status.
    ///   - code: A stable word for programs.
    ///   - detail: What was wrong, with which side, and the remedy.
    package init(_ status: HTTPResponseStatus, _ code: String, _ detail: String) {
        self.status = status
        let words = HTTPResponse.Status(code: Int(status.code), reasonPhrase: status.reasonPhrase)
        let problem = Problem(words, code: code, detail: detail)
        body = (try? WireCoding.encoder().encode(problem)).map { ByteBuffer(bytes: $0) } ?? ByteBuffer()
    }

    static func draining(_ server: String) -> ProxyProblem {
        ProxyProblem(
            .serviceUnavailable,
            "draining",
            "\(server) finishes what it has and takes no new work; use another endpoint"
        )
    }

    static func overloaded(_ server: String) -> ProxyProblem {
        ProxyProblem(
            .serviceUnavailable,
            "overloaded",
            "\(server) has as many requests as it can hold; try again later or use another endpoint"
        )
    }

    static func unreachable(_ server: String) -> ProxyProblem {
        ProxyProblem(
            .badGateway,
            "upstream-unreachable",
            "the service behind the agent on \(server) does not accept connections; use another endpoint"
        )
    }

    static func brokenOff(_ server: String) -> ProxyProblem {
        ProxyProblem(
            .badGateway,
            "upstream-broken",
            "the service behind the agent on \(server) closed the connection or answered with something else than HTTP"
        )
    }

    static func deadline(_ server: String) -> ProxyProblem {
        ProxyProblem(
            .gatewayTimeout,
            "upstream-timeout",
            "the service behind the agent on \(server) did not answer in time"
        )
    }

    static let requestTimeout = ProxyProblem(.requestTimeout, "request-timeout", "the rest of the request did not come")
}
