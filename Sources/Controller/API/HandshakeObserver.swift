import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import NIOSSL

/// Tells of TLS handshakes that fail: a certificate of another authority, an old TLS version, garbage.
struct HandshakeObserver<Base: HTTPChannelHandler>: HTTPChannelHandler {
    let base: Base
    let onFailure: @Sendable (_ address: String, _ reason: String) -> Void

    var responder: Responder { base.responder }

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Base.Value> {
        let failed = onFailure
        return base.setup(channel: channel, logger: logger).flatMapThrowing { value in
            try channel.pipeline.syncOperations.addHandler(Watcher(onFailure: failed), name: "cms.handshake")
            return value
        }
    }

    func handle(value: Base.Value, logger: Logger) async {
        await base.handle(value: value, logger: logger)
    }

    /// Used by one channel, on its event loop only.
    private final class Watcher: ChannelInboundHandler {
        typealias InboundIn = Any
        let onFailure: @Sendable (String, String) -> Void

        init(onFailure: @escaping @Sendable (String, String) -> Void) {
            self.onFailure = onFailure
        }

        /// BoringSSL's word for the fault, without the place in its sources.
        private static func words(of reason: String) -> String {
            guard let range = reason.firstRange(of: "OPENSSL_internal:") else { return reason }
            return reason[range.upperBound...].prefix { $0 != " " && $0 != "]" }
                .lowercased().replacing("_", with: " ")
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) {
            if case .handshakeFailed(let reason)? = error as? NIOSSLError {
                onFailure(context.remoteAddress?.ipAddress ?? "unknown address", Self.words(of: "\(reason)"))
                context.close(promise: nil)
            }
            context.fireErrorCaught(error)
        }
    }
}
