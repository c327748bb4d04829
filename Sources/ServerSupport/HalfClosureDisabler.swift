import NIOCore

/// Makes a connection end as a whole when the peer ends its side.
///
/// Hummingbird lets peers close one direction. With TLS that has two prices: a peer that has gone is noticed only when
/// something is written to it, and a server that closes an idle connection waits five seconds for nothing, because
/// swift-nio-ssl does not go on with its own good-bye when half closure is allowed. No program of this package closes
/// one direction only. To be given to `HTTP1Channel.Configuration(additionalChannelHandlers:)`.
package final class HalfClosureDisabler: ChannelInboundHandler, RemovableChannelHandler {
    /// Passed through untouched.
    package typealias InboundIn = Any

    /// A handler for one connection.
    package init() {}

    /// Sets the option; it holds from the first byte on.
    package func handlerAdded(context: ChannelHandlerContext) {
        // A stream of HTTP/2 is a channel on a connection; it has no such option, and asking for it ends the process.
        guard context.channel.parent?.parent == nil else { return }
        try? context.channel.syncOptions?.setOption(.allowRemoteHalfClosure, value: false)
    }
}
