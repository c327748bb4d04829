import Autoscaling
import Foundation

/// Starts that wait: for room on the host, or behind orders that were given before them.
extension Fleet {
    /// How the reason of an instance begins whose start waits for room.
    private static let waitingForRoom = "waits for room on the host"

    /// What could be started in addition to what is ordered already.
    package struct Startable: Sendable, Hashable {
        /// For how many more starts the host has room; `nil` when that is unknown, or nothing is there to start.
        package var count: Int?
        /// Why for no more: the next domain's name, what it needs and what is free.
        package var shortage: String?
    }

    /// What could be started in addition to what is ordered already, in the order in which ``scaleOut(by:reason:now:date:)``
    /// takes the instances of the reserve.
    package func startable(_ observation: FleetObservation) -> Startable {
        let places = KnownPlaces(observation)
        if places.areMany { return startable(on: places) }
        if places.hosts.first?.isCordoned == true { return Startable(count: 0, shortage: "the host is cordoned") }
        let reserve = reserve
        let clonable = clonable
        guard var room = unclaimedRoom(observation), !reserve.isEmpty || clonable > 0 else { return Startable() }
        let needs = Dictionary((observation.domains ?? []).map { ($0.uuid, $0.need) }) { $1 }
        var count = 0
        for instance in reserve {
            // What is not known is not refused.
            if let need = needs[instance.uuid] ?? nil {
                if let shortage = room.shortage(for: need) {
                    return Startable(count: count, shortage: "\(instance.name) \(shortage)")
                }
                room.promise(need, to: instance.uuid)
            }
            count += 1
        }
        guard clonable > 0, let need = places.hosts.first?.cloneNeed else { return Startable(count: count + clonable) }
        let fitting = room.count(of: need)
        guard fitting < clonable else { return Startable(count: count + clonable) }
        for number in 0..<fitting { room.promise(need, to: "clone \(number)") }
        return Startable(count: count + fitting, shortage: room.shortage(for: need).map { "a clone \($0)" })
    }

    /// What the host has left when all that is ordered and does not run yet has got its share.
    func unclaimedRoom(_ observation: FleetObservation) -> HostRoom? {
        let places = KnownPlaces(observation)
        return places.hosts.first.flatMap { unclaimedRoom($0, places) }
    }

    /// What waits for room on the host, in words; `nil` when nothing does.
    package var waitingForRoom: String? {
        var texts = ordered { memory[$0.uuid].shortage != nil }.compactMap { instance in
            memory[instance.uuid].shortage.map { "\(instance.name) \(Self.waitingForRoom): it \($0)" }
        }
        if let poolShortage { texts.append("the standby pool \(Self.waitingForRoom): \(poolShortage)") }
        guard let first = texts.first else { return nil }
        return texts.count > 1 ? "\(first); \(texts.count - 1) more wait" : first
    }

    /// The time of an order counts from when the hypervisor is told of it: while it is not, its deadline moves on.
    mutating func renewTime(
        of instance: Instance,
        _ start: FleetObservation.StartResult?,
        _ domain: FleetObservation.Domain?,
        now: MonotonicInstant
    ) {
        noteRun(of: instance, domain, now: now)
        let isDone: Bool
        let time: Duration
        switch instance.state {
        case .creating: (isDone, time) = (domain?.cloneState == .ready, limits.startDeadline)
        // A domain that runs is not started: its time goes on from when it was told to.
        case .starting: (isDone, time) = (domain?.isActive == true, limits.startDeadline)
        case .resuming: (isDone, time) = (domain?.isRunning == true, limits.resumeDeadline)
        case .parking: (isDone, time) = (false, limits.parkDeadline)
        default:
            memory[instance.uuid].isUntold = false
            return
        }
        let wasTold =
            switch start {
            case .waiting, .queued: false
            case nil: isDone
            case .underWay, .succeeded, .failed: true
            }
        if wasTold {
            // Once more at the first look after it was told, which may have been at any time since the last look.
            guard memory[instance.uuid].isUntold else { return }
            memory[instance.uuid].isUntold = false
        } else {
            memory[instance.uuid].isUntold = true
        }
        memory[instance.uuid].deadline = now.advanced(by: time)
        if instance.state != .parking { memory[instance.uuid].capacityDeadline = now.advanced(by: time) }
    }

    /// A domain that was stopped and started again before anybody looked has begun anew: so does its time.
    private mutating func noteRun(of instance: Instance, _ domain: FleetObservation.Domain?, now: MonotonicInstant) {
        guard let domain else { return }
        let before = memory[instance.uuid].run
        memory[instance.uuid].run = domain.run
        guard let before, let run = domain.run, run != before, memory[instance.uuid].deadline != nil else { return }
        switch instance.state {
        case .starting, .booting, .probing: memory[instance.uuid].deadline = now.advanced(by: limits.startDeadline)
        default: break
        }
    }

    /// Names what an instance waits for as soon as it begins to, and once.
    mutating func noteWaiting(
        _ instance: Instance,
        _ start: FleetObservation.StartResult?,
        date: Date,
        in step: inout FleetStep
    ) {
        var instance = instance
        guard [.creating, .starting, .resuming].contains(instance.state), case .waiting(let shortage) = start else {
            memory[instance.uuid].shortage = nil
            // The order is out: what it waited for is no longer true.
            guard instance.reason.hasPrefix(Self.waitingForRoom), let start, start != .queued else { return }
            instance.reason = "the host has room for it now"
            write(instance, in: &step)
            return
        }
        memory[instance.uuid].shortage = shortage
        guard !instance.reason.hasPrefix(Self.waitingForRoom) else { return }
        instance.reason = "\(Self.waitingForRoom): it \(shortage)"
        write(instance, in: &step)
        step.events.append(
            ControllerEvent(.scaleOutBlocked, at: date, instance: instance.name, detail: instance.reason)
        )
    }

    /// Names what the warm pool waits for as soon as it begins to, and once; `nil`: it does not wait for room.
    mutating func notePoolShortage(_ shortage: String?, held: Int, date: Date, in step: inout FleetStep) {
        if poolShortage == nil, let shortage {
            step.events.append(
                ControllerEvent(
                    .scaleOutBlocked,
                    at: date,
                    detail: "the standby pool holds \(held) of \(settings.standby.total) and \(Self.waitingForRoom): "
                        + shortage
                )
            )
        }
        poolShortage = shortage
    }
}
