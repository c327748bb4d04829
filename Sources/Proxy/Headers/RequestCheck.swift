import NIOHTTP1

/// What the parser lets pass and a proxy must not: each reading of such a request is right for somebody, and where
/// two readers differ, one request hides in another.
enum RequestCheck {
    /// Why a request is refused.
    struct Refusal: Error, Equatable {
        /// The status: 400, 405, 501.
        var status: HTTPResponseStatus
        /// The problem's code.
        var code: String
        /// What is wrong.
        var detail: String
    }

    /// Looks at the head of a request.
    ///
    /// - Parameters:
    ///   - head: The head; of HTTP/2, as the codec makes it.
    ///   - isHTTP2: Whether it came over HTTP/2, whose own rules have been checked.
    /// - Returns: Why it is refused; `nil` for a good one.
    static func refusal(_ head: HTTPRequestHead, isHTTP2: Bool) -> Refusal? {
        if head.method == .CONNECT || head.method == .TRACE {
            return Refusal(
                status: .methodNotAllowed,
                code: "method-not-allowed",
                detail: "\(head.method.rawValue) does not go through this proxy"
            )
        }
        if let refusal = framing(head, isHTTP2: isHTTP2) { return refusal }
        return isHTTP2 ? nil : host(head)
    }

    private static func framing(_ head: HTTPRequestHead, isHTTP2: Bool) -> Refusal? {
        var hasCoding = false
        var lengths = 0
        for (name, value) in head.headers {
            switch name.utf8.count {
            case 17 where name.lowercased() == "transfer-encoding":
                guard !hasCoding, value.lowercased() == "chunked" else {
                    return Refusal(
                        status: .notImplemented,
                        code: "transfer-coding",
                        detail: "the only transfer coding is 'chunked', once"
                    )
                }
                hasCoding = true
            case 14 where name.lowercased() == "content-length":
                lengths += 1
                guard value.utf8.allSatisfy({ (0x30...0x39).contains($0) }), !value.isEmpty, value.utf8.count < 19
                else {
                    return bad("the content length is no number")
                }
            default: break
            }
        }
        if lengths > 1 { return bad("there is more than one content length") }
        if hasCoding, lengths > 0 { return bad("there is a content length and a transfer coding") }
        if hasCoding, !isHTTP2, head.version.isBeforeHTTP11 {
            return bad("HTTP/1.0 has no transfer coding")
        }
        return nil
    }

    private static func host(_ head: HTTPRequestHead) -> Refusal? {
        let hosts = head.headers[canonicalForm: "host"]
        if hosts.count > 1 { return bad("there is more than one Host") }
        guard let host = hosts.first else {
            return !head.version.isBeforeHTTP11 ? bad("there is no Host") : nil
        }
        let isGood =
            host.utf8.count <= 255 && host.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && !"/\\?#@,".utf8.contains($0) }
        return isGood ? nil : bad("the Host is no host")
    }

    private static func bad(_ detail: String) -> Refusal {
        Refusal(status: .badRequest, code: "bad-request", detail: detail)
    }
}
