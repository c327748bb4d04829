import Autoscaling
import TestSupport

@testable import Lifecycle
@testable import Ownership

/// What goes wrong in a history of several controllers, or what people do; times in nanoseconds.
enum ClusterFault {
    /// Stopped by the system, as SIGSTOP does; at its next call to libvirt, between the permit and the call.
    case pause(node: Int, for: Int64)
    case pauseAtCall(node: Int, for: Int64)
    /// Killed; right after its next call to libvirt.
    case kill(node: Int, for: Int64)
    case killAtCall(node: Int, for: Int64)
    case end(node: Int, for: Int64)
    case start(node: Int)
    /// Renewals do not reach the store, all else does.
    case losesRenewals(node: Int, for: Int64)
    case cutFromStore(node: Int, for: Int64)
    case cutFromLibvirt(node: Int, for: Int64)
    case slowStore(for: Int64)
    case slowCalls(for: Int64)
    /// A host whose libvirt does not answer, or that is off the net altogether; in half seconds.
    case silentHost(Int, for: Int, isOff: Bool)
    /// A host on which a start hangs.
    case hangingHost(Int, for: Int64)
    case crash(machine: Int)
    case sickness(machine: Int)
    case demand(Double)
    case steer(SteeringAct)
    case copy(machine: Int, host: Int)
}

extension ClusterRun {
    /// Until when things go wrong.
    var stormEnd: Int64 { 46 * Self.second }

    func scheduleFaults() {
        for _ in 0..<random.within(5...11) {
            let at = Int64(random.within(4_000...42_000)) * 1_000_000
            push(at, .fault(.demand(Double(random.below(500)))))
            let count = random.once(in: 5) ? 2 : 1
            for _ in 0..<count { push(at + Int64(random.below(3000)) * 1_000_000, .fault(someFault())) }
        }
    }

    private func span(_ range: ClosedRange<Int>) -> Int64 { Int64(random.within(range)) * 1_000_000 }

    private func someFault() -> ClusterFault {
        // -1 is whoever owns the group by then.
        let node = random.once(in: 3) ? random.below(nodes.count) : -1
        let machine = random.below(machines.count)
        switch random.below(27) {
        case 0: return .pause(node: node, for: span(200...12_000))
        case 1, 25: return .pause(node: -1, for: span(3_200...5_000))
        case 2, 3: return .pauseAtCall(node: node, for: span(500...11_000))
        case 4, 5: return .kill(node: node, for: span(100...15_000))
        case 6, 7: return .end(node: node, for: span(6_000...12_000))
        case 8, 9: return .cutFromStore(node: node, for: span(500...12_000))
        case 10: return .cutFromLibvirt(node: node, for: span(500...15_000))
        case 11, 12: return .slowStore(for: span(1_000...8_000))
        case 13: return .silentHost(random.below(hosts.count), for: random.within(2...40), isOff: random.once(in: 3))
        case 14: return .hangingHost(random.below(hosts.count), for: span(1_000...8_000))
        case 15: return .crash(machine: machine)
        case 16: return .sickness(machine: machine)
        case 17: return .steer(random.once(in: 3) ? .release : .hold(random.within(1...policy.max), until: nil))
        case 18: return .copy(machine: machine, host: random.below(hosts.count))
        case 19, 20: return .losesRenewals(node: -1, for: span(2_000...9_000))
        case 21, 22: return .slowCalls(for: span(2_000...9_000))
        case 23, 24: return .killAtCall(node: node, for: span(50...400))
        default: return .demand(Double(random.below(500)))
        }
    }

    /// Whom a fault is meant for.
    private func target(_ node: Int) -> Int {
        guard node < 0 else { return node }
        return nodes.firstIndex { $0.acting != nil } ?? 0
    }

    func strike(_ fault: ClusterFault) {
        trace("-- \(fault)")
        switch fault {
        case .pause(let node, let time):
            pause(target(node), for: time)
            // So that there is something to write when it wakes.
            let machine = random.below(machines.count)
            if random.once(in: 2) { push(now + time - Self.second / 10, .fault(.crash(machine: machine))) }
        case .pauseAtCall(let node, let time): nodes[target(node)].pauseAtCall = time
        case .kill(let node, let time): kill(target(node), for: time)
        case .killAtCall(let node, let time): nodes[target(node)].killAtCall = time
        case .slowCalls(let time): callsSlowUntil = now + time
        case .losesRenewals(let node, let time):
            oracle.disturbed()
            if random.once(in: 2) {
                nodes[target(node)].pauseAtRenewal = min(time, 3 * Self.second)
            } else {
                nodes[target(node)].renewalsLostUntil = now + time
            }
            // There is much to do just then, and calls take long.
            callsSlowUntil = max(callsSlowUntil, now + 8 * Self.second)
            for _ in 0..<2 {
                let at = now + Int64(random.within(500...4500)) * 1_000_000
                push(at, .fault(.crash(machine: random.below(machines.count))))
            }
        case .end(let node, let time):
            let node = target(node)
            oracle.disturbed()
            guard nodes[node].isRunning else { return }
            step(node, .stop)
            push(now + time, .fault(.start(node: node)))
        case .start(let node):
            if !nodes[node].isAlive {
                start(node)
            } else if nodes[node].ownership?.stopping != nil {
                push(now + Self.second, .fault(fault))
            }
        case .cutFromStore(let node, let time):
            oracle.disturbed()
            let node = target(node)
            nodes[node].storeCutUntil = max(nodes[node].storeCutUntil, now + time)
        case .cutFromLibvirt(let node, let time): nodes[target(node)].libvirtCutUntil = now + time
        case .slowStore(let time):
            oracle.disturbed()
            storeSlowUntil = now + time
        case .silentHost(let host, let beats, let isOff):
            hosts[host].silent = beats
            if isOff { hosts[host].cut = beats }
        case .hangingHost(let host, let time): hangUntil[host] = now + time
        case .crash(let machine): if machines[machine].power != .off { stop(machine) }
        case .sickness(let machine): machines[machine].guest?.isWell.toggle()
        case .demand(let demand): self.demand = demand
        case .steer(let act): steering.append(act)
        case .copy(let machine, let host):
            guard machines[machine].host != host, disk.ledger[machines[machine].uuid] != nil else { return }
            let isNew = hosts[host].copy == nil
            hosts[host].copy = isNew ? machines[machine].uuid : nil
            if isNew, random.once(in: 2) { hosts[machines[machine].host].silent = random.within(10...40) }
        }
    }

    func pause(_ node: Int, for time: Int64) {
        oracle.disturbed()
        guard nodes[node].isRunning else { return }
        trace("\(nodes[node].name) is stopped for \(time / 1_000_000) ms")
        nodes[node].pausedUntil = now + time
        push(now + time, .resumed(node: node))
    }

    func kill(_ node: Int, for time: Int64) {
        let epoch = store.createRevision(ofOwner: Self.group)
        let isOwner = epoch != nil && nodes[node].acting?.fence.createRevision == epoch
        let others = nodes.indices.filter { $0 != node }
        let areWell = others.allSatisfy { other in
            nodes[other].isRunning && now >= nodes[other].storeCutUntil && nodes[other].pauseAtCall == nil
                && nodes[other].killAtCall == nil && nodes[other].pauseAtRenewal == nil
                && now >= nodes[other].renewalsLostUntil
                && now - nodes[other].startedAt > 5 * Self.second && nodes[other].ownership?.stopping == nil
        }
        trace("\(nodes[node].name) is killed")
        oracle.disturbed()
        if isOwner, areWell, now >= storeSlowUntil, let epoch {
            oracle.killed(epoch, replacedBy: nodes[node].renewedAt + 7 * Self.second)
        }
        nodes[node].die()
        push(now + time, .fault(.start(node: node)))
    }
}
