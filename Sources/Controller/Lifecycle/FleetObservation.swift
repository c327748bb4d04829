import Autoscaling
import Shared

/// The facts that a step of the fleet looks at.
public struct FleetObservation: Sendable {
    /// A domain on the group's networks.
    public struct Domain: Sendable, Hashable {
        /// The UUID, lower case.
        public var uuid: String
        /// The name.
        public var name: String
        /// Whether it runs: neither shut off nor paused.
        public var isRunning: Bool
        /// Whether it has memory in use: running or paused.
        public var isActive: Bool

        /// A domain.
        public init(uuid: String, name: String, isRunning: Bool, isActive: Bool) {
            self.uuid = uuid
            self.name = name
            self.isRunning = isRunning
            self.isActive = isActive
        }
    }

    /// An agent's connection.
    public struct Agent: Sendable, Hashable {
        /// Where its endpoint is.
        public var endpoint: Endpoint
        /// Counts this agent's registrations, so that a probe's result can be told from one of an earlier life.
        public var session: UInt64
        /// Whether its command stream is open.
        public var isConnected: Bool

        /// A connection.
        public init(endpoint: Endpoint, session: UInt64, isConnected: Bool) {
            self.endpoint = endpoint
            self.session = session
            self.isConnected = isConnected
        }
    }

    /// The result of an order to start a domain.
    public enum Start: Sendable, Hashable {
        /// The hypervisor is working on it.
        case underWay
        /// The domain runs.
        case succeeded
        /// The hypervisor refused.
        case failed(String)
    }

    /// What the probes of an endpoint found.
    public struct Probe: Sendable, Hashable {
        /// The session in which the full probe passed, if it did.
        public var passedSession: UInt64?
        /// Health probes that failed in a row.
        public var failures: Int
        /// The last failure in words.
        public var lastFailure: String?

        /// A result.
        public init(passedSession: UInt64? = nil, failures: Int = 0, lastFailure: String? = nil) {
            self.passedSession = passedSession
            self.failures = failures
            self.lastFailure = lastFailure
        }
    }

    /// The domains, or `nil` while the hypervisor does not answer.
    public var domains: [Domain]?
    /// The agents by UUID.
    public var agents: [String: Agent]
    /// The starts by UUID.
    public var starts: [String: Start]
    /// The probes by UUID.
    public var probes: [String: Probe]

    /// An observation.
    public init(
        domains: [Domain]?,
        agents: [String: Agent] = [:],
        starts: [String: Start] = [:],
        probes: [String: Probe] = [:]
    ) {
        self.domains = domains
        self.agents = agents
        self.starts = starts
        self.probes = probes
    }
}
