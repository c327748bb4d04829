import Autoscaling
import Foundation
import TestSupport
import Wire

@testable import Lifecycle
@testable import Orchestration
@testable import Ownership

extension ClusterRun {
    /// The most time until all is where it belongs once nothing goes wrong any more.
    private static let patience = 150

    /// The history of that seed, to its end or to the first broken property.
    static func played(seed: UInt64, flaws: Set<ClusterFlaw> = [], isTraced: Bool = false) -> ClusterRun {
        let run = ClusterRun(seed: seed, flaws: flaws)
        run.isTraced = isTraced
        run.run(until: run.stormEnd)
        run.settleDown()
        return run
    }

    /// Lets all faults end, and waits until the group is as it should be.
    private func settleDown() {
        guard oracle.broken.isEmpty else { return }
        calm()
        var quiet = 0
        for _ in 0..<Self.patience {
            run(until: now + Self.second)
            guard oracle.broken.isEmpty else { return }
            quiet = unsettled == nil ? quiet + 1 : 0
            if quiet == 3 { return }
        }
        oracle.fail(.settled, unsettled ?? "it never stays settled")
    }

    /// From now on nothing goes wrong any more.
    private func calm() {
        trace("-- nothing goes wrong any more")
        hasFaults = false
        oracle.disturbed()
        (storeSlowUntil, callsSlowUntil) = (0, 0)
        demand = 20
        for node in nodes.indices {
            (nodes[node].storeCutUntil, nodes[node].libvirtCutUntil) = (0, 0)
            (nodes[node].pausedUntil, nodes[node].pauseAtCall, nodes[node].killAtCall) = (nil, nil, nil)
            (nodes[node].renewalsLostUntil, nodes[node].pauseAtRenewal) = (0, nil)
            if nodes[node].ownership?.stopping != nil { nodes[node].die() }
            if !nodes[node].isAlive { start(node) }
        }
        for index in hosts.indices {
            hosts[index] = HistoryHost(number: index, units: 10)
            hangUntil[index] = 0
        }
        for index in machines.indices {
            machines[index].guest?.isWell = true
        }
    }

    /// What is not as it should be; `nil` when all is.
    private var unsettled: String? {
        let owners = nodes.filter { $0.acting?.phase == .working }
        guard owners.count == 1, let owner = owners.first, let controller = owner.acting?.controller else {
            return "owners: \(owners.map(\.name))"
        }
        guard owner.acting?.fence.createRevision == store.createRevision(ofOwner: Self.group) else {
            return "\(owner.name) acts and does not own"
        }
        let fleet = controller.fleet
        for instance in fleet.ordered where ![.off, .inService, .quarantined].contains(instance.state) {
            return "\(instance.uuid) is \(instance.state): \(instance.reason)"
        }
        let quarantined = fleet.instances.values.count { $0.state == .quarantined }
        let wanted = min(max(disk.steering.size ?? policy.min, policy.min), policy.max)
        let serving = fleet.instances.values.count { $0.state == .inService }
        if serving < min(wanted, machines.count - quarantined) || serving > wanted {
            return "\(serving) of \(wanted) serve"
        }
        let running = Set(machines.filter { $0.power == .running }.map(\.uuid))
        if running != Set(disk.set.endpoints.map(\.id)) {
            return "clients are told of \(disk.set.endpoints.map(\.id)), and \(running.sorted()) run"
        }
        return nil
    }
}
