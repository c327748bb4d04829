import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import NIOSSL
import NIOTLS
import Shared
import Wire

/// Tells of TLS handshakes that fail: a certificate of another authority, an old TLS version, garbage.
package struct HandshakeObserver<Base: HTTPChannelHandler>: HTTPChannelHandler {
    /// The longest handshake: a peer that connects and says nothing must not keep its place.
    package static var limit: TimeAmount { .seconds(10) }
    package let base: Base
    package var limit: TimeAmount
    let onFailure: @Sendable (_ address: String, _ reason: String) -> Void

    /// - Parameters:
    ///   - base: What handles the connection.
    ///   - limit: The longest handshake.
    ///   - onFailure: Called with the sender and the reason.
    package init(
        base: Base,
        limit: TimeAmount = Self.limit,
        onFailure: @escaping @Sendable (_ address: String, _ reason: String) -> Void
    ) {
        self.base = base
        self.limit = limit
        self.onFailure = onFailure
    }

    package var responder: Responder { base.responder }

    package func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Base.Value> {
        let (failed, limit) = (onFailure, limit)
        return base.setup(channel: channel, logger: logger).flatMapThrowing { value in
            let pipeline = channel.pipeline.syncOperations
            // Right behind TLS, before the handlers that the negotiated protocol brings and removes.
            let tls = try pipeline.handler(type: NIOSSLServerHandler.self)
            try pipeline.addHandler(Watcher(limit: limit, onFailure: failed), position: .after(tls))
            return value
        }
    }

    package func handle(value: Base.Value, logger: Logger) async {
        await base.handle(value: value, logger: logger)
    }

    /// Used by one channel, on its event loop only.
    private final class Watcher: ChannelInboundHandler {
        typealias InboundIn = Any
        let limit: TimeAmount
        let onFailure: @Sendable (String, String) -> Void
        private var timer: Scheduled<Void>?

        init(limit: TimeAmount, onFailure: @escaping @Sendable (String, String) -> Void) {
            self.limit = limit
            self.onFailure = onFailure
        }

        func handlerAdded(context: ChannelHandlerContext) {
            let (channel, limit, onFailure) = (context.channel, limit, onFailure)
            timer = context.eventLoop.scheduleTask(in: limit) {
                onFailure(
                    channel.remoteAddress?.ip?.description ?? "unknown address",
                    "not finished within \(limit.nanoseconds / 1_000_000) ms"
                )
                channel.close(promise: nil)
            }
        }

        func handlerRemoved(context: ChannelHandlerContext) {
            timer?.cancel()
        }

        func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
            if case .handshakeCompleted? = event as? TLSUserEvent { timer?.cancel() }
            context.fireUserInboundEventTriggered(event)
        }

        func channelInactive(context: ChannelHandlerContext) {
            timer?.cancel()
            context.fireChannelInactive()
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) {
            if case .handshakeFailed(let reason)? = error as? NIOSSLError {
                let sender = context.remoteAddress?.ip?.description ?? "unknown address"
                onFailure(sender, TLSFailure.words(of: "\(reason)"))
                timer?.cancel()
                context.close(promise: nil)
            }
            context.fireErrorCaught(error)
        }
    }
}
