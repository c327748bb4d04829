import NIOCore
import NIOHTTP1

// From HTTP to whatever both sides agreed on.
extension ClientHandler {
    /// Names of the handlers that a tunnel takes out.
    enum Handlers {
        static let decoder = "client-decoder"
        static let requests = "client-requests"
    }

    /// The service has agreed: from now on bytes pass as they are.
    func upgrade() {
        guard let upstream = exchange.upstream, let other = upstream.context, let context else { return close() }
        let name = exchange.fields.upgrade ?? ""
        // The place among the requests is given back; draining waits for the connection all the same.
        exchange.hasPlace = false
        exchange.isAdmitted = false
        exchange.upstream = nil
        exchange.number &+= 1
        phase = .tunnel
        flush(context)
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
                try Self.put(client, before: Handlers.requests, in: clientContext)
                try Self.put(service, before: UpstreamConnection.Handlers.connection, in: serviceContext)
                Self.remove(
                    [UpstreamConnection.Handlers.decoder, UpstreamConnection.Handlers.connection],
                    in: serviceContext
                )
                // Last: the parser of the service's answers reads along what is written to the service.
                Self.remove([Handlers.decoder, Handlers.requests], in: clientContext)
                // Parsers give back what they have a moment later.
                clientContext.eventLoop.execute {
                    parts.value.4.flush(fromClient: true)
                    parts.value.4.flush(fromClient: false)
                }
            } catch {
                // One of them has gone.
                clientContext.close(promise: nil)
                serviceContext.close(promise: nil)
                tunnel.end(byClient: true)
            }
        }
    }

    private static func put(
        _ tunnel: TunnelHandler,
        before last: String,
        in context: ChannelHandlerContext
    ) throws {
        guard context.channel.isActive else { throw ChannelError.ioOnClosedChannel }
        let pipeline = context.pipeline.syncOperations
        guard let handler = try pipeline.context(name: last).handler as? any RemovableChannelHandler else { return }
        try pipeline.addHandler(tunnel, position: .before(handler))
    }

    private static func remove(_ names: [String], in context: ChannelHandlerContext) {
        for name in names { context.pipeline.syncOperations.removeHandler(name: name, promise: nil) }
    }
}
