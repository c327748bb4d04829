import Autoscaling

/// Whether it is the controller that is cut off, and not the instances that fail.
extension Fleet {
    /// For so long after it was cut off the controller may still hear of nobody: connections are made anew.
    private static let echo = Duration.seconds(5)

    /// Notes whether no host answers and none of those in service is heard of: then what is missing is rather the
    /// controller's own wire than all of them at once.
    mutating func noteSight(_ observation: FleetObservation, now: MonotonicInstant) {
        let serving = instances.values.filter { $0.state == .inService }
        let isHeard = serving.contains { instance in
            let agent = observation.agents[instance.uuid]
            if let agent, settings.hasAgents, agent.isConnected, agent.isReporting { return true }
            return observation.probes[instance.uuid].map { $0.failures == 0 } ?? false
        }
        if observation.domains == nil, !serving.isEmpty, !isHeard {
            blindSince = blindSince ?? now
            blindUntil = now.advanced(by: Self.echo)
        } else if let end = blindUntil, now >= end {
            blindSince = nil
            blindUntil = nil
        }
    }

    /// The controller itself was stopped for a while: what agents and probes say is of before, and they need a moment.
    package mutating func noteAbsence(_ now: MonotonicInstant) { blindUntil = now.advanced(by: Self.echo) }

    /// Whether nobody is withdrawn because nothing is heard of it.
    func isCutOff(_ now: MonotonicInstant) -> Bool { blindUntil.map { now < $0 } ?? false }

    /// For how long nothing has been heard of any host, nor of any instance in service.
    package func blindness(at now: MonotonicInstant) -> Duration {
        blindSince.map { $0.duration(to: now) } ?? .zero
    }
}
