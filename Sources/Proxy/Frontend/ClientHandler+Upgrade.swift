import NIOCore
import NIOHTTP1

// From HTTP to whatever both sides agreed on.
extension ClientHandler {
    /// Names of the handlers that a tunnel takes out.
    enum Handlers {
        static let encoder = "client-encoder"
        static let decoder = "client-decoder"
        static let pipelining = "client-pipelining"
        static let requests = "client-requests"
        static let all = [pipelining, decoder, encoder, requests]
    }

    /// The service has agreed: from now on bytes pass as they are.
    func upgrade() {
        guard let upstream = exchange.upstream, let other = upstream.context, let context else { return close() }
        let name = exchange.forwarded?.head.headers.first(name: "upgrade") ?? ""
        // The place among the requests is given back; draining waits for the connection all the same.
        exchange.hasPlace = false
        exchange.isAdmitted = false
        exchange.upstream = nil
        exchange.number &+= 1
        phase = .tunnel
        upstream.detach()
        worker.gate.beginTunnel()
        let (host, gate) = (worker.host, worker.gate)
        let time = NIODeadline.now() - exchange.start
        host.record(.answered, after: .nanoseconds(time.nanoseconds))
        let tunnel = Tunnel(worker: worker, isWebSocket: name.lowercased() == "websocket") {
            gate.endTunnel()
            host.finish()
        }
        let ends = tunnel.begin()
        // The parser of the answer is still at work: the handlers change when it is done.
        let parts = NIOLoopBound((ends.client, ends.upstream, context, other, tunnel), eventLoop: worker.loop)
        worker.loop.execute {
            let (client, service, clientContext, serviceContext, tunnel) = parts.value
            do {
                try Self.replace(Handlers.all, by: client, in: clientContext)
                let names = [
                    UpstreamConnection.Handlers.decoder, UpstreamConnection.Handlers.encoder,
                    UpstreamConnection.Handlers.connection,
                ]
                try Self.replace(names, by: service, in: serviceContext)
            } catch {
                // One of them has gone.
                clientContext.close(promise: nil)
                serviceContext.close(promise: nil)
                tunnel.end(byClient: true)
            }
        }
    }

    private static func replace(
        _ names: [String],
        by tunnel: TunnelHandler,
        in context: ChannelHandlerContext
    ) throws {
        guard context.channel.isActive else { throw ChannelError.ioOnClosedChannel }
        let pipeline = context.pipeline.syncOperations
        guard let last = names.last else { return }
        let end = try pipeline.context(name: last)
        guard let handler = end.handler as? any RemovableChannelHandler else { return }
        try pipeline.addHandler(tunnel, position: .before(handler))
        for name in names { pipeline.removeHandler(name: name, promise: nil) }
    }
}
