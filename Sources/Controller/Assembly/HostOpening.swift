import Libvirt
import Lifecycle
import Logging
import Orchestration
import Shared
import Wire

/// Connects to the hosts at the start, all at the same time, and finds the groups' networks there.
///
/// One host alone has to answer, and to have the networks. Of several one has to; those that do not are taken in when they
/// answer.
struct HostOpening {
    /// How long one of several hosts may take before the start goes on without it.
    private static let limit = Duration.seconds(12)
    let hosts: [HostRuntime]
    let groups: [GroupConfiguration]
    let logger: Logger

    /// The networks of each group by host, in the order of the groups.
    ///
    /// - Throws: What the only host throws; of several, what the first one throws when none answers; a range that no host
    ///   that answers has a network in.
    func networks() async throws -> [[String: [GroupDiscovery.Network]]] {
        guard hosts.count > 1 else {
            let host = hosts[0]
            try await host.hypervisor.connect()
            let known = try await host.hypervisor.networks()
            return try groups.map { [host.name: try GroupDiscovery.networks(in: $0.hosts, of: known)] }
        }
        let answers = await answers()
        let known = answers.compactMapValues { try? $0.get() }
        if known.isEmpty, let first = hosts.first { _ = try answers[first.name]?.get() }
        for (name, answer) in answers.sorted(by: { $0.key < $1.key }) {
            guard case .failure(let error) = answer else { continue }
            logger.warning(
                "host does not answer yet; it is taken in when it does",
                metadata: ["host": "\(name)", "error": "\(ErrorText.of(error))"]
            )
        }
        return try groups.map { group in
            var found: [String: [GroupDiscovery.Network]] = [:]
            var refusal: (any Error)?
            for host in hosts {
                guard let all = known[host.name] else {
                    found[host.name] = []
                    continue
                }
                do {
                    found[host.name] = try GroupDiscovery.networks(in: group.hosts, of: all)
                } catch {
                    found[host.name] = []
                    refusal = refusal ?? error
                }
            }
            if let refusal, known.count == hosts.count, found.values.allSatisfy(\.isEmpty) { throw refusal }
            return found
        }
    }

    private func answers() async -> [String: Result<[NetworkInfo], any Error>] {
        await withTaskGroup(of: (String, Result<[NetworkInfo], any Error>).self) { tasks in
            for host in hosts {
                tasks.addTask {
                    do {
                        let networks = try await withDeadline(Self.limit) {
                            try await host.hypervisor.connect()
                            return try await host.hypervisor.networks()
                        }
                        return (host.name, .success(networks))
                    } catch {
                        return (host.name, .failure(error))
                    }
                }
            }
            var answers: [String: Result<[NetworkInfo], any Error>] = [:]
            for await (name, answer) in tasks { answers[name] = answer }
            return answers
        }
    }
}
