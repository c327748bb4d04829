import NIOCore
import NIOHTTP1

/// Who uses a connection to the service. All calls come on its event loop.
protocol UpstreamUser: AnyObject {
    func upstream(didReceive part: HTTPClientResponsePart)
    /// Nothing more came for now: what was written is to be flushed.
    func upstreamDidFinishReading()
    /// The service takes bytes again.
    func upstreamIsWritable()
    /// The connection has ended before the answer had.
    func upstreamDidClose(_ error: (any Error)?)
    /// Whether more of the answer can be taken now.
    var takesMore: Bool { get }
}

/// One HTTP/1.1 connection to the service: one request at a time.
final class UpstreamConnection: ChannelDuplexHandler {
    typealias InboundIn = HTTPClientResponsePart
    typealias OutboundIn = Never
    typealias OutboundOut = ByteBuffer

    /// Names of the handlers that a tunnel takes out.
    enum Handlers {
        static let decoder = "upstream-decoder"
        static let connection = "upstream-connection"
    }

    /// Reads the answers; learns here of the requests, whose methods decide what an answer is.
    let decoder: HTTPResponseDecoder
    private(set) var context: ChannelHandlerContext?
    /// Where bytes go out: below the decoder, which takes parts of messages.
    private var output: ChannelHandlerContext?
    private var writer = HTTP1Writer()
    private weak var pool: UpstreamPool?
    private weak var user: (any UpstreamUser)?
    private var isReadPending = false
    private var isKeptAlive = true
    private var failure: (any Error)?
    /// Whether it has carried a request before the present one.
    private(set) var isReused = false
    /// When its last request was over.
    private(set) var idleSince = NIODeadline.distantPast

    init(pool: UpstreamPool, decoder: HTTPResponseDecoder) {
        self.pool = pool
        self.decoder = decoder
    }

    /// Whether it can carry a request.
    var isUsable: Bool { context?.channel.isActive == true && isKeptAlive && user == nil }

    /// Whether the service takes bytes.
    var isWritable: Bool { context?.channel.isWritable ?? false }

    /// Gives the connection to a request, and writes its head; not flushed.
    func begin(
        _ user: any UpstreamUser,
        with request: HTTPRequestHead,
        _ fields: MessageFields,
        from client: ForwardedClient
    ) {
        self.user = user
        decoder.write(data: .head(request))
        writer.head(ForwardedRequest(request, fields, from: client))
    }

    /// Writes a part of the request; not flushed.
    func write(_ part: BodyPart) {
        switch part {
        case .bytes(let bytes):
            guard let large = writer.body(bytes), let output else { return }
            if large.head.readableBytes > 0 { output.write(NIOAny(large.head), promise: nil) }
            output.write(NIOAny(large.body), promise: nil)
        case .end(let trailers): writer.end(trailers)
        }
    }

    /// Sends what was written.
    func flush() {
        guard let output else { return }
        if let bytes = writer.take() { output.write(NIOAny(bytes), promise: nil) }
        output.flush()
    }

    /// Reads on, when a read had to wait.
    func readOn() {
        guard isReadPending, let context else { return }
        isReadPending = false
        context.read()
    }

    /// The request is over, and the connection is kept for another one where it can be.
    ///
    /// - Parameter isComplete: Whether request and answer both ended as they should.
    func end(isComplete: Bool) {
        user = nil
        guard isComplete, isKeptAlive, let context, context.channel.isActive else { return close() }
        isReused = true
        idleSince = .now()
        readOn()
        if let pool { pool.keep(self) } else { close() }
    }

    /// Closes the connection.
    func close() {
        user = nil
        isKeptAlive = false
        context?.close(promise: nil)
    }

    /// Leaves the connection to a tunnel.
    func detach() {
        user = nil
        isKeptAlive = false
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        output = try? context.pipeline.syncOperations.context(name: Handlers.decoder)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
        output = nil
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let part = unwrapInboundIn(data)
        guard let user else {
            // Bytes that nobody asked for.
            return close()
        }
        if case .head(let head) = part, !head.isKeepAlive, head.status != .switchingProtocols, head.status.code >= 200 {
            isKeptAlive = false
        }
        user.upstream(didReceive: part)
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        user?.upstreamDidFinishReading()
    }

    func read(context: ChannelHandlerContext) {
        if let user, !user.takesMore {
            isReadPending = true
        } else {
            context.read()
        }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if context.channel.isWritable { user?.upstreamIsWritable() }
        context.fireChannelWritabilityChanged()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        failure = failure ?? error
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        pool?.remove(self)
        let user = user
        self.user = nil
        user?.upstreamDidClose(failure)
        context.fireChannelInactive()
    }
}

extension UpstreamConnection: RemovableChannelHandler {}
