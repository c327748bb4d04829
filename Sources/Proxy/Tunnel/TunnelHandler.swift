import NIOCore

/// One end of an upgraded connection: passes bytes to the other end, no faster than that takes them.
final class TunnelHandler: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    // Both hold each other until handlerRemoved, at the end of the channel.
    private let tunnel: Tunnel
    private let isClient: Bool
    private var context: ChannelHandlerContext?
    private var isReadPending = false

    /// - Parameters:
    ///   - tunnel: The connection as a whole, which outlives its ends.
    ///   - isClient: Whether this is the client's end.
    init(tunnel: Tunnel, isClient: Bool) {
        self.tunnel = tunnel
        self.isClient = isClient
    }

    var isWritable: Bool { context?.channel.isWritable ?? true }

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }
    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    func write(_ bytes: ByteBuffer) { context?.write(Self.wrapOutboundOut(bytes), promise: nil) }
    func flush() { context?.flush() }

    /// Closes this end when what was written is out.
    func finish() {
        guard let context else { return }
        let bound = context.loopBound
        context.writeAndFlush(Self.wrapOutboundOut(ByteBuffer())).whenComplete { _ in bound.value.close(promise: nil) }
    }

    func readOn() {
        guard isReadPending, let context else { return }
        isReadPending = false
        context.read()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        tunnel.pass(unwrapInboundIn(data), fromClient: isClient)
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        tunnel.flush(fromClient: isClient)
    }

    func read(context: ChannelHandlerContext) {
        if tunnel.takes(fromClient: isClient) { context.read() } else { isReadPending = true }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if context.channel.isWritable { tunnel.isWritable(client: isClient) }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        tunnel.end(byClient: isClient)
        context.fireChannelInactive()
    }
}
