/// The settings of the controller that flags and environment variables can give, by the names they share.
package enum ConfigurationKey: String, Sendable, CaseIterable {
    /// The guests' address range.
    case hosts
    /// The libvirt connection.
    case connect
    /// Where the API listens.
    case listen
    /// Where people and monitoring look.
    case webListen = "web-listen"
    /// The secret that the web interface asks for.
    case webTokenFile = "web-token-file"
    /// Where the state is.
    case stateDir = "state-dir"
    /// The most space of the history.
    case historySize = "history-size"
    /// The fewest instances.
    case min
    /// The most instances.
    case max
    /// Paused instances that are held ready.
    case standby
    /// Percent of CPU over which an instance is overloaded.
    case threshold
    /// Samples in a row over the threshold.
    case samples
    /// The time between two samples.
    case interval
    /// The log for people.
    case logFile = "log-file"
    /// The traces of starts and stops.
    case spansFile = "spans-file"
    /// Where the controller is reached.
    case advertise
    /// How the controller is called among others.
    case name
    /// From the order to start until the first probe has passed.
    case startDeadline = "start-deadline"
    /// Failed starts before the quarantine.
    case attempts
    /// How long a quarantine lasts.
    case quarantine
    /// How long work in flight may take to finish.
    case drainTimeout = "drain-timeout"
    /// The lifetime of agents' certificates.
    case agentCertificateLifetime = "agent-certificate-lifetime"
    /// The lifetime of clients' certificates.
    case clientCertificateLifetime = "client-certificate-lifetime"

    /// The environment variable of the setting.
    package var environmentName: String {
        "CMS_" + rawValue.uppercased().replacing("-", with: "_")
    }

    /// One sentence for the help text, with the default where there is one.
    package var help: String {
        guard let definition else { return "" }
        guard let standard = definition.standard, standard != "none" else { return definition.summary }
        return definition.summary.hasSuffix(".")
            ? "\(definition.summary.dropLast()) (default: \(standard))."
            : "\(definition.summary) (default: \(standard))"
    }

    /// Where the setting stands in the file; `rules` stands for the first threshold rule.
    package var path: [String] {
        switch self {
        case .threshold: ["policy", "rules", "threshold", "over"]
        case .samples: ["policy", "rules", "threshold", "samples"]
        case .standby: ["standby", "paused"]
        case .startDeadline, .attempts, .quarantine: ["health", rawValue]
        case .drainTimeout: ["drain", "timeout"]
        default: [rawValue]
        }
    }

    /// Whether each group has one of its own.
    var isOfGroup: Bool {
        ConfigurationSchema.group.contains { $0.name == path[0] }
    }

    /// What is known of the setting.
    var definition: KeyDescription? {
        ConfigurationSchema.description(of: path)
    }
}
