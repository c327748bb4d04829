import Autoscaling
import Foundation

@testable import Lifecycle

extension HistoryRun {
    /// Prints one history, for a person who looks for the reason of a failure.
    static func print(seed: UInt64, onHosts: Bool = false) {
        var run = generated(seed: seed, onHosts: onHosts)
        run.isTraced = true
        run.playThrough(seed)
        for broken in run.oracle.broken { Swift.print("BROKEN \(broken.property.rawValue): \(broken.text)") }
    }

    func trace(_ text: String) {
        Swift.print("\(tick) \(text)")
    }

    func trace(_ step: FleetStep, _ observation: FleetObservation) {
        let real = machines.map { machine in
            "\(machine.uuid):\(machine.isDefined ? "" : "undefined ")\(machine.power)/\(machine.maker)"
                + "\(machine.image == nil ? "" : "+image")"
        }
        trace("at \(now.nanoseconds / 1_000_000_000) machines \(real.joined(separator: " "))")
        let seen = (observation.domains ?? []).map {
            "\($0.uuid):\($0.isRunning ? "run" : $0.isActive ? "paused" : "off")"
        }
        trace(
            "  sees \(observation.domains == nil ? "nothing" : seen.joined(separator: " ")) starts \(observation.starts)"
        )
        for instance in step.changed {
            trace(
                "  row \(instance.uuid) \(instance.state) owned \(instance.isOwned) goal \(instance.goal): \(instance.reason)"
            )
        }
        trace("  actions \(step.actions)")
    }
}
