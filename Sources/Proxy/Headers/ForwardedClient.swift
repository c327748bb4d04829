/// What is known of a client's connection; used on its event loop only.
final class ForwardedClient {
    /// The client's address; `nil` when the kernel does not know it any more.
    let address: String?
    /// Whether the client is a proxy that is believed.
    let isTrusted: Bool

    // A connection asks the same host again and again.
    private var lastHost: String?
    private var lastElement: String?

    /// A client.
    init(address: String?, isTrusted: Bool) {
        self.address = address
        self.isTrusted = isTrusted
    }

    /// What `Forwarded` says of it (RFC 7239, 4).
    ///
    /// - Parameter host: The host that is asked for.
    func element(host: String?) -> String {
        if let lastElement, lastHost == host { return lastElement }
        let address = address ?? "unknown"
        // An IPv6 address has colons, so that it stands in brackets and quotes (RFC 7239, 6).
        let node = address.utf8.contains(UInt8(ascii: ":")) ? "\"[\(address)]\"" : address
        let element = "for=\(node)\(host.map { ";host=\"\($0)\"" } ?? "");proto=https"
        lastHost = host
        lastElement = element
        return element
    }
}
