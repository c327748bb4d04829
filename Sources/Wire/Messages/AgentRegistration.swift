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

    /// A registration.
    public init(
        version: String,
        hostname: String,
        port: Int,
        vCPUs: Int,
        bootID: String? = nil,
        startedAt: Date? = nil
    ) {
        self.version = version
        self.hostname = hostname
        self.port = port
        self.vCPUs = vCPUs
        self.bootID = bootID
        self.startedAt = startedAt
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

    /// An answer.
    public init(server: String, reportSeconds: Double, heartbeatSeconds: Double) {
        self.server = server
        self.reportSeconds = reportSeconds
        self.heartbeatSeconds = heartbeatSeconds
    }
}
