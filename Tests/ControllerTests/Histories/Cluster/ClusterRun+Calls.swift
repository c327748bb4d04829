import Autoscaling
import Foundation
import Ownership
import TestSupport

@testable import Lifecycle
@testable import Orchestration

/// Calls to libvirt, from the permit to what comes of them.
extension ClusterRun {
    /// Begins a call. It leaves when its thread comes to it, and a stopped process sends nothing.
    func call(_ node: Int, _ fence: Fence, _ work: ClusterCall.Work, _ uuid: String, life: UInt64) {
        guard let index = machines.firstIndex(where: { $0.uuid == uuid }), let acting = nodes[node].acting,
            let name = acting.controller?.fleet.instances[uuid]?.host,
            var host = hosts.firstIndex(where: { $0.name == name })
        else { return }
        if flaws.contains(.startsAnywhere) { host = hosts.lastIndex { $0.copy == uuid } ?? host }
        if work == .start {
            let shortage = acting.controller?.capacities[host].reserve(
                uuid,
                HistoryController.need,
                leaving: HistoryController.reserve
            )
            if let shortage {
                _ = acting.controller?.board.hold(uuid, life: life, for: shortage)
                return
            }
            nodes[node].acting?.controller?.sessions[uuid] = nil
            acting.controller?.board.noteTold(uuid, life: life)
        }
        nodes[node].acting?.calls += 1
        let call = ClusterCall(
            node: node,
            life: nodes[node].life,
            fence: fence,
            machine: index,
            host: host,
            work: work,
            instanceLife: life,
            order: orders[uuid] ?? 0,
            permittedAt: now
        )
        trace("\(nodes[node].name) may call \(work.text) \(uuid) on \(name)")
        if let time = nodes[node].pauseAtCall {
            nodes[node].pauseAtCall = nil
            pause(node, for: time)
        }
        push(now + (random.once(in: 10) ? milliseconds(300...2500) : milliseconds(0...3)), .send(call))
    }

    private func milliseconds(_ range: ClosedRange<Int>) -> Int64 { Int64(random.within(range)) * 1_000_000 }

    func send(_ call: ClusterCall) {
        let isSlow = random.once(in: now < callsSlowUntil ? 2 : 8)
        let onWire = milliseconds(isSlow ? 100...2999 : 0...15)
        if now < nodes[call.node].libvirtCutUntil { return lose(call) }
        push(now + onWire + 1000, .arrive(call))
        if flaws.contains(.repeatsStarts), call.work == .start {
            var again = call
            again.isRepeated = true
            push(now + milliseconds(5000...25_000), .arrive(again))
        }
        if let time = nodes[call.node].killAtCall { kill(call.node, for: time) }
    }

    /// Nobody knows what became of it, and it will not be carried out any more.
    private func lose(_ call: ClusterCall) {
        push(max(now, call.permittedAt + Self.reach) + milliseconds(10...500), .heard(call, nil))
    }

    func arrive(_ call: ClusterCall) {
        // The connection of a controller that was silent is closed by then.
        if now > call.permittedAt + Self.reach, !flaws.contains(.noKeepAlive), !call.isRepeated {
            trace("libvirtd of h\(call.host) has closed the connection to \(nodes[call.node].name)")
            return push(now, .heard(call, nil))
        }
        guard hosts[call.host].silent == 0 else { return lose(call) }
        let machine = machines[call.machine]
        trace("h\(call.host) takes \(call.work.text) \(machine.uuid) of \(nodes[call.node].name), \(machine.power)")
        if !call.isRepeated {
            oracle.acts(call.fence.createRevision, "\(call.work.text) \(machine.uuid) of \(nodes[call.node].name)")
        }
        if call.work == .start {
            oracle.takes(call, machine, row: disk.ledger[machine.uuid], order: orders[machine.uuid] ?? 0)
            let end = max(now + milliseconds(20...300), hangUntil[call.host])
            push(max(end, busyUntil[call.machine]), .carryOut(call))
            busyUntil[call.machine] = max(end, busyUntil[call.machine])
        } else {
            push(max(now, busyUntil[call.machine]), .carryOut(call))
        }
    }

    /// libvirtd carries a call out; it took it long before, when a start hangs.
    func carryOut(_ call: ClusterCall) {
        let index = call.machine
        var result: FleetObservation.StartResult = .succeeded
        switch call.work {
        case .start:
            guard machines[index].power == .off else { break }
            if hasFaults, random.once(in: 40) {
                result = .failed("refused")
            } else {
                oracle.boots(call, machines, most: wasHostLost ? .max : policy.max)
                machines[index].boot(by: .controller)
                machines[index].activeSince = nodes[call.node].instant(now)
                trace("\(machines[index].uuid) boots")
            }
        case .shutdown:
            if machines[index].power == .running, machines[index].shutdownLeft == nil {
                machines[index].shutdownLeft = random.within(0...4)
            }
        case .destroy(let run):
            if run ?? machines[index].run == machines[index].run { stop(index) }
        }
        if hosts[call.host].silent > 0 { return lose(call) }
        if random.once(in: 12), hasFaults { return lose(call) }
        push(now + milliseconds(0...15), .heard(call, result))
    }

    func heard(_ call: ClusterCall, _ result: FleetObservation.StartResult?) {
        guard nodes[call.node].acting?.fence == call.fence, !call.isRepeated else { return }
        nodes[call.node].acting?.calls -= 1
        let uuid = machines[call.machine].uuid
        if call.work == .start, var controller = nodes[call.node].acting?.controller {
            controller.board.endStart(uuid, life: call.instanceLife, result, at: controller.next())
            controller.capacities[call.host].settle(uuid, started: result == .succeeded)
            nodes[call.node].acting?.controller = controller
        }
        if nodes[call.node].acting?.phase == .finishing { return checkQuiet(call.node) }
        wake(call.node, call.fence.createRevision)
    }

    func stop(_ index: Int) {
        machines[index].stop()
        links[index] = AgentLink()
        wellSince[index] = nil
        trace("\(machines[index].uuid) is off")
    }
}
