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
    ///   - fields: What its fields say.
    ///   - isHTTP2: Whether it came over HTTP/2, whose own rules have been checked.
    /// - Returns: Why it is refused; `nil` for a good one.
    static func refusal(_ head: HTTPRequestHead, _ fields: MessageFields, isHTTP2: Bool) -> Refusal? {
        if head.method == .CONNECT || head.method == .TRACE {
            return Refusal(
                status: .methodNotAllowed,
                code: "method-not-allowed",
                detail: "\(head.method.rawValue) does not go through this proxy"
            )
        }
        if let refusal = framing(head, fields, isHTTP2: isHTTP2) { return refusal }
        return isHTTP2 ? nil : host(head, fields)
    }

    private static func framing(_ head: HTTPRequestHead, _ fields: MessageFields, isHTTP2: Bool) -> Refusal? {
        if let coding = fields.coding, fields.codings > 1 || coding.lowercased() != "chunked" {
            return Refusal(
                status: .notImplemented,
                code: "transfer-coding",
                detail: "the only transfer coding is 'chunked', once"
            )
        }
        if fields.lengths > 1 { return bad("there is more than one content length") }
        if let length = fields.length, !isNumber(length) { return bad("the content length is no number") }
        guard fields.codings > 0 else { return nil }
        if fields.lengths > 0 { return bad("there is a content length and a transfer coding") }
        if !isHTTP2, head.version.isBeforeHTTP11 { return bad("HTTP/1.0 has no transfer coding") }
        return nil
    }

    private static func isNumber(_ text: String) -> Bool {
        text.utf8.allSatisfy { (0x30...0x39).contains($0) } && !text.isEmpty && text.utf8.count < 19
    }

    private static func host(_ head: HTTPRequestHead, _ fields: MessageFields) -> Refusal? {
        if fields.hosts > 1 { return bad("there is more than one Host") }
        guard var host = fields.host else {
            return !head.version.isBeforeHTTP11 ? bad("there is no Host") : nil
        }
        return host.withUTF8(isHost) ? nil : bad("the Host is no host")
    }

    private static func isHost(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        guard text.count <= 255 else { return false }
        for byte in text {
            switch byte {
            case 0...0x20, 0x7F...0xFF: return false
            case UInt8(ascii: "/"), UInt8(ascii: "\\"), UInt8(ascii: "?"), UInt8(ascii: "#"), UInt8(ascii: "@"),
                UInt8(ascii: ","):
                return false
            default: break
            }
        }
        return true
    }

    private static func bad(_ detail: String) -> Refusal {
        Refusal(status: .badRequest, code: "bad-request", detail: detail)
    }
}
