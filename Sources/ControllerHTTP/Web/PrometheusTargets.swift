import Foundation
import Lifecycle
import Orchestration
import Wire

/// The registered agents as Prometheus' HTTP service discovery wants them.
package struct PrometheusTarget: Codable, Sendable, Equatable {
    /// `address:port`, one.
    package var targets: [String]
    /// Labels; those that begin with `__` are for relabelling.
    var labels: [String: String]

    /// One entry for each registered agent, by name.
    package static func all(groups: [GroupRuntime], sessions: [String: AgentRegistry.Session]) -> [PrometheusTarget] {
        groups.flatMap { group in
            group.report().instances.compactMap { instance -> PrometheusTarget? in
                guard let session = sessions[instance.uuid] else { return nil }
                let address = HostPort(host: "\(session.address)", port: session.registration.port)
                var labels = [
                    "instance": instance.name,
                    "__meta_cms_group": group.name,
                    "__meta_cms_uuid": instance.uuid,
                    "__meta_cms_state": instance.state.rawValue,
                    "__meta_cms_version": session.registration.version,
                ]
                // The agent's own pages stand apart where the paths are another service's.
                if session.registration.service ?? .builtIn != .builtIn { labels["__metrics_path__"] = "/.cms/metrics" }
                return PrometheusTarget(targets: ["\(address)"], labels: labels)
            }
        }
    }
}
