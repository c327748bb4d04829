import AsyncHTTPClient
import HTTPTypes
import NIOCore
import NIOHTTP1
import NIOSSL
import ServiceLifecycle
import Shared

/// Passes requests on over mutual TLS, with this controller's own identity. As a service it closes its connections at the end.
package final class ControllerForwarder: RequestForwarder, Service {
    /// Why no answer came.
    package struct Failure: Error, CustomStringConvertible {
        package let description: String
    }

    private static let connectTimeout = TimeAmount.seconds(2)
    private static let connections = 32
    private let identity: RotatingIdentity
    private let client: HTTPClient

    /// - Parameter identity: What this controller shows, and whose authority it trusts.
    package init(identity: RotatingIdentity) {
        self.identity = identity
        client = HTTPClient.cms(
            connectTimeout: Self.connectTimeout,
            readTimeout: .seconds(10),
            connectionsPerHost: Self.connections,
            deadPeerTimeout: .seconds(5)
        )
    }

    /// Until a graceful stop; then nothing is passed on any more.
    package func run() async throws {
        try? await gracefulShutdown()
        await shutdown()
    }

    /// Closes its connections.
    package func shutdown() async { await client.shutDown(within: .seconds(1)) }

    package func forward(_ request: ForwardedRequest, to addresses: [String]) async throws -> ForwardedAnswer {
        let (client, tls) = (client, identity.clientConfiguration)
        return try await withDeadline(request.limit) {
            var failure: any Error = Failure(description: "nobody knows where it is reached")
            for address in addresses {
                do {
                    return try await Self.send(request, to: address, tls: tls, client)
                } catch {
                    failure = error
                    // What may have been carried out is not asked for twice.
                    guard request.reads || Self.wasNotSent(error) else { throw error }
                }
            }
            throw failure
        }
    }

    private static func send(
        _ request: ForwardedRequest,
        to address: String,
        tls: TLSConfiguration,
        _ client: HTTPClient
    ) async throws -> ForwardedAnswer {
        var message = HTTPClientRequest(url: "https://\(address)\(request.path)")
        message.method = HTTPMethod(rawValue: request.method.rawValue)
        message.headers.add(name: OnBehalf.fieldName, value: request.onBehalfOf)
        message.tlsConfiguration = tls
        let response = try await client.execute(message, deadline: .now() + TimeAmount(request.limit))
        return ForwardedAnswer(
            status: Int(response.status.code),
            contentType: response.headers.first(name: "content-type"),
            body: try await response.body.collect(upTo: ForwardedAnswer.limit)
        )
    }

    /// Whether there was no connection over which it could have been sent.
    private static func wasNotSent(_ error: any Error) -> Bool {
        if let error = error as? HTTPClientError, error == .connectTimeout { return true }
        switch NetworkFailure(error)?.kind {
        case .refused, .unreachable, .unknownHost, .insecure: return true
        default: return false
        }
    }
}
