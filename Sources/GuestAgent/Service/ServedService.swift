import Proxy
import Shared
import Wire

/// What an agent serves.
package enum ServedService: Sendable {
    /// The Fibonacci numbers that it computes itself.
    case builtIn
    /// A service beside it, in front of which it stands.
    case proxy(ProxiedService)
    /// A service beside it, which clients reach without the agent.
    case beside(BesideService)

    /// The word for the controller.
    var kind: AgentRegistration.ServiceKind {
        switch self {
        case .builtIn: .builtIn
        case .proxy: .proxy
        case .beside: .beside
        }
    }

    /// Where clients reach it, with `{address}` for the guest's address; `nil`: where the agent listens.
    var endpoint: String? {
        if case .beside(let service) = self { service.endpoint } else { nil }
    }
}

/// A service that an agent stands in front of.
package struct ProxiedService: Sendable {
    /// How requests are passed on.
    package var settings: ProxySettings
    /// The path that is asked to learn whether the service is well; without one a connection is enough.
    package var healthPath: String?
    /// The certificate for clients that ask for a name; `nil`: they get the agent's identity.
    package var certificate: ServiceCertificate?
    /// The time between two looks at the service.
    package var healthInterval = Duration.seconds(2)
    /// The longest wait for a sign of life.
    package var healthTimeout = Duration.seconds(2)

    /// A service without a path for its health, and without a certificate of its own.
    package init(settings: ProxySettings, healthPath: String? = nil, certificate: ServiceCertificate? = nil) {
        self.settings = settings
        self.healthPath = healthPath
        self.certificate = certificate
    }
}
