import Autoscaling
import Lifecycle
import Wire

/// All settings of a controller: one immutable value, made at start and anew with each reload.
package struct ControllerConfiguration: Sendable {
    /// The key under which groups stand by their names.
    package static let groupsKey = "groups"

    /// The groups in their order: a domain belongs to the first that matches. Never empty.
    package var groups: [GroupConfiguration]
    /// The hosts in their order. Never empty.
    package var hypervisors: [HypervisorConfiguration]
    /// Whether the hosts were given by name, or several connections were.
    package var hasNamedHosts = false
    /// For how long a host and all agents on it are silent before its instances are replaced elsewhere.
    package var hostLostAfter = Duration.seconds(60)
    /// Where the API listens.
    package var listen: HostPort
    /// Where the dashboard and the metrics are served; `nil`: nowhere.
    package var webListen: HostPort?
    /// The file with the token of the web interface, if there is one.
    package var webTokenFile: String?
    /// Where the state is.
    package var stateDirectory: String
    /// The most bytes of the history; `nil`: none is kept.
    package var historySize: Int64?
    /// The time between two samples.
    package var interval: Duration
    /// Lifetimes of certificates.
    package var issuing: IssuingPolicy
    /// How this controller is called among those that share a store.
    package var name = "localhost"
    /// Names and addresses under which others reach the controller, with a port or without.
    package var advertise: [String]
    /// The file of the log for people, if one is wanted.
    package var logFile: String?
    /// The file of the spans, if they are wanted.
    package var spansFile: String?
    /// Where the state is that must not be lost.
    package var store = StoreConfiguration.embedded

    /// A configuration of one group, and of more when `others` are given.
    package init(
        group: GroupConfiguration,
        others: [GroupConfiguration] = [],
        uri: HypervisorURI,
        listen: HostPort,
        webListen: HostPort? = nil,
        webTokenFile: String? = nil,
        stateDirectory: String,
        historySize: Int64? = nil,
        interval: Duration = .seconds(1),
        issuing: IssuingPolicy = IssuingPolicy(),
        advertise: [String] = [],
        logFile: String? = nil
    ) {
        self.groups = [group] + others
        self.hypervisors = HypervisorConfiguration.named([uri])
        self.listen = listen
        self.webListen = webListen
        self.webTokenFile = webTokenFile
        self.stateDirectory = stateDirectory
        self.historySize = historySize
        self.interval = interval
        self.issuing = issuing
        self.advertise = advertise
        self.logFile = logFile
    }

    /// The most of ``advertise`` where several controllers share a store.
    package static let advertisedLimit = 8

    /// Where others reach the controller, as ``advertise`` has it; the port of `listen` where none is given.
    package var advertised: [HostPort] {
        advertise.compactMap { HostPort($0, defaultPort: listen.port) }
    }

    /// The connection to the first host.
    package var uri: HypervisorURI { hypervisors[0].uri }

    /// The connection, where there is one and nothing more is said of it.
    package var soleConnection: HypervisorURI? {
        get { hasNamedHosts ? nil : uri }
        set {
            guard let newValue, newValue != soleConnection else { return }
            (hypervisors, hasNamedHosts) = (HypervisorConfiguration.named([newValue]), false)
        }
    }

    /// The hosts that were given by name, or by several connections.
    package var namedHosts: [HypervisorConfiguration] {
        get { hasNamedHosts ? hypervisors : [] }
        set { if !newValue.isEmpty { (hypervisors, hasNamedHosts) = (newValue, true) } }
    }

    /// The group of that name.
    package func group(_ name: String) -> GroupConfiguration? {
        groups.first { $0.name == name }
    }

    /// Whether clones are made from the domain of that name: then it is an instance of no group.
    package func isTemplate(domain name: String) -> Bool {
        groups.contains { $0.template?.source == .domain(name) }
    }

    /// The settings that a reload changes at once.
    package static let changedByReload: [ComparedSetting<ControllerConfiguration>] = [
        ComparedSetting("agent-certificate-lifetime", \.issuing.agentLifetime),
        ComparedSetting("client-certificate-lifetime", \.issuing.clientLifetime),
    ]

    /// The settings that keep their values until the controller is started again.
    package static let changedByRestart: [ComparedSetting<ControllerConfiguration>] = [
        ComparedSetting("connect", \.soleConnection),
        ComparedSetting("hypervisors", \.namedHosts),
        ComparedSetting("host-lost-after", \.hostLostAfter),
        ComparedSetting("listen", \.listen),
        ComparedSetting("web-listen", \.webListen),
        ComparedSetting("web-token-file", \.webTokenFile),
        ComparedSetting("state-dir", \.stateDirectory),
        ComparedSetting("history-size", \.historySize),
        ComparedSetting("interval", \.interval),
        ComparedSetting("log-file", \.logFile),
        ComparedSetting("spans-file", \.spansFile),
        ComparedSetting("advertise", \.advertise),
        ComparedSetting("name", \.name),
        ComparedSetting("store", \.store),
    ]
}
