import Lifecycle
import NIOHTTP1

extension OperatorClient {
    /// What there is to say of each host.
    package func hosts() async throws -> [HostStatus] {
        try await answer(.GET, "/v1/hosts")
    }

    /// Has no instance started on a host, lets it take some again, or has those there leave; returns the host.
    package func steer(host: String, _ act: HostAct) async throws -> HostStatus {
        try await answer(.POST, "/v1/hosts/\(Self.escaped(host))/\(act.rawValue)")
    }

    /// What is asked of a host.
    package enum HostAct: String, Sendable {
        case cordon, uncordon, evacuate
    }
}
