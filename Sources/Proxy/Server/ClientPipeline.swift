import NIOCore
import NIOHTTP1
import NIOHTTP2
import NIOSSL
import NIOTLS
import Wire

/// Makes the handlers of a client's connection, for one event loop.
struct ClientPipeline: Sendable {
    let worker: NIOLoopBound<ProxyWorker>
    let loop: any EventLoop
    let tls: ProxyTLS
    let settings: ProxySettings

    /// Puts the handlers into a new connection. On the event loop.
    func configure(_ channel: any Channel) throws {
        let address = channel.remoteAddress?.ipAddress.flatMap { IPAddress($0) }
        let client = ForwardedClient(
            address: address?.description,
            isTrusted: address.map { address in settings.trustedProxies.contains { $0.contains(address) } } ?? false
        )
        let pipeline = channel.pipeline.syncOperations
        if let named = tls.named {
            let identity = tls.identity
            // A name picks the certificate (RFC 6066, 3).
            let names = SNIHandler { result in
                channel.eventLoop.makeCompletedFuture {
                    let context = if case .hostname = result { named } else { identity }
                    let pipeline = channel.pipeline.syncOperations
                    // What was read of the handshake goes on from there.
                    let reader = try pipeline.context(name: Self.nameReader).handler
                    try pipeline.addHandler(NIOSSLServerHandler(context: context), position: .after(reader))
                }
            }
            try pipeline.addHandler(ByteToMessageHandler(names), name: Self.nameReader)
        } else {
            try pipeline.addHandler(NIOSSLServerHandler(context: tls.identity))
        }
        let handshake = loop.scheduleTask(in: ProxyServer.handshakeTimeout) { channel.close(promise: nil) }
        try pipeline.addHandler(
            ApplicationProtocolNegotiationHandler { result, channel in
                handshake.cancel()
                return channel.eventLoop.makeCompletedFuture {
                    if case .negotiated("h2") = result {
                        try configureHTTP2(channel, client)
                    } else {
                        try configureHTTP1(channel, client)
                    }
                }
            }
        )
        channel.closeFuture.whenComplete { _ in handshake.cancel() }
    }

    private func configureHTTP1(_ channel: any Channel, _ client: ForwardedClient) throws {
        var limits = NIOHTTPDecoderLimitConfiguration()
        limits.maxHeaderFieldSize = settings.headBytes
        limits.maxHeaderListSize = settings.headBytes
        limits.maxHeaderFieldCount = settings.headerFields
        let decoder = HTTPRequestDecoder(leftOverBytesStrategy: .forwardBytes, limitConfiguration: limits)
        let pipeline = channel.pipeline.syncOperations
        try pipeline.addHandler(ByteToMessageHandler(decoder), name: ClientHandler.Handlers.decoder)
        try pipeline.addHandler(
            ClientHandler(worker: worker.value, isHTTP2: false, client: client),
            name: ClientHandler.Handlers.requests
        )
    }

    private func configureHTTP2(_ channel: any Channel, _ client: ForwardedClient) throws {
        let management = NIOHTTP2ServerConnectionManagementHandler(
            eventLoop: loop,
            configuration: .init(
                maxIdleTime: TimeAmount(settings.clientIdleTimeout),
                maxAge: nil,
                maxGraceTime: nil,
                keepalive: nil
            )
        )
        var connection = NIOHTTP2Handler.ConnectionConfiguration()
        connection.initialSettings = [
            HTTP2Setting(parameter: .maxConcurrentStreams, value: 128),
            HTTP2Setting(parameter: .maxHeaderListSize, value: settings.headBytes),
            HTTP2Setting(parameter: .initialWindowSize, value: Self.window),
        ]
        connection.targetWindowSize = 4 * Self.window
        var stream = NIOHTTP2Handler.StreamConfiguration()
        stream.targetWindowSize = Self.window
        stream.outboundBufferSizeHighWatermark = 128 * 1024
        stream.outboundBufferSizeLowWatermark = 32 * 1024
        let bound = NIOLoopBound((worker.value, client), eventLoop: loop)
        let handler = NIOHTTP2Handler(
            mode: .server,
            eventLoop: loop,
            connectionConfiguration: connection,
            streamConfiguration: stream,
            streamDelegate: management.http2StreamDelegate
        ) { stream in
            stream.eventLoop.makeCompletedFuture {
                let (worker, client) = bound.value
                let pipeline = stream.pipeline.syncOperations
                try pipeline.addHandler(HTTP2FramePayloadToHTTP1ServerCodec())
                try pipeline.addHandler(ClientHandler(worker: worker, isHTTP2: true, client: client))
            }
        }
        let pipeline = channel.pipeline.syncOperations
        try pipeline.addHandler(handler)
        try pipeline.addHandler(management)
    }

    private static let nameReader = "server-name"
    /// How much of one stream's body may be on its way, bytes.
    private static let window = 256 * 1024
}
