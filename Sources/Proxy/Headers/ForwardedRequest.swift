import NIOHTTP1
import Wire

/// Makes the request for the service from the request of a client.
struct ForwardedRequest {
    /// What is known of the client's connection.
    struct Client {
        /// The client's address; `nil` when the kernel does not know it any more.
        var address: String?
        /// Whether the client is a proxy that is believed.
        var isTrusted: Bool
    }

    /// The head for the service.
    let head: HTTPRequestHead
    /// Whether the client asks for another protocol on this connection.
    let wantsUpgrade: Bool

    /// The request for the service.
    ///
    /// - Parameters:
    ///   - original: The client's head, which has been checked.
    ///   - client: Who asks.
    init(_ original: HTTPRequestHead, from client: Client) {
        let connection = ConnectionField(original.headers)
        let protocolName = original.headers.first(name: "upgrade")
        wantsUpgrade = original.version == .http1_1 && connection.hasUpgrade && protocolName != nil
        let (target, authority) = Self.originForm(original.uri)
        var fields: [(String, String)] = []
        fields.reserveCapacity(original.headers.count + 6)
        var forwarding = Forwarding()
        var isChunked = false
        var host = authority
        for (name, value) in original.headers {
            if FieldNames.hopByHop.contains(name) || connection.names(name) {
                // Its body is read and written anew.
                if name.utf8.count == 17, name.lowercased() == "transfer-encoding" { isChunked = true }
                // Whether the client reads trailers holds from end to end.
                if name.utf8.count == 2, value.lowercased() == "trailers" { fields.append(("te", "trailers")) }
                continue
            }
            if FieldNames.forwarding.contains(name) {
                if client.isTrusted { forwarding.add(name.lowercased(), value) }
                continue
            }
            if name.utf8.count == 4, name.lowercased() == "host" {
                if host == nil { host = value }
                continue
            }
            // Nobody can wait for a 100 who does not know of it.
            if original.version.isBeforeHTTP11, name.lowercased() == "expect" { continue }
            fields.append((name, value))
        }
        var headers: [(String, String)] = [("host", host ?? "localhost")]
        headers.reserveCapacity(fields.count + 8)
        headers += fields
        if isChunked { headers.append(("transfer-encoding", "chunked")) }
        if wantsUpgrade, let protocolName {
            headers.append(("connection", "upgrade"))
            headers.append(("upgrade", protocolName))
        }
        forwarding.write(to: &headers, client: client.address, host: host)
        head = HTTPRequestHead(
            version: .http1_1,
            method: original.method,
            uri: target,
            headers: HTTPHeaders(headers)
        )
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

/// The names in `Connection`: fields that are not for the next reader.
struct ConnectionField {
    private var listed: [String] = []
    /// Whether it has `upgrade`.
    private(set) var hasUpgrade = false

    init(_ headers: HTTPHeaders) {
        for value in headers[canonicalForm: "connection"] {
            let name = value.lowercased()
            switch name {
            case "close", "keep-alive": continue
            case "upgrade": hasUpgrade = true
            // What frames a message or names its host cannot be taken out by the sender.
            case "content-length", "host": continue
            default: if listed.count < 16 { listed.append(name) }
            }
        }
    }

    /// Whether a field is only for this connection.
    func names(_ name: String) -> Bool {
        !listed.isEmpty && listed.contains(name.lowercased())
    }
}

/// For whom a request is made: what a proxy before this one says, and this client.
private struct Forwarding {
    private var forwarded: [String] = []
    private var addresses: [String] = []
    private var proto: String?
    private var host: String?
    private var port: String?

    mutating func add(_ name: String, _ value: String) {
        switch name {
        case "forwarded": forwarded.append(value)
        case "x-forwarded-for": addresses.append(value)
        case "x-forwarded-proto": proto = proto ?? value
        case "x-forwarded-host": host = host ?? value
        case "x-forwarded-port": port = port ?? value
        default: break
        }
    }

    func write(to headers: inout [(String, String)], client: String?, host own: String?) {
        let address = client ?? "unknown"
        // An IPv6 address has colons, so that it stands in brackets and quotes (RFC 7239, 6).
        let node = address.utf8.contains(UInt8(ascii: ":")) ? "\"[\(address)]\"" : address
        let hostPart = own.map { ";host=\"\($0)\"" } ?? ""
        headers.append(("forwarded", (forwarded + ["for=\(node)\(hostPart);proto=https"]).joined(separator: ", ")))
        headers.append(("x-forwarded-for", (addresses + [address]).joined(separator: ", ")))
        headers.append(("x-forwarded-proto", proto ?? "https"))
        if let host = host ?? own { headers.append(("x-forwarded-host", host)) }
        if let port { headers.append(("x-forwarded-port", port)) }
    }
}
