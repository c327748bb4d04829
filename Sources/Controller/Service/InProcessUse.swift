import Monitoring
import Orchestration

/// For who measures a controller from within its process, with agents and clients that need no sockets.
package struct InProcessUse: Sendable {
    /// Where agents and clients meet a controller.
    package struct Parts: Sendable {
        package let groups: [GroupRuntime]
        package let registry: AgentRegistry
        package let owners: any GroupOwners
        package let eventBus: EventBus
        package let clock: SteadyClock
    }

    /// Answers for the instances.
    package var prober: any EndpointProber
    /// Takes the times of each tick of a group that is owned here.
    package var onTick: @Sendable (TickTimes) -> Void
    /// Called once, before anything runs.
    package var onAssembled: @Sendable (Parts) -> Void

    package init(
        prober: any EndpointProber,
        onTick: @escaping @Sendable (TickTimes) -> Void,
        onAssembled: @escaping @Sendable (Parts) -> Void
    ) {
        (self.prober, self.onTick, self.onAssembled) = (prober, onTick, onAssembled)
    }
}
