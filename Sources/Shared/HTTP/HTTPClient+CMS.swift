import AsyncHTTPClient
import NIOCore
import NIOPosix
import Wire

#if canImport(Glibc)
import Glibc
#endif

extension HTTPClient {
    /// A client for the programs of this package: HTTP/1.1, no redirects, no decompression, bounded waits.
    ///
    /// - Parameters:
    ///   - connectTimeout: The longest wait for TCP and TLS together.
    ///   - readTimeout: The longest silence while an answer is awaited or streamed.
    ///   - connectionsPerHost: The most connections to one host at a time.
    ///   - deadPeerTimeout: After this time without a sign of life from the peer's kernel a connection is broken off,
    ///     even while an answer is awaited; `nil` leaves that to the kernel's defaults, which are hours.
    ///   - group: The event loops to run on.
    public static func cms(
        connectTimeout: TimeAmount = .seconds(3),
        readTimeout: TimeAmount = .seconds(Int64(WireLimits.silenceSeconds)),
        connectionsPerHost: Int = 8,
        deadPeerTimeout: TimeAmount? = nil,
        group: any EventLoopGroup = MultiThreadedEventLoopGroup.singleton
    ) -> HTTPClient {
        var configuration = HTTPClient.Configuration(
            redirectConfiguration: .disallow,
            timeout: .init(connect: connectTimeout, read: readTimeout),
            decompression: .disabled
        )
        configuration.httpVersion = .http1Only
        configuration.networkFrameworkWaitForConnectivity = false
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = connectionsPerHost
        // Who asks decides how often: every caller has its own back-off.
        configuration.connectionPool.retryConnectionEstablishment = false
        if let deadPeerTimeout {
            configuration.http1_1ConnectionDebugInitializer = { channel in
                Self.watchPeer(of: channel, timeout: deadPeerTimeout)
            }
        }
        return HTTPClient(eventLoopGroupProvider: .shared(group), configuration: configuration)
    }

    /// Shuts the client down, but waits for its peers to agree to the end of their connections only so long.
    ///
    /// A peer that is busy with a stream may leave a TLS close unanswered, which NIO waits for five seconds. Closing
    /// goes on in the background when the time is over.
    ///
    /// - Parameter limit: The longest wait.
    public func shutDown(within limit: Duration) async {
        let (closed, close) = AsyncStream<Void>.makeStream()
        let future: EventLoopFuture<Void> = shutdown()
        future.whenComplete { _ in close.finish() }
        await withTaskGroup(of: Void.self) { group in
            group.addTask { for await _ in closed {} }
            group.addTask { try? await ContinuousClock().sleep(for: limit) }
            await group.next()
            group.cancelAll()
        }
    }

    /// Turns on keep-alive probes (one a second after two idle seconds) and bounds the wait for acknowledgements
    /// (tcp(7): `TCP_USER_TIMEOUT` rules both).
    private static func watchPeer(of channel: any Channel, timeout: TimeAmount) -> EventLoopFuture<Void> {
        let milliseconds = max(1000, min(timeout.nanoseconds / 1_000_000, 3_600_000))
        let options: [(ChannelOptions.Types.SocketOption, SocketOptionValue)] = [
            (.socketOption(.so_keepalive), 1),
            (.tcpOption(.init(rawValue: TCP_KEEPIDLE)), 2),
            (.tcpOption(.init(rawValue: TCP_KEEPINTVL)), 1),
            (.tcpOption(.init(rawValue: TCP_KEEPCNT)), SocketOptionValue(max(1, milliseconds / 1000 - 2))),
            (.tcpOption(.init(rawValue: TCP_USER_TIMEOUT)), SocketOptionValue(milliseconds)),
        ]
        let set = options.map { channel.setOption($0.0, value: $0.1) }
        // A kernel without one of them still serves: the request's own deadline remains.
        return EventLoopFuture.andAllComplete(set, on: channel.eventLoop)
    }
}
