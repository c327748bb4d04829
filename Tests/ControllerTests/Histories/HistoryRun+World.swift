import Autoscaling
import Foundation
import Wire

@testable import Lifecycle
@testable import Orchestration

extension HistoryRun {
    /// Lets time pass on both clocks.
    mutating func passTime(_ seconds: Double?) {
        var steady = seconds ?? interval / .seconds(1)
        var jump = 0.0
        if hasFaults {
            switch random.below(120) {
            case 0: steady += Double(random.within(5...300))
            case 1: jump = 3600
            case 2: jump = -3600
            case 3: jump = Double(random.within(-20...20))
            default: break
            }
        }
        now = now.advanced(by: .nanoseconds(Int64(steady * 1e9)))
        wall += steady + jump
        if jump != 0 {
            for index in machines.indices { machines[index].guest?.lag += jump }
        }
        if hypervisorSilent > 0 { hypervisorSilent -= 1 }
        if storeFailing > 0 { storeFailing -= 1 }
        if samplesMissing > 0 { samplesMissing -= 1 }
        if reportsMissing > 0 { reportsMissing -= 1 }
        if poolFull > 0 { poolFull -= 1 }
        if removalsFail > 0 { removalsFail -= 1 }
    }

    /// Boots, connects, works and reports in each guest that runs.
    mutating func liveGuests() {
        for index in machines.indices {
            if machines[index].unmeasured > 0 { machines[index].unmeasured -= 1 }
            if let left = machines[index].shutdownLeft {
                if left <= 0 {
                    stop(index)
                } else {
                    machines[index].shutdownLeft = left - 1
                }
            }
            let uuid = machines[index].uuid
            if isCut(index) {
                controller.sessions[uuid]?.isConnected = false
                machines[index].guest?.session = 0
            }
            guard machines[index].power == .running, var guest = machines[index].guest else {
                // A guest that is gone or saved lets its connection break, sooner or later; a paused one keeps it.
                if machines[index].power == .off, controller.sessions[uuid]?.isConnected == true,
                    !hasFaults || random.once(in: 2)
                {
                    controller.sessions[uuid]?.isConnected = false
                }
                continue
            }
            if guest.isUp, !isCut(index) {
                connect(&guest, index)
            } else if !guest.isUp, let left = guest.bootLeft {
                if left <= 0 {
                    guest.isUp = true
                    if !isCut(index) { connect(&guest, index) }
                } else {
                    guest.bootLeft = left - 1
                }
            }
            work(&guest, index)
            machines[index].guest = guest
        }
        deliverCommands()
        for index in machines.indices { report(index) }
    }

    /// Registers an agent that has no session.
    private mutating func connect(_ guest: inout HistoryMachine.Guest, _ index: Int) {
        let uuid = machines[index].uuid
        if guest.session != 0, controller.sessions[uuid]?.number == guest.session,
            controller.sessions[uuid]?.isConnected == true
        {
            return
        }
        if guest.reconnectIn > 0 {
            guest.reconnectIn -= 1
            return
        }
        controller.counter += 1
        guest.session = controller.counter
        // A session that begins anew looks at the hardware clock.
        guest.lag = 0
        controller.sessions[uuid] = HistoryController.Session(
            number: guest.session,
            url: "https://10.0.0.\(index):8000"
        )
    }

    private mutating func work(_ guest: inout HistoryMachine.Guest, _ index: Int) {
        let isUsed = clients.contains { $0.uses[index] }
        if isUsed, guest.isUp, guest.isAccepting { guest.pending = min(9, guest.pending + random.below(3)) }
        if guest.pending > guest.stuck {
            guest.pending = max(guest.stuck, guest.pending - (hasFaults ? random.below(4) : 3))
        }
    }

    /// Hands each guest that runs what was sent to it, in order.
    mutating func deliverCommands() {
        for index in machines.indices where machines[index].power == .running && !isCut(index) {
            let uuid = machines[index].uuid
            guard let guest = machines[index].guest, guest.isUp, let session = controller.sessions[uuid],
                session.isConnected, session.number == guest.session, !session.mailbox.isEmpty
            else { continue }
            for command in session.mailbox {
                switch command {
                case .resume:
                    machines[index].guest?.isAccepting = true
                    machines[index].guest?.lag = 0
                case .drain: machines[index].guest?.isAccepting = false
                default: break
                }
            }
            controller.sessions[uuid]?.mailbox = []
            report(index)
        }
    }

    /// A load report of one guest.
    private mutating func report(_ index: Int) {
        guard reportsMissing == 0, !isCut(index), machines[index].unmeasured == 0, machines[index].power == .running,
            let guest = machines[index].guest, guest.isUp
        else { return }
        let uuid = machines[index].uuid
        guard var session = controller.sessions[uuid], session.isConnected, session.number == guest.session else {
            return
        }
        session.reportedAt = now
        session.offset = guest.lag
        session.work = FleetObservation.Work(
            pending: guest.pending,
            isAccepting: guest.isAccepting,
            isHolding: guest.isHolding
        )
        session.sample = GuestSample(at: now, busy: load(index), queued: 0, inFlight: guest.pending)
        controller.sessions[uuid] = session
        oracle.reportedLag[index] = guest.lag
    }

    /// What an instance has to do, percent.
    func load(_ index: Int) -> Double {
        guard clients.contains(where: { $0.uses[index] }) else { return 1 }
        let users = machines.indices.count { index in clients.contains { $0.uses[index] } }
        return min(100, demand / Double(max(1, users)))
    }

    /// Lets clients read what they were told and acknowledge it.
    mutating func serveClients() {
        for client in clients.indices {
            if clients[client].hangs > 0 {
                clients[client].hangs -= 1
                continue
            }
            if controller.watchers[client] == nil {
                guard !hasFaults || random.once(in: 2) else { continue }
                controller.watchers[client] = 0
            }
            if hasFaults, random.once(in: 3) { continue }
            for index in machines.indices {
                clients[client].uses[index] = controller.set.endpoints.contains { $0.id == machines[index].uuid }
            }
            controller.watchers[client] = controller.set.revision
        }
    }

    /// Asks the hypervisor.
    mutating func look() {
        guard hosts.count == 1 else { return lookAtHosts() }
        guard hypervisorSilent == 0 else {
            controller.view = nil
            return
        }
        var active: Set<String> = []
        var view: [FleetObservation.Domain] = []
        controller.takenNames = []
        for machine in machines where machine.isDefined {
            if settings.template != nil { controller.takenNames.insert(machine.name) }
            if machine.isActive { active.insert(machine.uuid) }
            view.append(machine.seen(on: ""))
        }
        controller.view = view
        controller.viewedAt = controller.next()
        controller.measure(0, active: active, units: hostUnits)
        oracle.looked(active: active, units: hostUnits)
    }

    /// The hypervisor's figures of this tick.
    mutating func sample() {
        guard hypervisorSilent == 0, samplesMissing == 0 else { return }
        for index in machines.indices {
            let uuid = machines[index].uuid
            guard machines[index].power == .running else {
                controller.samples[uuid] = nil
                continue
            }
            guard machines[index].unmeasured == 0, !isSilent(index) else { continue }
            controller.samples[uuid] = HostSample(at: now, utilization: load(index), steal: 0)
        }
    }

    /// Stops a machine, whoever did it.
    mutating func stop(_ index: Int) {
        machines[index].stop()
    }
}
