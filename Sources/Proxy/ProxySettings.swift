import Wire

/// The settings of a proxy, fixed at its start.
package struct ProxySettings: Sendable {
    /// Where the service listens.
    package var upstream: UpstreamAddress
    /// The most requests that are at the service at a time; connections that were upgraded do not count.
    package var concurrency = 1024
    /// The most requests that wait for their turn.
    package var queueLimit = 1024
    /// The longest wait for a connection to the service.
    package var connectTimeout = Duration.seconds(5)
    /// The longest time from the request to the head of the service's answer, the wait for a turn included.
    package var responseTimeout = Duration.seconds(60)
    /// The longest time without a byte in either direction of a body.
    package var streamTimeout = Duration.seconds(300)
    /// The longest time without a byte in either direction of an upgraded connection, such as a WebSocket.
    package var tunnelTimeout = Duration.seconds(3600)
    /// How long a client's connection without a request is kept.
    package var clientIdleTimeout = Duration.seconds(75)
    /// How long a connection to the service without a request is kept; shorter than what services keep theirs (5 s in
    /// Node.js and uvicorn), so that no request meets a connection that is just being closed.
    package var upstreamIdleTimeout = Duration.seconds(4)
    /// The most idle connections to the service, for each event loop.
    package var idleConnections = 128
    /// The most connections of clients at a time; more wait in the kernel's backlog.
    package var maximumConnections = 2048
    /// The largest head of a request or an answer, bytes.
    package var headBytes = 64 * 1024
    /// The most header fields of a request or an answer.
    package var headerFields = 128
    /// Whose `Forwarded` and `X-Forwarded-*` fields are believed and completed; those of others are replaced.
    package var trustedProxies: [CIDR] = []

    /// The defaults, for a service.
    package init(upstream: UpstreamAddress) {
        self.upstream = upstream
    }
}
