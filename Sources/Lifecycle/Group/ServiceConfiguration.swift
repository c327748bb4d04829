import Wire

/// What the instances of a group serve, how that is probed, and where clients are sent.
package struct ServiceConfiguration: Sendable, Hashable {
    /// What serves in an instance, and who says how it is.
    package enum Kind: String, Sendable, Hashable, CaseIterable {
        /// The agent's own service.
        case builtIn = "built-in"
        /// A service in the guest, with the agent in front of it.
        case proxy
        /// A service in the guest that clients reach without the agent, which measures it.
        case beside
        /// A service in a guest without an agent.
        case agentless
    }

    /// How a service is spoken to.
    package enum Scheme: String, Sendable, Hashable, CaseIterable {
        case http
        case https

        /// The port of a URL without one.
        package var port: Int { self == .http ? 80 : 443 }
    }

    /// What serves; `nil`: what each agent registers.
    package var kind: Kind?
    /// The port at which clients reach it; `nil`: the one that the agent registers.
    package var port: Int?
    /// How clients speak to it; `nil`: by HTTPS.
    package var scheme: Scheme?
    /// What clients are told in place of `scheme://address:port`, with ``addressMark`` and ``nameMark`` for the
    /// instance's address and name.
    package var url: String?
    /// How the controller tries whether it answers; `nil`: by asking its agent.
    package var probe: ServiceProbe?
    /// For how long a client sends less to an instance that is new; zero: it sends all at once.
    package var slowStart: Duration
    /// How long after its withdrawal an instance without an agent is taken to have finished what it has.
    package var drainFor: Duration

    /// What stands for the instance's address in ``url``.
    package static let addressMark = "{address}"
    /// What stands for the instance's name in ``url``.
    package static let nameMark = "{name}"

    /// A service; the defaults are those of the configuration file.
    package init(
        kind: Kind? = nil,
        port: Int? = nil,
        scheme: Scheme? = nil,
        url: String? = nil,
        probe: ServiceProbe? = nil,
        slowStart: Duration = .zero,
        drainFor: Duration = .seconds(30)
    ) {
        self.kind = kind
        self.port = port
        self.scheme = scheme
        self.url = url
        self.probe = probe
        self.slowStart = slowStart
        self.drainFor = drainFor
    }

    /// Whether an agent of ours is in each instance.
    package var hasAgent: Bool { kind != .agentless }

    /// Whether the group itself says where clients reach an instance.
    package var namesPlace: Bool { url != nil || port != nil || scheme != nil }

    /// The URL that clients are told of an instance.
    ///
    /// - Parameter agentPort: The port that its agent registered, if it has one.
    package func url(address: IPAddress, name: String, agentPort: Int? = nil) -> String {
        let scheme = scheme ?? .https
        guard let url else {
            return "\(scheme)://\(HostPort(host: address.description, port: port ?? agentPort ?? scheme.port))"
        }
        let host = address.family == .v6 ? "[\(address)]" : "\(address)"
        return url.replacing(Self.addressMark, with: host).replacing(Self.nameMark, with: Self.escaped(name))
    }

    /// A name as any part of a URL can hold it.
    private static func escaped(_ name: String) -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        var bytes: [UInt8] = []
        for byte in name.utf8 {
            let letter = Character(UnicodeScalar(byte))
            if letter.isASCII, letter.isLetter || letter.isNumber || "-._~".contains(letter) {
                bytes.append(byte)
            } else {
                bytes += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

/// How the controller itself tries whether a service answers.
package enum ServiceProbe: Sendable, Hashable {
    /// A connection to that port can be made.
    case tcp(port: Int)
    /// A GET is answered with a status that is expected.
    case http(Request)

    /// What is asked, and what is a good answer.
    package struct Request: Sendable, Hashable {
        /// The path with its query, from `/` on.
        package var path: String
        /// The port; `nil`: the service's.
        package var port: Int?
        /// How it is spoken to.
        package var scheme: ServiceConfiguration.Scheme
        /// The statuses of one that is well.
        package var expected: ClosedRange<Int>
        /// A file of the authorities, one of which must have signed the certificate; `nil`: any certificate will do.
        /// Names are not compared, since instances go by their addresses.
        package var authorities: String?

        /// A request.
        package init(
            path: String,
            port: Int? = nil,
            scheme: ServiceConfiguration.Scheme = .http,
            expected: ClosedRange<Int> = 200...399,
            authorities: String? = nil
        ) {
            self.path = path
            self.port = port
            self.scheme = scheme
            self.expected = expected
            self.authorities = authorities
        }
    }

    /// The port, where it is given.
    package var port: Int? {
        switch self {
        case .tcp(let port): port
        case .http(let request): request.port
        }
    }

    /// The statuses that a text such as `200-399` or `204` names; `nil` for any other text.
    package static func statuses(_ text: String) -> ClosedRange<Int>? {
        StatusRange(parsing: text)?.values
    }
}
