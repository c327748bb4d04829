import DequeModule
import NIOCore
import NIOHTTP1

/// Serves a client's connection, or one stream of it for HTTP/2: takes its requests to the service, one at a time.
final class ClientHandler: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundIn = Never
    typealias OutboundOut = HTTPServerResponsePart

    /// Where a request is.
    enum Phase {
        /// There is none.
        case idle
        /// It waits for its turn or for a connection.
        case waiting
        /// It is at the service.
        case exchanging
        /// It is answered, and the rest of it is read and dropped.
        case discarding
        /// The connection is no longer HTTP.
        case tunnel
        /// The connection is over.
        case closed
    }

    /// Bytes of a request that are read after its answer, so that the client can read that answer.
    static let mostDiscarded = 256 * 1024
    static let longestDiscarding = TimeAmount.seconds(5)

    let worker: ProxyWorker
    let isHTTP2: Bool
    let client: ForwardedClient
    var context: ChannelHandlerContext?
    var phase = Phase.idle
    var exchange = Exchange()
    var lastActivity: NIODeadline
    /// What goes to an HTTP/1.1 client.
    var writer = HTTP1Writer()
    /// What came after the request at hand.
    var queue = Deque<Queued>()
    /// Whether requests of the queue are being taken.
    var isTakingQueued = false
    /// Whether the connection ends after the request at hand.
    var isQuiescing = false
    /// Whether the end of what is read is still to come.
    private(set) var isReading = false
    private var isReadPending = false
    private var discarded = 0

    /// A handler.
    ///
    /// - Parameters:
    ///   - worker: What the event loop's connections share.
    ///   - isHTTP2: Whether this is a stream of an HTTP/2 connection.
    ///   - client: Who asks.
    init(worker: ProxyWorker, isHTTP2: Bool, client: ForwardedClient) {
        self.worker = worker
        self.isHTTP2 = isHTTP2
        self.client = client
        lastActivity = worker.now
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        worker.add(self)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
        worker.remove(self)
        // Whoever follows wants it.
        if isReadPending { context.read() }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        lastActivity = worker.now
        isReading = true
        let part = unwrapInboundIn(data)
        if mustQueue { put(.part(part)) } else { take(part) }
    }

    /// Takes the next part of a request.
    func take(_ part: HTTPServerRequestPart) {
        switch part {
        case .head(let head):
            guard phase == .idle else { return close() }
            begin(head)
        case .body(let bytes):
            switch phase {
            case .waiting: exchange.early.append(.bytes(bytes))
            case .exchanging: exchange.upstream?.write(.bytes(bytes))
            case .discarding: discard(bytes.readableBytes)
            case .idle, .tunnel, .closed: break
            }
        case .end(let trailers):
            exchange.hasRequestEnded = true
            let end = BodyPart.end(ForwardedResponse.trailers(trailers))
            switch phase {
            case .waiting: exchange.early.append(end)
            case .exchanging: exchange.upstream?.write(end)
            case .discarding: endDiscarding()
            case .idle, .tunnel, .closed: break
            }
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        isReading = false
        if phase == .exchanging { exchange.upstream?.flush() }
    }

    func read(context: ChannelHandlerContext) {
        if takesRequest { context.read() } else { isReadPending = true }
    }

    /// Whether more can be taken now: not while a request waits, nor faster than the service reads, nor past what comes
    /// after a request that is not answered yet. A connection on which nothing more comes is read all the same, so that
    /// nothing changes for the kernel with each request.
    private var takesRequest: Bool {
        guard queue.isEmpty else { return false }
        switch phase {
        case .waiting: return exchange.hasRequestEnded && !exchange.wantsUpgrade
        case .exchanging:
            if exchange.hasRequestEnded { return !exchange.wantsUpgrade }
            return exchange.upstream?.isWritable ?? true
        case .idle, .discarding, .tunnel, .closed: return true
        }
    }

    /// Reads on, when a read had to wait.
    func readOn() {
        guard isReadPending, takesRequest, let context else { return }
        isReadPending = false
        context.read()
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if context.channel.isWritable {
            lastActivity = worker.now
            exchange.upstream?.readOn()
        }
        context.fireChannelWritabilityChanged()
    }

    func channelInactive(context: ChannelHandlerContext) {
        leave()
        context.fireChannelInactive()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event is ChannelShouldQuiesceEvent, !isHTTP2 { quiesce() }
        context.fireUserInboundEventTriggered(event)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard let error = error as? HTTPParserError else { return close() }
        if mustQueue { put(.failure(error)) } else { refuse(error) }
    }

    /// Closes the connection and whatever it asked for.
    func close() {
        leave()
        context?.close(promise: nil)
    }

    /// The connection is over.
    private func leave() {
        guard phase != .closed else { return }
        let wasActive = phase == .waiting || phase == .exchanging
        if wasActive { over(.abandoned, upstreamIsComplete: false) }
        if phase != .tunnel { phase = .closed }
    }

    // MARK: - The rest of a request that is answered

    private func discard(_ count: Int) {
        discarded += count
        if discarded > Self.mostDiscarded { close() }
    }

    /// Reads the rest of the request, or goes on with the next one.
    func finishRequest() {
        discarded = 0
        guard exchange.hasRequestEnded else {
            phase = .discarding
            // An HTTP/2 client is told by the end of the stream.
            if isHTTP2, exchange.mustClose { endDiscarding() } else { readOn() }
            return
        }
        endDiscarding()
    }

    private func endDiscarding() {
        phase = .idle
        if exchange.mustClose || isQuiescing {
            phase = .closed
            closeWhenWritten()
        } else if queue.isEmpty {
            readOn()
        } else {
            takeQueued()
        }
    }

    private func closeWhenWritten() {
        guard let context else { return }
        let bound = context.loopBound
        let written = context.eventLoop.makePromise(of: Void.self)
        written.futureResult.whenComplete { _ in bound.value.close(promise: nil) }
        // Comes after all that was written before.
        exchange.lastWrite.map { $0.futureResult.cascade(to: written) } ?? written.succeed(())
    }

    // MARK: - Time

    /// Ends what takes too long.
    func sweep(now: NIODeadline) {
        let silence = now - lastActivity
        switch phase {
        case .idle:
            if !isHTTP2, silence > TimeAmount(worker.settings.clientIdleTimeout) { close() }
        case .discarding:
            if silence > Self.longestDiscarding { close() }
        case .waiting, .exchanging:
            sweepExchange(now: now, silence: silence)
        case .tunnel, .closed: break
        }
    }
}
