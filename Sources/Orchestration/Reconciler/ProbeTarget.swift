import Lifecycle
import Shared
import Wire

/// An instance that is asked whether it serves.
package struct ProbeTarget: Sendable, Equatable {
    /// The base URL of the agent itself; empty where there is none.
    package var url: String
    /// What the agent serves.
    package var service: AgentRegistration.ServiceKind
    /// The group's own probe, which then is all that is asked.
    package var check: Check?

    /// A probe with its place.
    package enum Check: Sendable, Equatable {
        /// A connection to there can be made.
        case tcp(HostPort)
        /// A GET of the URL is answered with one of these statuses, under a certificate that one of the authorities in
        /// the file has signed, or under any.
        case http(url: String, expected: ClosedRange<Int>, authorities: String?)
    }

    /// A target.
    package init(url: String, service: AgentRegistration.ServiceKind = .builtIn, check: Check? = nil) {
        self.url = url
        self.service = service
        self.check = check
    }
}

extension ProbeTarget.Check {
    /// The probe of an instance at that address.
    ///
    /// - Parameter agentPort: The port that its agent registered, if it has one.
    init(_ probe: ServiceProbe, of service: ServiceConfiguration, address: IPAddress, agentPort: Int? = nil) {
        switch probe {
        case .tcp(let port):
            self = .tcp(HostPort(host: address.description, port: port))
        case .http(let request):
            let port = request.port ?? service.port ?? agentPort ?? request.scheme.port
            self = .http(
                url: "\(request.scheme)://\(HostPort(host: address.description, port: port))\(request.path)",
                expected: request.expected,
                authorities: request.authorities
            )
        }
    }
}
