import NIOCore

/// An upgraded connection: bytes in both directions, until one side closes.
final class Tunnel {
    private let worker: ProxyWorker
    private let isWebSocket: Bool
    private let onEnd: () -> Void
    private var client: TunnelHandler?
    private var upstream: TunnelHandler?
    private var frames = WebSocketFrames()
    private var lastActivity: NIODeadline
    private var mustTell = false
    private var hasTold = false
    private var hasEnded = false

    /// A tunnel, which lives until one side has closed.
    ///
    /// - Parameters:
    ///   - worker: What the event loop's connections share.
    ///   - isWebSocket: Whether the protocol is WebSocket, whose clients can be told that the endpoint goes away.
    ///   - onEnd: Called once, when it is over.
    init(worker: ProxyWorker, isWebSocket: Bool, onEnd: @escaping () -> Void) {
        self.worker = worker
        self.isWebSocket = isWebSocket
        self.onEnd = onEnd
        lastActivity = worker.now
    }

    /// Joins both ends; the tunnel holds itself from now on.
    func begin() -> (client: TunnelHandler, upstream: TunnelHandler) {
        let ends = (TunnelHandler(tunnel: self, isClient: true), TunnelHandler(tunnel: self, isClient: false))
        (client, upstream) = ends
        worker.add(self)
        return ends
    }

    func pass(_ bytes: ByteBuffer, fromClient: Bool) {
        lastActivity = worker.now
        guard !fromClient else {
            upstream?.write(bytes)
            return
        }
        // After a close frame nothing may follow (RFC 6455, 5.5.1).
        guard !hasTold else { return }
        client?.write(bytes)
        guard isWebSocket else { return }
        frames.consume(bytes.readableBytesView)
        tellIfPossible()
    }

    func flush(fromClient: Bool) {
        if fromClient { upstream?.flush() } else { client?.flush() }
    }

    func takes(fromClient: Bool) -> Bool {
        (fromClient ? upstream?.isWritable : client?.isWritable) ?? true
    }

    func isWritable(client isClient: Bool) {
        if isClient { upstream?.readOn() } else { client?.readOn() }
    }

    /// Tells the client that this endpoint goes away, as soon as a frame is at its end.
    func tellOfDeparture() {
        guard isWebSocket, !hasTold, !mustTell else { return }
        mustTell = true
        tellIfPossible()
        client?.flush()
    }

    private func tellIfPossible() {
        guard mustTell, !hasTold, frames.isBetweenFrames else { return }
        hasTold = true
        client?.write(ByteBuffer(bytes: WebSocketFrames.goingAway))
    }

    /// One side has closed.
    func end(byClient: Bool) {
        guard !hasEnded else { return }
        hasEnded = true
        let other = byClient ? upstream : client
        other?.finish()
        // Whoever calls still uses this tunnel.
        let bound = NIOLoopBound(self, eventLoop: worker.loop)
        worker.loop.execute { bound.value.worker.remove(bound.value) }
        onEnd()
    }

    /// Closes both sides.
    func close() {
        client?.finish()
        upstream?.finish()
    }

    /// Ends a connection over which nothing goes.
    func sweep(now: NIODeadline) {
        if now - lastActivity > TimeAmount(worker.settings.tunnelTimeout) { close() }
    }
}
