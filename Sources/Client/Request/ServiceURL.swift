import Wire

/// The address of a service that a user names, such as a load balancer: `https://host:port/base`.
package struct ServiceURL: Sendable, Hashable, CustomStringConvertible {
    /// What makes a text no such address, with what would be right.
    package struct Invalid: Error, Equatable, CustomStringConvertible {
        /// One sentence without a full stop.
        package let description: String
    }

    /// The longest address, in bytes.
    package static let longest = 1024

    /// The address, without a slash at its end.
    package let description: String
    /// The name that answers are counted under: the address without its scheme.
    package let name: String
    /// Whether it is asked over TLS.
    package let isTLS: Bool

    /// Reads `http://HOST[:PORT][/BASE]` or the same with `https`.
    package init(_ text: String) throws(Invalid) {
        func invalid(_ reason: String) -> Invalid { Invalid(description: "'\(text.prefix(200))' \(reason)") }
        guard text.utf8.count <= Self.longest else { throw invalid("is longer than \(Self.longest) bytes") }
        let schemes = ["https://", "http://"]
        guard let scheme = schemes.first(where: text.lowercased().hasPrefix) else {
            throw invalid("is no address of a service; write http://HOST:PORT or https://HOST:PORT")
        }
        var rest = text.dropFirst(scheme.count)
        guard rest.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }), !rest.contains(where: { "?#@".contains($0) }) else {
            throw invalid(
                "has a user, a query, a fragment or a character that has no place here; give the path with --path"
            )
        }
        while rest.hasSuffix("/") { rest.removeLast() }
        let authority = String(rest.prefix { $0 != "/" })
        guard let place = HostPort(authority, defaultPort: scheme == "https://" ? 443 : 80), place.port > 0 else {
            throw invalid("names no host or no port from 1 to 65535; write http://HOST:PORT or https://HOST:PORT")
        }
        guard !place.host.contains(":") || authority.hasPrefix("[") else {
            throw invalid("has an IPv6 address without brackets; write http://[::1]:PORT")
        }
        guard !place.isLinkLocal else {
            throw invalid("is a link-local address, which has no place in a URL; give another one, or its name")
        }
        description = scheme + rest
        name = String(rest)
        isTLS = scheme == "https://"
    }

    /// The endpoint to send to.
    package var endpoint: Endpoint { Endpoint(id: description, name: name, url: description) }
}
