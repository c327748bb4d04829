#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// `PUT /v1/agents/{uuid}`: an agent says that it is there and where it serves.
public struct AgentRegistration: Codable, Sendable, Equatable {
    /// The agent's version, as `cms-agent version` prints it.
    public var version: String
    /// The guest's host name.
    public var hostname: String
    /// The port of the agent's HTTPS endpoint; the address is the one the registration came from.
    public var port: Int
    /// The number of vCPUs the guest sees.
    public var vCPUs: Int
    /// The guest kernel's boot id, which tells a restart of the agent from a restart of the guest.
    public var bootID: String?
    /// When the agent started, by the guest's clock.
    public var startedAt: Date?
    /// What the agent serves; absent means `built-in`.
    public var service: ServiceKind?
    /// Where clients reach the service, `{address}` standing for the address the registration came from; absent: the
    /// agent's own endpoint.
    public var endpoint: String?

    /// What an agent serves.
    public enum ServiceKind: OpenWord {
        /// The Fibonacci numbers that it computes itself.
        case builtIn
        /// A service in the guest, in front of which it stands.
        case proxy
        /// A service in the guest that clients reach without the agent.
        case beside
        /// A kind that this version does not know.
        case unknown(String)

        /// The kinds that this version knows.
        public static let known: [ServiceKind] = [.builtIn, .proxy, .beside]

        /// The word on the wire.
        public var word: String {
            switch self {
            case .builtIn: "built-in"
            case .proxy: "proxy"
            case .beside: "beside"
            case .unknown(let word): word
            }
        }
    }

    /// A registration.
    public init(
        version: String,
        hostname: String,
        port: Int,
        vCPUs: Int,
        bootID: String? = nil,
        startedAt: Date? = nil,
        service: ServiceKind? = nil,
        endpoint: String? = nil
    ) {
        self.version = version
        self.hostname = hostname
        self.port = port
        self.vCPUs = vCPUs
        self.bootID = bootID
        self.startedAt = startedAt
        self.service = service
        self.endpoint = endpoint
    }
}

extension AgentRegistration {
    /// The longest text of ``endpoint``, bytes.
    public static let longestEndpoint = 256

    /// The URL for clients, for a guest at `address`.
    ///
    /// - Returns: `nil` when ``endpoint`` is not `http://{address}…`, `https://{address}…` or `tcp://{address}:PORT`: an
    ///   agent speaks for its own address alone.
    public func endpointURL(address: String) -> String? {
        guard let endpoint else { return "https://\(HostPort(host: address, port: port))" }
        let schemes = ["https://", "http://", "tcp://"]
        guard endpoint.utf8.count <= Self.longestEndpoint, let scheme = schemes.first(where: endpoint.hasPrefix) else {
            return nil
        }
        let rest = endpoint.dropFirst(scheme.utf8.count)
        guard rest.hasPrefix("{address}") else { return nil }
        let tail = rest.dropFirst("{address}".utf8.count)
        guard tail.isEmpty || tail.first == ":" || tail.first == "/" else { return nil }
        // A protocol that is not HTTP has no usual port, and no paths.
        guard scheme != "tcp://" || HostPort("host\(tail)").map({ $0.port > 0 }) == true else { return nil }
        guard tail.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "@") }) else { return nil }
        return scheme + (address.contains(":") ? "[\(address)]" : address) + tail
    }
}

/// The answer to a registration.
public struct RegistrationAnswer: Codable, Sendable, Equatable {
    /// The name under which the controller knows the machine: the libvirt domain's name.
    public var server: String
    /// Seconds between two load reports while the load is steady.
    public var reportSeconds: Double
    /// Seconds between two heartbeats on the command stream.
    public var heartbeatSeconds: Double
    /// `host:port` of the live controllers; absent when there is one only.
    public var controllers: [String]?

    /// An answer.
    public init(server: String, reportSeconds: Double, heartbeatSeconds: Double) {
        self.server = server
        self.reportSeconds = reportSeconds
        self.heartbeatSeconds = heartbeatSeconds
    }
}
