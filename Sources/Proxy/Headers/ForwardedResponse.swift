import NIOHTTP1

/// Makes the answer for the client from the answer of the service.
struct ForwardedResponse {
    /// How the end of the body is told to the client.
    enum Framing: Equatable {
        /// There is none, or its length stands in the head, or the protocol has frames.
        case known
        /// By chunks.
        case chunked
        /// By the end of the connection.
        case close
    }

    /// The status.
    var status: HTTPResponseStatus { original.status }
    /// The version in which the client is answered.
    let version: HTTPVersion
    /// How the end of the body is told.
    let framing: Framing

    private let original: HTTPResponseHead
    private let fields: MessageFields
    private let keepsAlive: Bool

    /// The answer for the client.
    ///
    /// - Parameters:
    ///   - original: The service's head, a final one or an informational one.
    ///   - request: The client's head.
    ///   - isHTTP2: Whether the client speaks HTTP/2.
    ///   - keepsAlive: Whether the client's connection may stay open.
    init(_ original: HTTPResponseHead, to request: HTTPRequestHead, isHTTP2: Bool, keepsAlive: Bool) {
        self.original = original
        self.keepsAlive = keepsAlive
        fields = MessageFields(original.headers)
        version = isHTTP2 ? .http2 : (request.version.isBeforeHTTP11 ? .http1_0 : .http1_1)
        let status = original.status
        let hasBody =
            !status.isInformational && request.method != .HEAD && status != .noContent && status != .notModified
        framing =
            if !hasBody || fields.lengths > 0 || isHTTP2 { .known } else if version == .http1_1 { .chunked } else {
                .close
            }
    }

    /// Gives the fields of the head.
    func write(to sink: inout some FieldSink) {
        for (name, value) in original.headers {
            let kind = FieldKind(name)
            if kind.isHopByHop || fields.connection.names(name) { continue }
            // A 204 has no body, and says no length (RFC 9110, 8.6).
            if kind == .contentLength, status == .noContent || status.isInformational { continue }
            sink.field(name, value)
        }
        guard version != .http2 else { return }
        if framing == .chunked { sink.field("transfer-encoding", "chunked") }
        if status == .switchingProtocols {
            sink.field("connection", "upgrade")
            if let upgrade = fields.upgrade { sink.field("upgrade", upgrade) }
        } else if !status.isInformational {
            if !keepsAlive || framing == .close {
                sink.field("connection", "close")
            } else if version == .http1_0 {
                sink.field("connection", "keep-alive")
            }
        }
    }

    /// Trailers without what must not stand there; `nil` when nothing is left.
    static func trailers(_ original: HTTPHeaders?) -> HTTPHeaders? {
        guard let original else { return nil }
        let kept = original.filter { !FieldNames.forbiddenInTrailers.contains($0.name) }
        return kept.isEmpty ? nil : HTTPHeaders(kept.map { ($0.name, $0.value) })
    }
}

extension HTTPResponseStatus {
    /// Whether another head follows.
    var isInformational: Bool { code < 200 }
}
