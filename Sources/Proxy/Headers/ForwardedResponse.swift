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

    /// The head for the client.
    let head: HTTPResponseHead
    /// How the end of the body is told.
    let framing: Framing

    /// The answer for the client.
    ///
    /// - Parameters:
    ///   - original: The service's head, a final one or an informational one.
    ///   - request: The client's head.
    ///   - isHTTP2: Whether the client speaks HTTP/2.
    ///   - keepsAlive: Whether the client's connection may stay open.
    init(_ original: HTTPResponseHead, to request: HTTPRequestHead, isHTTP2: Bool, keepsAlive: Bool) {
        let connection = ConnectionField(original.headers)
        var fields: [(String, String)] = []
        fields.reserveCapacity(original.headers.count + 2)
        var hasLength = false
        let status = original.status
        let isInformational = (100...199).contains(status.code)
        for (name, value) in original.headers {
            if FieldNames.hopByHop.contains(name) || connection.names(name) { continue }
            if name.utf8.count == 14, name.lowercased() == "content-length" {
                // A 204 has no body, and says no length (RFC 9110, 8.6).
                if status == .noContent || isInformational { continue }
                hasLength = true
            }
            fields.append((name, value))
        }
        let hasBody = !isInformational && request.method != .HEAD && status != .noContent && status != .notModified
        let framing: Framing =
            if !hasBody || hasLength || isHTTP2 { .known } else if !request.version.isBeforeHTTP11 { .chunked } else {
                .close
            }
        if !isHTTP2 {
            if framing == .chunked { fields.append(("transfer-encoding", "chunked")) }
            if status == .switchingProtocols {
                fields.append(("connection", "upgrade"))
                if let name = original.headers.first(name: "upgrade") { fields.append(("upgrade", name)) }
            } else if !isInformational {
                if !keepsAlive || framing == .close {
                    fields.append(("connection", "close"))
                } else if request.version.isBeforeHTTP11 {
                    fields.append(("connection", "keep-alive"))
                }
            }
        }
        self.framing = framing
        head = HTTPResponseHead(
            version: isHTTP2 ? .http2 : (request.version.isBeforeHTTP11 ? .http1_0 : .http1_1),
            status: status,
            headers: HTTPHeaders(fields)
        )
    }

    /// Trailers without what must not stand there; `nil` when nothing is left.
    static func trailers(_ original: HTTPHeaders?) -> HTTPHeaders? {
        guard let original else { return nil }
        let kept = original.filter { !FieldNames.forbiddenInTrailers.contains($0.name) }
        return kept.isEmpty ? nil : HTTPHeaders(kept.map { ($0.name, $0.value) })
    }
}
