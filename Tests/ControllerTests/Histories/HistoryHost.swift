import Foundation

@testable import Lifecycle

/// One host as it really is, and what operators ask of it.
struct HistoryHost {
    let number: Int
    var units: Int
    /// Ticks for which its libvirt does not answer.
    var silent = 0
    /// Ticks for which no agent on it can reach the controller.
    var cut = 0
    var isCordoned = false
    var isEvacuating = false
    /// Whether it withholds CPU.
    var isStarved = false
    /// A machine of another host whose definition somebody copied here.
    var copy: String?

    /// Its name.
    var name: String { "h\(number)" }
}

extension HistoryRun {
    /// Whether libvirt on the host of a machine does not answer.
    func isSilent(_ index: Int) -> Bool { hypervisorSilent > 0 || hosts[machines[index].host].silent > 0 }

    /// Whether the agent of a machine cannot reach the controller.
    func isCut(_ index: Int) -> Bool { hosts[machines[index].host].cut > 0 }

    /// What goes wrong with hosts, and what people do to them, at one tick.
    mutating func meddleWithHosts() {
        for index in hosts.indices {
            if hosts[index].silent > 0 { hosts[index].silent -= 1 }
            if hosts[index].cut > 0 { hosts[index].cut -= 1 }
        }
        for index in hosts.indices {
            // A copy of what is not there any more is no copy.
            guard let copy = hosts[index].copy, let machine = machines.first(where: { $0.uuid == copy }) else {
                continue
            }
            if !machine.isDefined || disk.ledger[copy] == nil { hosts[index].copy = nil }
        }
        guard hasFaults, random.once(in: 4) else { return }
        let index = random.below(hosts.count)
        switch random.below(12) {
        case 0, 1: hosts[index].silent = random.within(1...25)
        case 2, 3:
            // The host is off the net, or its power fails.
            let ticks = random.within(4...30)
            (hosts[index].silent, hosts[index].cut) = (ticks, ticks)
            guard random.once(in: 2) else { break }
            for machine in machines.indices where machines[machine].host == index { stop(machine) }
        case 4: hosts[index].cut = random.within(1...15)
        case 5: hosts[index].isCordoned.toggle()
        case 6:
            hosts[index].isEvacuating.toggle()
            hosts[index].isCordoned = hosts[index].isEvacuating
        case 7: hosts[index].isStarved.toggle()
        case 8: hosts[index].units = random.within(0...6)
        case 9:
            let others = machines.filter { $0.host != index && $0.clone == nil && disk.ledger[$0.uuid] != nil }
            hosts[index].copy =
                hosts[index].copy == nil && !others.isEmpty ? others[random.below(others.count)].uuid : nil
        default: break
        }
    }

    /// From now on all hosts are well.
    mutating func calmHosts() {
        guard hosts.count > 1 else { return }
        for index in hosts.indices { hosts[index] = HistoryHost(number: index, units: 10) }
    }

    /// Asks the hypervisors of several hosts.
    mutating func lookAtHosts() {
        let silent = hypervisorSilent > 0
        let seen = controller.look(at: hosts, machines) { !silent && $0.silent == 0 }
        for (host, active) in seen { oracle.looked(active: active, units: host.units, host: host.number) }
    }

    /// The number of the host that the controller gives an order for an instance to; it must be the one that has it.
    mutating func orderedHost(_ uuid: String) -> Int {
        guard hosts.count > 1 else { return 0 }
        let name = controller.fleet.instances[uuid]?.host
        let number = hosts.first { $0.name == name }?.number
        if let index = index(uuid), machines[index].host != number {
            oracle.fail(.elsewhere, "\(uuid) is on h\(machines[index].host), and an order goes to \(name ?? "none")")
        }
        if let name, let facts = controller.hosts.first(where: { $0.name == name }), !facts.answers {
            oracle.fail(.elsewhere, "\(uuid): an order goes to \(name), which is silent")
        }
        if hosts.contains(where: { $0.copy == uuid && $0.silent == 0 }), controller.fleet.disputed[uuid] != nil {
            oracle.fail(.elsewhere, "\(uuid) is on two hosts, and an order is given")
        }
        return number ?? 0
    }
}
