import NIOCore
import Wire

/// Where a service listens: `http://host:port` or `unix:/path`.
package enum UpstreamAddress: Sendable, Hashable, CustomStringConvertible {
    /// HTTP/1.1 over TCP.
    case tcp(HostPort)
    /// HTTP/1.1 over a Unix domain socket.
    case unix(path: String)

    /// The longest path of a Unix domain socket on Linux: `sockaddr_un` has 108 bytes, the last of them 0.
    package static let longestPath = 107

    /// Why a text names no service.
    package struct Unreadable: Error, Equatable, CustomStringConvertible {
        /// What is wrong, and what is expected.
        package let description: String
    }

    /// Reads an address.
    ///
    /// - Throws: ``Unreadable``.
    package init(_ text: String) throws(Unreadable) {
        if text.hasPrefix("unix:") {
            var path = text.dropFirst("unix:".count)
            // `unix:///run/app.sock` means the same.
            if path.hasPrefix("//") { path = path.dropFirst(2) }
            guard path.hasPrefix("/"), path.utf8.count <= Self.longestPath, !path.utf8.contains(0) else {
                throw Unreadable(
                    description:
                        "'\(text)' needs an absolute path of at most \(Self.longestPath) bytes: unix:/run/app.sock"
                )
            }
            self = .unix(path: String(path))
            return
        }
        guard text.lowercased().hasPrefix("http://") else {
            let isTLS = text.lowercased().hasPrefix("https://")
            throw Unreadable(
                description: isTLS
                    ? "'\(text)': the service beside the agent is reached without TLS; give http:// or unix:"
                    : "'\(text)' is neither http://HOST:PORT nor unix:/PATH"
            )
        }
        var authority = text.dropFirst("http://".count)
        if authority.hasSuffix("/") { authority = authority.dropLast() }
        guard !authority.contains("/"), !authority.contains("?"), !authority.contains("@"),
            let address = HostPort(String(authority), defaultPort: 80), address.port > 0
        else {
            throw Unreadable(description: "'\(text)' is not http://HOST:PORT, without a path: the path is the client's")
        }
        self = .tcp(address)
    }

    /// As it is given on the command line.
    package var description: String {
        switch self {
        case .tcp(let address): "http://\(address)"
        case .unix(let path): "unix:\(path)"
        }
    }
}
