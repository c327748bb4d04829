import Wire

/// Which servers of which backend a follower keeps, and how it makes them.
package struct HAProxySettings: Sendable {
    /// Where the servers come from.
    package enum Mode: Sendable, Hashable {
        /// They are added and deleted (HAProxy 2.6 or newer).
        case dynamic
        /// They are there, by a `server-template`, and get addresses.
        case slots
    }

    /// Whom the servers' certificates must come from.
    package enum Authority: Sendable, Hashable {
        /// From the controller's authority, which is handed to HAProxy under this name; the certificate must be the
        /// instance's own.
        case controller(name: String)
        /// From the authority in a file that HAProxy has loaded.
        case file(String)
        /// From anyone.
        case none
    }

    /// The backend.
    package var backend: String
    /// What the names of the servers begin with that are the follower's own.
    package var prefix = "cms-"
    /// Where the servers come from.
    package var mode = Mode.dynamic
    /// Whether every server is reached over TLS; else those whose URL says https.
    package var alwaysTLS = false
    /// Whom the servers' certificates must come from.
    package var authority = Authority.none
    /// Whether HAProxy checks the servers' health by itself.
    package var checks = false
    /// Further words of the `server` line.
    package var options = ""
    /// The weight of a server, 1 to 256.
    package var weight = 1
    /// How long the weight of a server that came into the set grows; zero: not at all.
    package var slowStart = Duration.zero
    /// How long clients that are bound to a withdrawn server may still come to it.
    package var drainTimeout = Duration.seconds(10)

    /// Settings with their defaults.
    package init(backend: String) {
        self.backend = backend
    }

    /// The words of the `server` line behind the address.
    package func serverOptions(_ endpoint: Endpoint, _ address: EndpointAddress) -> String {
        var words = ["weight \(weight)"]
        // Unlike one of the configuration, a server that is added is not checked over TLS because it is reached so.
        if checks { words.append(usesTLS(address) ? "check check-ssl" : "check") }
        if usesTLS(address) {
            switch authority {
            case .controller(let name):
                words.append("ssl verify required ca-file \(name)")
                if Self.isHostName(endpoint.name) { words.append("verifyhost \(endpoint.name)") }
            case .file(let name): words.append("ssl verify required ca-file \(name)")
            case .none: words.append("ssl verify none")
            }
        }
        // A server that is added keeps no connection for the next request unless told so.
        if !options.contains("pool-max-conn") { words.append("pool-max-conn -1") }
        if !options.contains("pool-purge-delay") { words.append("pool-purge-delay 5s") }
        if !options.isEmpty { words.append(options) }
        return words.joined(separator: " ")
    }

    /// Whether a server is reached over TLS.
    package func usesTLS(_ address: EndpointAddress) -> Bool { alwaysTLS || address.usesTLS }

    /// Whether the controller can have written that name into a certificate.
    private static func isHostName(_ name: String) -> Bool {
        (1...253).contains(name.utf8.count)
            && name.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { label in
                (1...63).contains(label.utf8.count) && label.first != "-" && label.last != "-"
                    && label.utf8.allSatisfy { isLetterOrDigit($0) || $0 == UInt8(ascii: "-") }
            }
    }

    /// The names of the servers: the endpoints' own where HAProxy takes them; the id makes others differ.
    ///
    /// - Returns: Endpoints by the server's name.
    package func names(_ endpoints: [Endpoint]) -> [String: Endpoint] {
        var result: [String: Endpoint] = [:]
        for endpoint in endpoints {
            var name = prefix + Self.plain(endpoint.name)
            if name != prefix + endpoint.name || result[name] != nil { name += "-" + Self.plain(endpoint.id) }
            result[name] = endpoint
        }
        return result
    }

    private static func plain(_ text: String) -> String {
        String(
            decoding: text.utf8.prefix(80).map { byte in
                isLetterOrDigit(byte) || ".:_-".utf8.contains(byte) ? byte : UInt8(ascii: "_")
            },
            as: UTF8.self
        )
    }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: false
        }
    }
}
