/// A host name or address and a TCP port, as the command lines take them: `host:7000`, `[::1]:7000`.
public struct HostPort: Sendable, Hashable {
    /// A name or an address without brackets; an IPv6 address may name a network card: `fe80::1%eth0`.
    public let host: String
    /// The TCP port, 0 to 65535; 0 lets the system choose when listening.
    public let port: Int

    /// A pair made in code.
    public init(host: String, port: Int) {
        self.host = host
        self.port = port
    }

    /// Parses `host:port` or, with a default port, a bare host.
    ///
    /// - Parameters:
    ///   - text: `host:port`, `[v6]:port`, or a host alone when `defaultPort` is given. An IPv6 address needs its
    ///     brackets only where a port follows.
    ///   - defaultPort: The port of a bare host; `nil` when the port must be given.
    public init?(_ text: String, defaultPort: Int? = nil) {
        guard text.utf8.count <= 260 else { return nil }
        var host = text[...]
        var port: Substring?
        if text.hasPrefix("[") {
            guard let close = text.firstIndex(of: "]") else { return nil }
            host = text[text.index(after: text.startIndex)..<close]
            let rest = text[text.index(after: close)...]
            if rest.hasPrefix(":") { port = rest.dropFirst() } else if !rest.isEmpty { return nil }
        } else if let colon = text.lastIndex(of: ":"), text[..<colon].firstIndex(of: ":") == nil {
            host = text[..<colon]
            port = text[text.index(after: colon)...]
        }
        guard !host.isEmpty, !host.contains(where: { $0.isWhitespace || $0 == "/" || $0 == "," }) else { return nil }
        guard Self.isIPv6(host) == (text.hasPrefix("[") || host.contains(":")) else { return nil }
        if let port {
            guard port.allSatisfy(\.isASCIIDigit), let number = Int(port), (0...65535).contains(number) else {
                return nil
            }
            self.init(host: String(host), port: number)
        } else if let defaultPort {
            self.init(host: String(host), port: defaultPort)
        } else {
            return nil
        }
    }
}

extension HostPort {
    /// The most bytes of one in the record of a controller: a name of 253 and a port.
    package static let longest = 259

    /// Whether the host is an IPv6 address that means another machine on each link, or names a network card: of no use
    /// to other machines, nor in a URL.
    public var isLinkLocal: Bool { host.contains("%") || IPAddress(host)?.isLinkLocal == true }

    /// Why no request can be sent there, with the remedy; `nil` when nothing stands against it.
    public var requestProblem: String? {
        guard isLinkLocal else { return nil }
        return "\(self) is a link-local address, which has no place in a URL; give another address of the controller, "
            + "or its name"
    }

    /// Whether a text is an IPv6 address, also one with a network card's name or with an IPv4 address in it.
    private static func isIPv6(_ host: Substring) -> Bool {
        let parts = host.split(separator: "%", maxSplits: 1, omittingEmptySubsequences: false)
        guard let address = parts.first, address.contains(":"), IPAddress(String(address)) != nil else { return false }
        return parts.count == 1 || !parts[1].isEmpty
    }
}

extension HostPort: CustomStringConvertible {
    /// `host:port`, with brackets around an IPv6 address.
    public var description: String {
        host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
    }
}
