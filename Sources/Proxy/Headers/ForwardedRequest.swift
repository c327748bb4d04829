import NIOHTTP1
import Wire

/// Makes the request for the service from the request of a client.
struct ForwardedRequest {
    /// The target of the request, in origin form.
    let target: String
    /// The client's method.
    var method: HTTPMethod { original.method }
    /// Whether the body goes in chunks.
    var isChunked: Bool { fields.codings > 0 }

    private let original: HTTPRequestHead
    private let fields: MessageFields
    private let client: ForwardedClient
    private let authority: String?

    /// The request for the service.
    ///
    /// - Parameters:
    ///   - original: The client's head, which has been checked.
    ///   - fields: What its fields say.
    ///   - client: Who asks.
    init(_ original: HTTPRequestHead, _ fields: MessageFields, from client: ForwardedClient) {
        self.original = original
        self.fields = fields
        self.client = client
        (target, authority) = Self.originForm(original.uri)
    }

    /// Whether the client of a request asks for another protocol on its connection.
    static func wantsUpgrade(_ head: HTTPRequestHead, _ fields: MessageFields) -> Bool {
        fields.upgrade != nil && fields.connection.hasUpgrade && head.version == .http1_1
    }

    /// Gives the fields of the head.
    func write(to sink: inout some FieldSink) {
        let host = authority ?? fields.host
        sink.field("host", host ?? "localhost")
        for (name, value) in original.headers {
            switch FieldKind(name) {
            case .other, .contentLength, .deadline:
                if !fields.connection.names(name) { sink.field(name, value) }
            case .expect:
                // Nobody can wait for a 100 who does not know of it.
                if !original.version.isBeforeHTTP11, !fields.connection.names(name) { sink.field(name, value) }
            case .te:
                // Whether the client reads trailers holds from end to end.
                if value.lowercased() == "trailers" { sink.field("te", "trailers") }
            case .cookie:
                // HTTP/2 may cut it into pieces, HTTP/1.1 may not (RFC 9113, 8.2.3).
                if fields.cookies == 1, !fields.connection.names(name) { sink.field(name, value) }
            case .host, .connection, .hopByHop, .transferEncoding, .upgrade: break
            case .forwarded, .forwardedFor, .forwardedProto, .forwardedHost, .forwardedPort, .otherForwarding: break
            }
        }
        if fields.cookies > 1 { sink.field("cookie", original.headers["cookie"].joined(separator: "; ")) }
        // Its body is read and written anew.
        if isChunked { sink.field("transfer-encoding", "chunked") }
        if let upgrade = fields.upgrade, Self.wantsUpgrade(original, fields) {
            sink.field("connection", "upgrade")
            sink.field("upgrade", upgrade)
        }
        if fields.hasForwarding, client.isTrusted {
            Forwarding(original.headers).write(to: &sink, client: client, host: host)
        } else {
            Forwarding().write(to: &sink, client: client, host: host)
        }
    }

    /// A target with an authority becomes a path, and the authority counts as the host (RFC 9112, 3.2.2).
    private static func originForm(_ uri: String) -> (target: String, authority: String?) {
        if uri.utf8.first == UInt8(ascii: "/") || uri == "*" { return (uri, nil) }
        guard let colon = uri.firstIndex(of: ":"), uri[colon...].hasPrefix("://") else { return (uri, nil) }
        let rest = uri[colon...].dropFirst("://".count)
        let end = rest.firstIndex { $0 == "/" || $0 == "?" } ?? rest.endIndex
        let path = rest[end...]
        return (path.hasPrefix("/") ? String(path) : "/" + path, String(rest[..<end]))
    }
}

/// For whom a request is made: what a proxy before this one says, and this client.
private struct Forwarding {
    private var forwarded: [String] = []
    private var addresses: [String] = []
    private var proto: String?
    private var host: String?
    private var port: String?

    /// Nothing was said.
    init() {}

    /// What a proxy that is believed says.
    init(_ headers: HTTPHeaders) {
        for (name, value) in headers {
            switch FieldKind(name) {
            case .forwarded: forwarded.append(value)
            case .forwardedFor: addresses.append(value)
            case .forwardedProto: proto = proto ?? value
            case .forwardedHost: host = host ?? value
            case .forwardedPort: port = port ?? value
            default: break
            }
        }
    }

    func write(to sink: inout some FieldSink, client: ForwardedClient, host own: String?) {
        let last = client.element(host: own)
        sink.field("forwarded", forwarded.isEmpty ? last : (forwarded + [last]).joined(separator: ", "))
        let address = client.address ?? "unknown"
        sink.field("x-forwarded-for", addresses.isEmpty ? address : (addresses + [address]).joined(separator: ", "))
        sink.field("x-forwarded-proto", proto ?? "https")
        if let host = host ?? own { sink.field("x-forwarded-host", host) }
        if let port { sink.field("x-forwarded-port", port) }
    }
}
