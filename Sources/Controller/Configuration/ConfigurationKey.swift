/// The settings of the controller by the names that flags, file and environment share.
public enum ConfigurationKey: String, Sendable, CaseIterable {
    /// The guests' address range.
    case hosts
    /// The libvirt connection.
    case connect
    /// Where the API listens.
    case listen
    /// Where the state is.
    case stateDir = "state-dir"
    /// Percent of CPU over which an instance is overloaded.
    case threshold
    /// Samples in a row over the threshold.
    case samples
    /// The time between two samples.
    case interval
    /// The log for people.
    case logFile = "log-file"
    /// Further names of the controller.
    case advertise
    /// From the order to start until the first probe has passed.
    case startDeadline = "start-deadline"
    /// Failed starts before the quarantine.
    case attempts
    /// How long a quarantine lasts.
    case quarantine
    /// The lifetime of agents' certificates.
    case agentCertificateLifetime = "agent-certificate-lifetime"
    /// The lifetime of clients' certificates.
    case clientCertificateLifetime = "client-certificate-lifetime"

    /// The environment variable of the setting.
    public var environmentName: String {
        "CMS_" + rawValue.uppercased().replacing("-", with: "_")
    }

    /// The known key nearest to `text`, when it is near enough to have been meant.
    public static func nearest(to text: String) -> ConfigurationKey? {
        let ranked = allCases.map { ($0, distance(Array($0.rawValue), Array(text))) }.min { $0.1 < $1.1 }
        guard let (key, distance) = ranked, distance <= max(2, key.rawValue.count / 3) else { return nil }
        return key
    }

    /// Levenshtein's distance.
    private static func distance(_ left: [Character], _ right: [Character]) -> Int {
        guard right.count <= 64 else { return .max }
        var row = Array(0...right.count)
        for (i, a) in left.enumerated() {
            var next = [i + 1]
            for (j, b) in right.enumerated() {
                next.append(min(row[j] + (a == b ? 0 : 1), row[j + 1] + 1, next[j] + 1))
            }
            row = next
        }
        return row.last ?? 0
    }
}
