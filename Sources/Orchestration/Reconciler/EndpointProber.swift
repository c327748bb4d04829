import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import Shared
import Wire

/// Asks agents whether they serve.
package protocol EndpointProber: Sendable {
    /// A real request: computes a Fibonacci number and checks the answer.
    func probe(_ endpoint: Endpoint) async throws
    /// A cheap request that an agent at full load answers as well.
    func checkHealth(_ endpoint: Endpoint) async throws
}

/// The prober over HTTPS, with the controller's certificate and its own authority as the only trust root.
package struct HTTPSEndpointProber: EndpointProber {
    /// Why a probe failed.
    package struct Failure: Error, CustomStringConvertible {
        /// What happened.
        package let description: String

        package init(description: String) {
            self.description = description
        }
    }

    /// The number asked for and its answer.
    package static let question = (n: 20, result: UInt64(6765))
    private let client: HTTPClient
    private let identity: RotatingIdentity
    private let timeout: @Sendable () -> Duration

    /// A prober.
    ///
    /// - Parameters:
    ///   - client: The HTTP client.
    ///   - identity: What the prober shows.
    ///   - timeout: The longest wait for a whole answer, asked for at each probe: an agent that sends byte after byte is
    ///     no healthy one.
    package init(client: HTTPClient, identity: RotatingIdentity, timeout: @escaping @Sendable () -> Duration) {
        self.client = client
        self.identity = identity
        self.timeout = timeout
    }

    /// Computes a Fibonacci number over there and checks the answer.
    package func probe(_ endpoint: Endpoint) async throws {
        let body = try await get("\(endpoint.url)/fib/\(Self.question.n)")
        guard let answer = try? WireCoding.decode(FibonacciAnswer.self, from: body),
            answer.input == Self.question.n, answer.result == Self.question.result
        else { throw Failure(description: "the answer to fib(\(Self.question.n)) is wrong") }
    }

    /// Reads `/healthz`.
    package func checkHealth(_ endpoint: Endpoint) async throws {
        _ = try await get("\(endpoint.url)/healthz")
    }

    private func get(_ url: String) async throws -> ByteBuffer {
        var request = HTTPClientRequest(url: url)
        request.tlsConfiguration = identity.clientConfiguration
        let (answer, timeout) = (request, timeout())
        return try await withDeadline(timeout) {
            let response = try await client.execute(answer, timeout: TimeAmount(timeout))
            guard response.status == .ok else { throw Failure(description: "status \(response.status.code)") }
            return try await response.body.collect(upTo: 64 * 1024)
        }
    }
}
