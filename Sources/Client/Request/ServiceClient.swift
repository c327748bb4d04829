import AsyncHTTPClient
import Shared
import Wire

/// Sends requests to the endpoints of a pool, and to another one when an endpoint leaves, breaks or keeps silent.
///
/// ```swift
/// try await ServiceClient.run(controller: "cms.example:7000", identityDirectory: "/etc/cms/client") { client in
///     let served = try await client.get(30)                    // F(30) from any instance
///     let rows = try await client.withEndpoint { endpoint in   // any idempotent request of your own service
///         try await fetchRows(from: endpoint.url)
///     }
/// }
/// ```
public struct ServiceClient: Sendable {
    /// Waiting times of requests.
    public struct Settings: Sendable {
        /// The longest time from the request to its answer, all attempts together.
        public var timeout: Duration = .seconds(30)
        /// The longest time for TCP and TLS together: short, for a dead endpoint costs it once; but an emulated guest at
        /// 100 % CPU needs most of a second for two dozen handshakes at once.
        public var connectTimeout: Duration = .seconds(2)
        /// The most connections to one endpoint.
        public var connectionsPerEndpoint: Int = 1024
        /// Without a sign of life from a peer's kernel for this long, its connections are given up.
        public var deadPeerTimeout: Duration = .seconds(5)
        /// An endpoint that has left and answered nothing for this long: another one is asked as well.
        public var silenceAfterLeaving: Duration = .seconds(2)
        /// An endpoint in service that answered nobody for this long: another one is asked as well. `nil` means a third
        /// of ``timeout``.
        public var silence: Duration?
        /// How often the silence of an endpoint is looked at.
        public var silenceCheck: Duration = .milliseconds(250)

        /// The defaults.
        public init() {}
    }

    let pool: EndpointPool
    let settings: Settings
    private let exchange: Exchange

    /// Sends one request to one endpoint until the deadline; returns when the head of the answer has come.
    typealias Exchange =
        @Sendable (any ServiceRequest, Endpoint, ContinuousClock.Instant) async throws -> HTTPClientResponse

    /// A client whose HTTP connections belong to `http`, which the caller shuts down.
    ///
    /// - Parameters:
    ///   - pool: Where endpoints come from.
    ///   - identity: What the client shows and whom it trusts.
    ///   - http: The connections, see ``makeHTTPClient(_:)``.
    ///   - settings: Waiting times.
    public init(pool: EndpointPool, identity: RotatingIdentity, http: HTTPClient, settings: Settings = Settings()) {
        self.init(pool: pool, trust: .identity(identity), http: http, settings: settings)
    }

    /// A client for endpoints that may show another certificate than one of the controller's authority.
    package init(pool: EndpointPool, trust: EndpointTrust, http: HTTPClient, settings: Settings = Settings()) {
        self.init(pool: pool, settings: settings) { request, endpoint, deadline in
            try await Self.exchange(request, with: endpoint, deadline: deadline, trust: trust, http: http)
        }
    }

    /// A client that sends its requests by `exchange`.
    init(pool: EndpointPool, settings: Settings, exchange: @escaping Exchange) {
        self.pool = pool
        self.settings = settings
        self.exchange = exchange
    }

    /// Asks an endpoint for the n-th Fibonacci number and checks the answer.
    ///
    /// - Throws: RequestFailure when no endpoint answered rightly in time; CancellationError.
    public func get(_ n: Int) async throws -> Served<FibonacciAnswer> {
        try await send(FibonacciRequest(n: n))
    }

    /// Sends a request to an endpoint, and to another one when that failed of the endpoint.
    ///
    /// - Throws: RequestFailure when no endpoint answered rightly in time; CancellationError.
    package func send<Request: ServiceRequest>(_ request: Request) async throws -> Served<Request.Answer> {
        try await serve(timeout: nil) { endpoint, deadline in
            try await request.answer(from: exchange(request, endpoint, deadline))
        }
    }

    /// Runs an idempotent operation against an endpoint, and again on another one when that failed of the endpoint.
    ///
    /// Errors of sockets, TLS and HTTPClient are understood; the operation says what its own errors mean by throwing
    /// ``AttemptFailure``, anything else is final.
    ///
    /// - Parameters:
    ///   - timeout: The longest time for all attempts; the settings' one by default.
    ///   - operation: Sends to the endpoint it is given; stops soon when cancelled.
    /// - Throws: RequestFailure when no endpoint served in time; CancellationError.
    public func withEndpoint<Value: Sendable>(
        timeout: Duration? = nil,
        _ operation: @Sendable (Endpoint) async throws -> Value
    ) async throws -> Value {
        try await serve(timeout: timeout) { endpoint, _ in try await operation(endpoint) }.value
    }
}
