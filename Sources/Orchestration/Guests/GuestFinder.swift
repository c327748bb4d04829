import Autoscaling
import Libvirt
import Lifecycle
import Logging
import Monitoring
import ServiceLifecycle
import Shared
import Wire

/// Finds the addresses of guests that have no agent, beside the sampling: a guest that is slow to answer delays nothing.
package struct GuestFinder: Service {
    /// The time between two looks, in which a guest whose address is not known is asked for.
    static let pause = Duration.seconds(1)
    /// After which time an address that is known is looked up again, and a guest agent is asked again.
    static let refresh = Duration.seconds(10)
    private let hypervisor: any Hypervisor
    private let host: String?
    private let groups: [GroupRuntime]
    private let clock: SteadyClock
    private let logger: Logger

    /// What the finder remembers of a group between two looks.
    package struct Memory {
        /// When each guest was last looked up with success.
        fileprivate var found: [String: MonotonicInstant] = [:]
        /// When each guest's own agent was last asked.
        fileprivate var asked: [String: MonotonicInstant] = [:]

        package init() {}

        /// Forgets all but these.
        fileprivate mutating func keep(_ uuids: Set<String>) {
            found = found.filter { uuids.contains($0.key) }
            asked = asked.filter { uuids.contains($0.key) }
        }
    }

    /// A finder for those of the groups that have no agents.
    ///
    /// - Parameter host: The host that is asked; `nil` where there is one that nobody named.
    package init(
        hypervisor: any Hypervisor,
        host: String? = nil,
        groups: [GroupRuntime],
        clock: SteadyClock,
        logger: Logger
    ) {
        self.hypervisor = hypervisor
        self.host = host
        self.groups = groups.filter { !$0.configuration.service.hasAgent }
        self.clock = clock
        self.logger = logger
    }

    /// Looks until the service stops.
    package func run() async throws {
        try? await cancelWhenGracefulShutdown {
            var memories: [String: Memory] = [:]
            while true {
                for group in groups { await look(group, &memories[group.name, default: Memory()], now: clock.now) }
                // Without such a group there is nothing to do, but a service that ends would end the controller.
                try await Task.sleep(for: groups.isEmpty ? .seconds(3600) : Self.pause)
            }
        }
    }

    /// One look at a group: at most one guest's own agent is asked, since that may take seconds.
    package func look(_ group: GroupRuntime, _ memory: inout Memory, now: MonotonicInstant) async {
        let snapshot = host.map { group.view.snapshot(of: $0) } ?? group.view.snapshot
        guard let domains = snapshot.domains?.filter(\.isActive) else { return }
        let active = Set(domains.map(\.uuid))
        // What other hosts have, or had when they last answered, is theirs to forget.
        group.guests.keep(Set(group.view.snapshot.known.filter(\.isActive).map(\.uuid)))
        memory.keep(active)
        var mayAskGuest = true
        for domain in domains {
            let known = group.guests.entry(of: domain.uuid, run: domain.run)
            if known != nil, let found = memory.found[domain.uuid], found.duration(to: now) < Self.refresh { continue }
            var choice = GuestAddressChoice()
            for source in [GuestAddress.Source.lease, .neighbour] {
                choice.answers[source] = await addresses(of: domain, source)
            }
            let hosts = group.configuration.hosts
            var best = choice.address(in: hosts, present: known?.address)
            let isDue = memory.asked[domain.uuid].map { $0.duration(to: now) >= Self.refresh } ?? true
            if best == nil, mayAskGuest, isDue, domain.isRunning {
                mayAskGuest = false
                memory.asked[domain.uuid] = now
                choice.answers[.guestAgent] = await addresses(of: domain, .guestAgent)
                best = choice.address(in: hosts, present: known?.address)
            }
            guard let best else { continue }
            memory.found[domain.uuid] = now
            guard group.guests.note(domain.uuid, run: domain.run, address: best.address, source: best.source) else {
                continue
            }
            logger.info(
                "guest found",
                metadata: [
                    "instance": "\(domain.name)", "address": "\(best.address)", "source": "\(best.source.rawValue)",
                ]
            )
            group.signals.send(.look)
        }
    }

    /// What a source says; `nil` when it says nothing.
    private func addresses(of domain: FleetObservation.Domain, _ source: GuestAddress.Source) async -> [GuestAddress]? {
        do {
            return try await hypervisor.addresses(uuid: domain.uuid, source: source)
        } catch {
            logger.debug(
                "no address",
                metadata: [
                    "instance": "\(domain.name)", "source": "\(source.rawValue)", "error": "\(ErrorText.of(error))",
                ]
            )
            return nil
        }
    }
}
