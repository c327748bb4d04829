import NIOCore
import NIOHTTP1

// What goes to the client: bytes for HTTP/1.1, parts of a message for HTTP/2.
extension ClientHandler {
    /// Writes the head of the service's answer.
    func write(_ head: ForwardedResponse, _ context: ChannelHandlerContext) {
        guard isHTTP2 else { return writer.head(head) }
        var fields = FieldList()
        head.write(to: &fields)
        let part = HTTPResponseHead(version: .http2, status: head.status, headers: fields.headers)
        context.write(Self.wrapOutboundOut(.head(part)), promise: nil)
    }

    /// Writes the head of an answer of the proxy itself.
    func write(_ head: HTTPResponseHead, _ context: ChannelHandlerContext) {
        guard isHTTP2 else { return writer.head(head) }
        context.write(Self.wrapOutboundOut(.head(head)), promise: nil)
    }

    /// Writes a piece of the body.
    func write(_ bytes: ByteBuffer, _ context: ChannelHandlerContext) {
        guard isHTTP2 else {
            guard let large = writer.body(bytes) else { return }
            if large.head.readableBytes > 0 { context.write(NIOAny(large.head), promise: nil) }
            return context.write(NIOAny(large.body), promise: nil)
        }
        context.write(Self.wrapOutboundOut(.body(.byteBuffer(bytes))), promise: nil)
    }

    /// Writes the end of an answer, and sends all of it.
    func write(end trailers: HTTPHeaders?, _ context: ChannelHandlerContext) {
        let promise = exchange.mustClose ? context.eventLoop.makePromise(of: Void.self) : nil
        exchange.lastWrite = promise
        guard isHTTP2 else {
            writer.end(trailers)
            return send(context, promise)
        }
        context.writeAndFlush(Self.wrapOutboundOut(.end(trailers)), promise: promise)
    }

    /// Sends what was written.
    func flush(_ context: ChannelHandlerContext) {
        if isHTTP2 { context.flush() } else { send(context, nil) }
    }

    private func send(_ context: ChannelHandlerContext, _ promise: EventLoopPromise<Void>?) {
        if let bytes = writer.take() {
            context.writeAndFlush(NIOAny(bytes), promise: promise)
        } else if let promise {
            context.writeAndFlush(NIOAny(ByteBuffer()), promise: promise)
        } else {
            context.flush()
        }
    }
}
