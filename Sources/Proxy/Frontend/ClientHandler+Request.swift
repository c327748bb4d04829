import Logging
import NIOCore
import NIOHTTP1

// A request on its way to the service.
extension ClientHandler {
    /// Everything below belongs to the proxy, the rest to the service.
    static let ownPath = "/.cms"

    /// A head has come.
    func begin(_ head: HTTPRequestHead) {
        let fields = MessageFields(head.headers)
        exchange = Exchange(number: exchange.number &+ 1, request: head, fields: fields, start: .now())
        exchange.wantsUpgrade = ForwardedRequest.wantsUpgrade(head, fields)
        exchange.mustClose = !isHTTP2 && !head.isKeepAlive
        if let refusal = RequestCheck.refusal(head, fields, isHTTP2: isHTTP2) {
            worker.host.record(.badRequest, after: .zero)
            exchange.mustClose = true
            return answer(ProxyProblem(refusal.status, refusal.code, refusal.detail))
        }
        if head.uri.hasPrefix(Self.ownPath), isOwn(head.uri) { return answerItself(head) }
        guard worker.host.admit() else {
            worker.host.record(.draining, after: .zero)
            return answer(.draining(worker.host.server), headers: elsewhere(head.uri))
        }
        exchange.isAdmitted = true
        if let text = fields.deadline, let milliseconds = Int64(text), milliseconds > 0 {
            exchange.deadline = exchange.start + .milliseconds(min(milliseconds, 86_400_000))
        }
        phase = .waiting
        switch worker.gate.enter(pass()) {
        case .passed:
            exchange.hasPlace = true
            open()
        case .waiting(let waiter):
            exchange.waiter = waiter
        case .full:
            over(.overloaded, upstreamIsComplete: false)
            answer(.overloaded(worker.host.server), headers: [("retry-after", "1")])
        }
    }

    private func isOwn(_ uri: String) -> Bool {
        let rest = uri.utf8.dropFirst(Self.ownPath.utf8.count).first
        return rest == nil || rest == UInt8(ascii: "/") || rest == UInt8(ascii: "?")
    }

    /// Sends a request that is refused to another endpoint, a different one each time.
    private func elsewhere(_ uri: String) -> [(String, String)] {
        guard uri.hasPrefix("/"), let other = worker.host.alternatives.randomElement() else {
            return [("retry-after", "1")]
        }
        return [("retry-after", "0"), ("location", other + uri)]
    }

    private func pass() -> @Sendable () -> Void {
        let bound = NIOLoopBound(self, eventLoop: worker.loop)
        let loop = worker.loop
        let number = exchange.number
        return { loop.execute { bound.value.hasPassed(number) } }
    }

    private func hasPassed(_ number: UInt64) {
        guard number == exchange.number, exchange.waiter != nil, phase == .waiting else {
            // It went away in the very moment: the place is another's.
            return worker.gate.leave()
        }
        exchange.waiter = nil
        exchange.hasPlace = true
        open()
    }

    /// Takes a connection that is there, or opens one.
    private func open() {
        if let connection = worker.pool.idleConnection(isRepeatable: exchange.isRepeatable) {
            send(over: connection)
        } else {
            connect()
        }
    }

    private func connect() {
        let number = exchange.number
        let address = worker.settings.upstream
        worker.pool.connect { [self] result in
            guard number == exchange.number, phase == .waiting else {
                if case .success(let connection) = result { connection.end(isComplete: true) }
                return
            }
            switch result {
            case .success(let connection):
                send(over: connection)
            case .failure(let error):
                worker.logger.debug(
                    "the service cannot be reached",
                    metadata: ["upstream": "\(address)", "error": "\(error)"]
                )
                fail(.unreachable, .unreachable(worker.host.server))
            }
        }
    }

    private func send(over connection: UpstreamConnection) {
        guard let request = exchange.request else { return }
        exchange.upstream = connection
        phase = .exchanging
        connection.begin(self, with: request, exchange.fields, from: client)
        for part in exchange.early { connection.write(part) }
        exchange.early = []
        // Otherwise the end of what is read now sends it, with what comes until then.
        if !isReading { connection.flush() }
        readOn()
    }

    /// Sends the request again, over a new connection: the one that was kept had been closed by the service.
    func repeatRequest() {
        exchange.isRepeated = true
        exchange.upstream = nil
        exchange.early = exchange.hasRequestEnded ? [.end(nil)] : []
        phase = .waiting
        connect()
    }

    /// Ends a request that takes too long.
    func sweepExchange(now: NIODeadline, silence: TimeAmount) {
        if !exchange.hasResponseBegun, let deadline = exchange.deadline, now >= deadline {
            return fail(.deadline, .deadline(worker.host.server))
        }
        guard exchange.hasResponseBegun else {
            guard silence > TimeAmount(worker.settings.responseTimeout) else { return }
            if !exchange.hasRequestEnded, exchange.upstream?.isWritable == true {
                return fail(.abandoned, .requestTimeout)
            }
            return fail(.deadline, .deadline(worker.host.server))
        }
        if silence > TimeAmount(worker.settings.streamTimeout) { fail(.deadline, .deadline(worker.host.server)) }
    }
}
