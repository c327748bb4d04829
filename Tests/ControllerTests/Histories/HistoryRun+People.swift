import Autoscaling
import Foundation

@testable import Lifecycle

extension HistoryRun {
    /// What goes wrong, and what people do, at one tick.
    mutating func meddle() {
        if random.once(in: 5) { demand = Double(random.below(random.once(in: 2) ? 120 : 500)) }
        for index in machines.indices where machines[index].exists && random.once(in: 8) { meddle(index) }
        switch random.below(60) {
        case 0: hypervisorSilent = random.within(1...6)
        case 1: storeFailing = random.within(1...6)
        case 2: samplesMissing = random.within(1...6)
        case 3: reportsMissing = random.within(1...6)
        case 4, 16, 17, 18: hostUnits = random.within(0...6)
        case 5: clients[random.below(clients.count)].hangs = random.within(3...20)
        case 6: commands.append(.retry(random.once(in: 2) ? nil : anyone()))
        case 7: if let anyone = anyone() { commands.append(.drain(anyone)) }
        case 8, 9:
            var settings = settings
            var policy = policy
            GeneratedGroup.change(&settings, &policy, &random)
            commands.append(.configure(policy, settings))
        case 10: poolFull = random.within(2...12)
        case 11: removalsFail = random.within(2...12)
        case 12: hasTemplate.toggle()
        case 13: cloneBootTicks = random.once(in: 3) ? nil : random.below(4)
        case 14, 15:
            let until = random.once(in: 2) ? nil : date.addingTimeInterval(Double(random.within(2...60)))
            let size = random.within(1...max(1, machines.count))
            commands.append(.steer([.pause, .resume, .hold(size, until: until), .release][random.below(4)]))
        default: break
        }
    }

    /// The UUID of some machine that exists.
    private mutating func anyone() -> String? {
        let all = machines.filter(\.exists)
        return all.isEmpty ? nil : all[random.below(all.count)].uuid
    }

    /// What happens to one machine.
    private mutating func meddle(_ index: Int) {
        let uuid = machines[index].uuid
        switch random.below(30) {
        case 0, 1: startByHand(index)
        case 2: stop(index)
        case 3:
            // Off and on again before anybody looks.
            stop(index)
            startByHand(index)
        case 4: machines[index].pause(at: wall)
        case 5: unpause(index)
        case 6:
            if machines[index].power == .off {
                machines[index].isDefined.toggle()
                machines[index].clone?.isTouched = true
                machines[index].definedAt = now
            }
        case 7: machines[index].bootTicks = random.once(in: 3) ? nil : random.below(6)
        case 8: machines[index].bootTicks = 0
        case 9: machines[index].startsThatFail = random.within(1...3)
        case 10: machines[index].parksThatFail = random.within(1...2)
        case 11: machines[index].ignoresShutdown.toggle()
        case 12: machines[index].restoreFails.toggle()
        case 13: machines[index].restoreStopsHalfWay.toggle()
        case 14, 15:
            // The stream breaks; the agent comes back soon.
            controller.sessions[uuid]?.isConnected = false
            machines[index].guest?.session = 0
            machines[index].guest?.reconnectIn = random.below(8)
        case 16, 17: machines[index].guest?.isWell.toggle()
        case 18: machines[index].guest?.stuck = random.below(3)
        case 19: machines[index].guest?.isHolding.toggle()
        case 20: machines[index].guest?.lag += Double(random.within(-10...10))
        case 21: commands.append(.protect(uuid, random.once(in: 2)))
        case 23, 24: machines[index].unmeasured = random.within(4...12)
        case 22: machines[index].shutdownLeft = machines[index].power == .running ? 0 : nil
        default: break
        }
    }

    /// Somebody starts a domain.
    mutating func startByHand(_ index: Int) {
        guard machines[index].isDefined, machines[index].power == .off else { return }
        machines[index].activeSince = now
        // Off and on again before anybody looked is, to all who look, one run.
        if machines[index].seenOff || machines[index].ranAt == nil { machines[index].ranAt = now }
        let row = controller.fleet.instances[machines[index].uuid]
        let mayCome = controller.fleet.memory[machines[index].uuid].lateOrderUntil != nil
        // What could not be written down, or is not yet, the controller may take for its own.
        let isOnPaper = disk.ledger[machines[index].uuid]?.isOwned ?? false
        // A clone is the controller's own, whoever starts it.
        let stands =
            machines[index].clone != nil || mayCome || isOnPaper
            || row.map { [.starting, .resuming].contains($0.state) } ?? false
        let maker: HistoryMachine.Maker = machines[index].seenOff && !stands ? .others : .unclear
        if let image = machines[index].image, !image.isStale {
            // Whoever wakes what the controller put to sleep does not make it his own.
            note(machines[index].restore(by: .unclear, at: wall, halfWay: false))
        } else {
            machines[index].boot(by: maker)
        }
    }

    mutating func unpause(_ index: Int) {
        guard machines[index].power == .paused else { return }
        machines[index].ranAt = now
        note(machines[index].unpause(at: wall))
        oracle.reportedLag[index] = nil
    }

    /// A memory image was used up.
    mutating func note(_ image: Int?) {
        if let image { oracle.resumed(image: image) }
    }

    /// From now on nothing goes wrong any more.
    mutating func calm() {
        hasFaults = false
        (hypervisorSilent, storeFailing, samplesMissing, reportsMissing) = (0, 0, 0, 0)
        (poolFull, removalsFail, hasTemplate, cloneBootTicks) = (0, 0, true, 1)
        hostUnits = 10
        calmHosts()
        demand = 50
        for client in clients.indices { clients[client].hangs = 0 }
        commands += [.steer(.resume), .steer(.release)]
        for index in machines.indices {
            machines[index].isDefined = machines[index].exists
            machines[index].bootTicks = 1
            machines[index].isSick = false
            machines[index].unmeasured = 0
            machines[index].startsThatFail = 0
            machines[index].parksThatFail = 0
            machines[index].ignoresShutdown = false
            machines[index].restoreFails = false
            machines[index].restoreStopsHalfWay = false
            guard var guest = machines[index].guest else { continue }
            guest.isWell = true
            guest.stuck = 0
            guest.isHolding = false
            guest.reconnectIn = min(guest.reconnectIn, 1)
            if guest.bootLeft == nil { guest.bootLeft = 1 }
            machines[index].guest = guest
            // What somebody paused by hand he lets run again, where the controller may not touch it.
            let isOwned = controller.fleet.instances[machines[index].uuid]?.isOwned ?? false
            if machines[index].power == .paused, !isOwned { unpause(index) }
        }
    }
}
