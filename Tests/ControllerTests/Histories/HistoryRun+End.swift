import Autoscaling
import Foundation
import Wire

@testable import Lifecycle

extension HistoryRun {
    /// The most ticks until all is where it belongs once nothing goes wrong any more; pauses of the breaker and
    /// quarantines pass in one tick.
    private static let patience = 120

    /// Lets all faults end, and waits until the group is as it should be.
    mutating func settleDown() {
        if isDead { restart() }
        policy.mode = .on
        if settings.template == nil { policy.min = min(policy.min, machines.count(where: \.exists)) }
        policy.max = max(policy.max, policy.min)
        settings.maximum = policy.max
        settings.standby.refresh = .seconds(100_000)
        settings.hooks = []
        commands.append(.configure(policy, settings))
        calm()
        var quiet = 0
        for _ in 0..<Self.patience {
            let isWaiting = controller.fleet.instances.values.allSatisfy { instance in
                [.off, .inService, .standby, .quarantined, .failed].contains(instance.state)
            }
            let isOpen = controller.fleet.breaker.isOpen(at: now)
            let isLong =
                isWaiting && (isOpen || controller.fleet.instances.values.contains { $0.state == .quarantined })
            play(isLong ? 30 : nil)
            guard oracle.broken.isEmpty else { return }
            quiet = unsettled == nil ? quiet + 1 : 0
            if quiet == 3 { return }
        }
        let what = unsettled ?? "it never stays settled"
        oracle.fail(.liveness, what)
    }

    /// What is not as it should be; `nil` when all is.
    var unsettled: String? {
        let fleet = controller.fleet
        for instance in fleet.ordered where ![.off, .inService, .standby].contains(instance.state) {
            return "\(instance.uuid) is \(instance.state): \(instance.reason)"
        }
        for instance in fleet.ordered where instance.state == .off && instance.isOwned {
            return "\(instance.uuid) may still come"
        }
        let serving = fleet.instances.values.count { $0.state == .inService }
        let size = min(max(fleet.steering.size ?? policy.min, policy.min), policy.max)
        let most = settings.template == nil ? machines.count(where: \.exists) : size
        let wanted = fleet.isPaused ? 0 : min(size, most)
        if serving < wanted { return "\(serving) of \(wanted) serve" }
        let pool = fleet.instances.values.count { $0.state == .standby }
        let isFull =
            pool >= settings.standby.total || fleet.counted >= policy.max
            || fleet.reserve.isEmpty && fleet.clonable == 0
        if fleet.counted > policy.max, pool > 0 { return "\(fleet.counted) of \(policy.max), \(pool) in standby" }
        if !isFull { return "the pool has \(pool) of \(settings.standby.total)" }
        if controller.set.endpoints != fleet.endpoints { return "clients are not told" }
        if let unsettledClone { return unsettledClone }
        for machine in machines where machine.exists {
            switch fleet.instances[machine.uuid]?.state {
            case .inService: if machine.power != .running { return "\(machine.uuid) serves and is \(machine.power)" }
            case .off: if machine.isActive { return "\(machine.uuid) is off and \(machine.power)" }
            case .standby: if machine.power == .running { return "\(machine.uuid) runs in standby" }
            default: return "\(machine.uuid) has no row"
            }
        }
        return nil
    }
}
