import DequeModule
import NIOCore
import NIOHTTP1

// Requests that come before the one ahead of them is answered (RFC 9112, 9.3.2).
extension ClientHandler {
    /// What came after the request at hand.
    enum Queued {
        case part(HTTPServerRequestPart)
        case failure(HTTPParserError)
    }

    /// The most parts that wait; more come with one read only of a client that does not read its answers.
    static let mostQueued = 1024

    /// Whether what comes now belongs to a later request.
    var mustQueue: Bool {
        !queue.isEmpty || (exchange.hasRequestEnded && phase != .idle)
    }

    /// Keeps what came for later.
    func put(_ item: Queued) {
        guard phase != .closed, phase != .tunnel, !isQuiescing else { return }
        queue.append(item)
        if queue.count > Self.mostQueued { close() }
    }

    /// Takes what has waited, as far as it can be taken now.
    func takeQueued() {
        guard !isTakingQueued else { return }
        isTakingQueued = true
        while phase == .idle || !exchange.hasRequestEnded, let next = queue.popFirst() {
            switch next {
            case .part(let part): take(part)
            case .failure(let error): refuse(error)
            }
        }
        isTakingQueued = false
        if phase == .exchanging { exchange.upstream?.flush() }
        readOn()
    }

    /// Ends the connection with the request at hand, or now when there is none.
    func quiesce() {
        isQuiescing = true
        queue.removeAll()
        switch phase {
        case .idle: close()
        case .waiting, .exchanging, .discarding: if !exchange.hasResponseBegun { exchange.mustClose = true }
        case .tunnel, .closed: break
        }
    }
}
