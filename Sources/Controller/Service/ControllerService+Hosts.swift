import ConfigurationValues
import Orchestration

extension ControllerService {
    /// What each host has of its own: connection, sampler, the search for guests without an agent.
    func addHosts(_ state: OpenedState, _ shared: SharedParts, to order: inout ServiceOrder) {
        if let pacer = shared.pacer { order.add(pacer, at: .sampler) }
        for host in shared.hosts {
            order.add(HypervisorService(hypervisor: host.hypervisor), at: .hypervisor)
            order.add(
                HypervisorSampler(
                    hypervisor: host.hypervisor,
                    targets: shared.groups.map { $0.target(on: host.name) },
                    capacity: host.capacity,
                    interval: configuration.interval,
                    clock: state.clock,
                    host: host,
                    pacer: shared.pacer,
                    report: { [events = shared.events] in events.record($0) },
                    onLook: { [metrics = state.metrics] in metrics.record($0, host: host.name) },
                    logger: logger
                ),
                at: .sampler
            )
            order.add(
                GuestFinder(
                    hypervisor: host.hypervisor,
                    host: host.name,
                    groups: shared.groups,
                    clock: state.clock,
                    logger: logger
                ),
                at: .guests
            )
        }
    }
}
