import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import Shared
import Wire

/// Asks instances whether they serve.
package protocol EndpointProber: Sendable {
    /// Whether the service answers: the built-in one computes a Fibonacci number, whose value is checked; of any other
    /// the agent says how it is, or the group's own probe.
    func probe(_ target: ProbeTarget) async throws
    /// A cheap request that an agent at full load answers as well; or the group's own probe.
    func checkHealth(_ target: ProbeTarget) async throws
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
    let client: HTTPClient
    private let identity: RotatingIdentity
    let timeout: @Sendable () -> Duration

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

    /// Computes a Fibonacci number over there and checks the answer, or asks the agent how its service is.
    package func probe(_ target: ProbeTarget) async throws {
        if let check = target.check { return try await run(check) }
        guard target.service == .builtIn else { return try await checkHealth(target) }
        let body = try await get("\(target.url)/fib/\(Self.question.n)")
        guard let answer = try? WireCoding.decode(FibonacciAnswer.self, from: body),
            answer.input == Self.question.n, answer.result == Self.question.result
        else { throw Failure(description: "the answer to fib(\(Self.question.n)) is wrong") }
    }

    /// Reads `/healthz`, which an agent in front of another service has below `/.cms`.
    package func checkHealth(_ target: ProbeTarget) async throws {
        if let check = target.check { return try await run(check) }
        _ = try await get(target.service == .builtIn ? "\(target.url)/healthz" : "\(target.url)/.cms/healthz")
    }

    private func get(_ url: String) async throws -> ByteBuffer {
        var request = HTTPClientRequest(url: url)
        request.tlsConfiguration = identity.clientConfiguration
        let (answer, timeout) = (request, timeout())
        return try await withDeadline(timeout) {
            let response = try await client.execute(answer, timeout: TimeAmount(timeout))
            guard response.status == .ok else { throw await Self.failure(response) }
            return try await response.body.collect(upTo: 64 * 1024)
        }
    }

    /// The status, with the reason where the agent gives one.
    private static func failure(_ response: HTTPClientResponse) async -> Failure {
        let body = try? await response.body.collect(upTo: 64 * 1024)
        let problem = body.flatMap { try? WireCoding.decode(Problem.self, from: $0) }
        let detail = problem.map { ": \(PrintableText.of(String($0.detail.prefix(256))))" } ?? ""
        return Failure(description: "status \(response.status.code)\(detail)")
    }
}
