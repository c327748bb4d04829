import NIOCore
import NIOHTTP1
import NIOPosix
import Wire

/// The connections to the service of one event loop.
final class UpstreamPool {
    private let settings: ProxySettings
    private let loop: any EventLoop
    private var idle: [UpstreamConnection] = []

    init(settings: ProxySettings, loop: any EventLoop) {
        self.settings = settings
        self.loop = loop
    }

    /// A connection that is kept and can be used at once.
    ///
    /// - Parameter isRepeatable: Whether the request may be sent a second time if the service closes the connection just
    ///   now; for one that may not be, only a connection that was in use a second ago will do.
    func idleConnection(isRepeatable: Bool) -> UpstreamConnection? {
        while let connection = idle.popLast() {
            guard connection.isUsable else { continue }
            if isRepeatable || NIODeadline.now() - connection.idleSince < .seconds(1) { return connection }
            // The newest is too old, so all are.
            idle.append(connection)
            return nil
        }
        return nil
    }

    /// Opens a connection.
    ///
    /// - Parameter done: Gets the connection, or why there is none, on the event loop.
    func connect(_ done: @escaping (Result<UpstreamConnection, any Error>) -> Void) {
        var limits = NIOHTTPDecoderLimitConfiguration()
        limits.maxHeaderFieldSize = settings.headBytes
        limits.maxHeaderListSize = settings.headBytes
        limits.maxHeaderFieldCount = settings.headerFields
        let decoder = HTTPResponseDecoder(
            leftOverBytesStrategy: .forwardBytes,
            informationalResponseStrategy: .forward,
            limitConfiguration: limits
        )
        let connection = UpstreamConnection(pool: self, decoder: decoder)
        let bound = NIOLoopBound(connection, eventLoop: loop)
        let settings = settings
        let bootstrap = ClientBootstrap(group: loop)
            .connectTimeout(TimeAmount(settings.connectTimeout))
            .channelOption(.writeBufferWaterMark, value: .init(low: 32 * 1024, high: 128 * 1024))
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let connection = bound.value
                    let pipeline = channel.pipeline.syncOperations
                    try pipeline.addHandler(
                        ByteToMessageHandler(connection.decoder),
                        name: UpstreamConnection.Handlers.decoder
                    )
                    try pipeline.addHandler(connection, name: UpstreamConnection.Handlers.connection)
                }
            }
        let channel: EventLoopFuture<any Channel>
        switch settings.upstream {
        case .tcp(let address):
            channel = bootstrap.channelOption(.tcpOption(.tcp_nodelay), value: 1)
                .connect(host: address.host, port: address.port)
        case .unix(let path):
            channel = bootstrap.connect(unixDomainSocketPath: path)
        }
        channel.assumeIsolated().whenComplete { result in
            done(result.map { _ in connection })
        }
    }

    /// Keeps a connection for a later request.
    func keep(_ connection: UpstreamConnection) {
        guard idle.count < settings.idleConnections else { return connection.close() }
        idle.append(connection)
    }

    /// A connection has ended.
    func remove(_ connection: UpstreamConnection) {
        idle.removeAll { $0 === connection }
    }

    /// Closes connections that nobody used for a while.
    func sweep(now: NIODeadline) {
        let limit = TimeAmount(settings.upstreamIdleTimeout)
        // The oldest stand first.
        while let oldest = idle.first, now - oldest.idleSince > limit {
            idle.removeFirst()
            oldest.close()
        }
    }

    /// Closes all that are not in use.
    func close() {
        let all = idle
        idle = []
        for connection in all { connection.close() }
    }
}
