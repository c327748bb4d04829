import Autoscaling
import Foundation
import Lifecycle

/// What an operator, or a new configuration, asks of a group.
package enum GroupCommand: Sendable {
    /// Keep to another configuration from now on.
    case configure(GroupConfiguration)
    /// Leave an instance alone at scale in, or no longer.
    case protect(instance: String, Bool, by: String)
    /// Try again what failed: closes the breaker, and ends the quarantine of one instance or of all.
    case retry(instance: String?, by: String)
    /// Pause the whole group, hold its size, or take that back.
    case steer(SteeringAct, by: String, CommitAcknowledgement)
    /// Take an instance out of service.
    case drain(instance: String, by: String)
    /// Replace every clone that is not of that template.
    case rollout(Rollout)
    /// End the rollout and go back.
    case abortRollout(by: String)
}

extension Reconciler {
    /// Does what was asked, to the fleet alone: what follows from it, the next step says.
    func obey(_ commands: [GroupCommand], _ state: inout State, now: MonotonicInstant, date: Date) -> FleetStep {
        var step = FleetStep()
        for command in commands {
            switch command {
            case .configure(let group):
                state.group = group
                state.engine.policy = group.policy
                state.fleet.settings = FleetSettings(group)
            case .rollout(let rollout): step.append(state.fleet.beginRollout(rollout, date: date))
            case .abortRollout(let by): step.append(state.fleet.abortRollout(by: by, date: date))
            case .protect(let name, let isProtected, let by):
                step.append(state.fleet.protect(name, isProtected, by: by, date: date))
            case .retry(let name, let by):
                step.append(state.fleet.retry(name, by: by, now: now, date: date))
            case .steer(let act, let by, _): step.append(state.fleet.steer(act, by: by, date: date))
            case .drain(let name, let by):
                guard let instance = state.fleet.find(name), instance.state == .inService, instance.isOwned else {
                    continue
                }
                state.fleet.drain(instance, reason: "\(by) asked for it", by: by, now: now, date: date, in: &step)
            }
        }
        return step
    }
}
