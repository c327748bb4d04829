import Autoscaling
import Foundation

@testable import Lifecycle
@testable import Orchestration

/// Clones on the host: made and removed step by step, as `Hypervisor.cloneDomain` and `removeClone` do.
extension HistoryRun {
    /// The host that a clone is to be made on.
    func orderedHostOfClone(_ uuid: String) -> Int {
        hosts.first { $0.name == controller.fleet.instances[uuid]?.host }?.number ?? 0
    }

    /// A place for a clone that is to be made.
    mutating func addMachine(_ uuid: String, _ name: String, host: Int) {
        guard index(uuid) == nil else { return }
        var machine = HistoryMachine(clone: name, uuid: uuid)
        machine.host = host
        machine.bootTicks = cloneBootTicks
        machines.append(machine)
        for client in clients.indices { clients[client].uses.append(false) }
        oracle.reportedLag.append(nil)
    }

    /// Makes or removes a clone; the controller hears of its end or not.
    mutating func applyToClone(_ effect: Effect, isHeard: Bool) {
        let uuid = machines[effect.index].uuid
        var result: FleetObservation.StartResult?
        if !isSilent(effect.index), effect.fate != .lostBefore {
            result = effect.work == .remove ? remove(effect) : make(effect)
        }
        if effect.fate == .lostAfter || effect.fate == .halfway { result = nil }
        guard isHeard else { return }
        controller.board.endStart(uuid, life: effect.life, result, at: controller.next())
        if effect.work != .remove, result == .succeeded { oracle.heardOfMake(uuid, life: effect.life) }
        if effect.work == .remove || controller.board.starts[uuid] != .succeeded {
            controller.capacities[machines[effect.index].host].settle(uuid, started: false)
            oracle.givesRoomBack(uuid, host: machines[effect.index].host)
        }
        wantsLook = true
    }

    /// One that is whole is left as it is, one that is not is removed first.
    private mutating func make(_ effect: Effect) -> FleetObservation.StartResult {
        let index = effect.index
        if machines[index].isDefined {
            if machines[index].clone?.state == .ready { return .succeeded }
            if let refusal = removalFailure(index) { return refusal }
            vanish(index)
        }
        guard hasTemplate else { return .failed("no template") }
        let name = machines[index].name
        if machines.contains(where: { $0.isDefined && $0.name == name }) { return .failed("the name is taken") }
        machines[index].isDefined = true
        machines[index].clone?.isThere = true
        machines[index].clone?.state = .making
        // Those of a host that was given up were replaced.
        if !wasHostLost { oracle.made(machines) }
        let isHalf = effect.fate == .halfway
        if isHalf, random.once(in: 2) { return .failed("lost") }
        guard poolFull == 0, effect.fate != .fails else {
            // What was made is removed again, as far as that can be done.
            if removalsFail == 0 { vanish(index) }
            return .failed("the pool is full")
        }
        machines[index].clone?.hasVolume = true
        if isHalf { return .failed("lost") }
        machines[index].clone?.state = .ready
        return .succeeded
    }

    private mutating func remove(_ effect: Effect) -> FleetObservation.StartResult {
        let index = effect.index
        guard machines[index].isDefined else { return .succeeded }
        if let refusal = removalFailure(index) { return refusal }
        if machines[index].clone?.state == .ready { machines[index].clone?.state = .removing }
        if effect.fate == .fails { return .failed("busy") }
        let isHalf = effect.fate == .halfway
        if isHalf, random.once(in: 2) { return .failed("lost") }
        machines[index].image = nil
        machines[index].clone?.hasVolume = false
        if isHalf { return .failed("lost") }
        vanish(index)
        return .succeeded
    }

    private func removalFailure(_ index: Int) -> FleetObservation.StartResult? {
        if machines[index].isActive { return .failed("stop it first") }
        return removalsFail > 0 ? .failed("busy") : nil
    }

    /// Nothing of it is left.
    private mutating func vanish(_ index: Int) {
        machines[index].isDefined = false
        machines[index].image = nil
        machines[index].clone?.isThere = false
        machines[index].clone?.hasVolume = false
    }

    /// What is wrong with the clones that are there, in the end.
    var unsettledClone: String? {
        for machine in machines {
            guard let clone = machine.clone, clone.isThere else { continue }
            if clone.state != .ready { return "\(machine.uuid) is left \(clone.state)" }
            if !clone.hasVolume { return "\(machine.uuid) has no disk" }
            if controller.fleet.instances[machine.uuid]?.isClone != true { return "\(machine.uuid) has no row" }
        }
        for instance in controller.fleet.ordered where instance.isClone {
            guard let index = index(instance.uuid), machines[index].exists else {
                return "\(instance.uuid) has a row and is not there"
            }
        }
        return nil
    }
}
