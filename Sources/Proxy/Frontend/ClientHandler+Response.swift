import Logging
import NIOCore
import NIOHTTP1

// An answer on its way to the client.
extension ClientHandler: UpstreamUser {
    var takesMore: Bool { context?.channel.isWritable ?? true }

    func upstream(didReceive part: HTTPClientResponsePart) {
        guard let context, let request = exchange.request else { return }
        lastActivity = worker.now
        switch part {
        case .head(let head):
            receive(head, to: request, context)
        case .body(let bytes):
            guard exchange.hasResponseBegun else { return }
            write(bytes, context)
        case .end(let trailers):
            if exchange.isUpgrading { return upgrade() }
            guard exchange.hasResponseBegun else { return }
            // Whoever has the answer finds it counted.
            over(exchange.isServiceError ? .serviceError : .answered, upstreamIsComplete: exchange.hasRequestEnded)
            write(end: ForwardedResponse.trailers(trailers), context)
            finishRequest()
        }
    }

    private func receive(_ head: HTTPResponseHead, to request: HTTPRequestHead, _ context: ChannelHandlerContext) {
        let isFinal = head.status.code >= 200
        if isFinal {
            // After a wish for another protocol the parser reads no further request.
            if exchange.wantsUpgrade || worker.host.isDraining { exchange.mustClose = true }
            if !exchange.hasRequestEnded, exchange.hasBody { exchange.mustClose = true }
            exchange.hasResponseBegun = true
            exchange.isServiceError = head.status.code >= 500
        } else if head.status == .switchingProtocols {
            guard exchange.wantsUpgrade else {
                return fail(.brokenOff, .brokenOff(worker.host.server))
            }
            exchange.isUpgrading = true
        } else if !isHTTP2, request.version.isBeforeHTTP11 {
            return
        }
        let forwarded = ForwardedResponse(head, to: request, isHTTP2: isHTTP2, keepsAlive: !exchange.mustClose)
        if isFinal, forwarded.framing == .close { exchange.mustClose = true }
        write(forwarded, context)
        if !isFinal { flush(context) }
    }

    func upstreamDidFinishReading() {
        if let context { flush(context) }
    }

    func upstreamIsWritable() {
        lastActivity = worker.now
        readOn()
    }

    func upstreamDidClose(_ error: (any Error)?) {
        guard phase == .exchanging, let upstream = exchange.upstream else { return }
        if !exchange.hasResponseBegun, !exchange.isUpgrading, upstream.isReused, !exchange.isRepeated,
            exchange.isRepeatable
        {
            return repeatRequest()
        }
        worker.logger.debug("the service broke off", metadata: ["error": "\(error.map { "\($0)" } ?? "end of stream")"])
        fail(.brokenOff, .brokenOff(worker.host.server))
    }

    /// Ends a request that cannot be answered as it should be.
    func fail(_ outcome: ProxyOutcome, _ problem: ProxyProblem) {
        let hasBegun = exchange.hasResponseBegun || exchange.isUpgrading
        over(outcome, upstreamIsComplete: false)
        if hasBegun {
            // The client must see that the answer is not whole.
            phase = .closed
            context?.close(promise: nil)
        } else {
            answer(problem)
        }
    }

    /// Gives back what a request held, and counts it.
    func over(_ outcome: ProxyOutcome, upstreamIsComplete: Bool) {
        if let waiter = exchange.waiter {
            exchange.waiter = nil
            // If it has passed just now, its action gives the place back: the number will be another.
            _ = worker.gate.abandon(waiter)
        }
        exchange.number &+= 1
        exchange.upstream?.end(isComplete: upstreamIsComplete)
        exchange.upstream = nil
        exchange.early = []
        guard exchange.isAdmitted else { return }
        exchange.isAdmitted = false
        if exchange.hasPlace { worker.gate.leave() }
        exchange.hasPlace = false
        worker.host.finish()
        let time = NIODeadline.now() - exchange.start
        worker.host.record(outcome, after: .nanoseconds(time.nanoseconds))
    }

    // MARK: - Answers of the proxy itself

    /// Answers what lies below `/.cms/`.
    func answerItself(_ head: HTTPRequestHead) {
        let own = worker.host.answer(head)
        answer(own.status, headers: own.headers.map { ($0.name, $0.value) }, body: own.body)
    }

    /// What came is not HTTP.
    func refuse(_ error: HTTPParserError) {
        guard phase != .closed, phase != .discarding, !exchange.hasResponseBegun || phase == .idle else {
            return close()
        }
        if phase == .idle {
            exchange = Exchange(number: exchange.number &+ 1)
            worker.host.record(.badRequest, after: .zero)
        } else {
            over(.badRequest, upstreamIsComplete: false)
        }
        // Nothing of it can be read any further.
        exchange.hasRequestEnded = true
        exchange.mustClose = true
        answer(
            error == .headerOverflow
                ? ProxyProblem(.requestHeaderFieldsTooLarge, "head-too-large", "the head of the request is too large")
                : ProxyProblem(.badRequest, "bad-request", "this is not HTTP/1.1: \(error)")
        )
    }

    /// Answers with a problem.
    func answer(_ problem: ProxyProblem, headers: [(String, String)] = []) {
        answer(
            problem.status,
            headers: [("content-type", "application/problem+json")] + headers,
            body: problem.body
        )
    }

    private func answer(_ status: HTTPResponseStatus, headers: [(String, String)], body: ByteBuffer) {
        guard let context else { return }
        if exchange.hasBody, !exchange.hasRequestEnded { exchange.mustClose = true }
        if exchange.fields.upgrade != nil { exchange.mustClose = true }
        var fields = headers
        fields.append(("content-length", String(body.readableBytes)))
        let isOld = exchange.request.map { $0.version.isBeforeHTTP11 } ?? false
        if !isHTTP2 {
            if exchange.mustClose {
                fields.append(("connection", "close"))
            } else if isOld {
                fields.append(("connection", "keep-alive"))
            }
        }
        let version: HTTPVersion = isHTTP2 ? .http2 : (isOld ? .http1_0 : .http1_1)
        let head = HTTPResponseHead(version: version, status: status, headers: HTTPHeaders(fields))
        exchange.hasResponseBegun = true
        write(head, context)
        if exchange.request?.method != .HEAD, body.readableBytes > 0 { write(body, context) }
        write(end: nil, context)
        finishRequest()
    }
}
