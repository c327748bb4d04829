import Autoscaling
import Foundation

/// Hosts that an operator has evacuated: others are started elsewhere first, then those there leave.
extension Fleet {
    /// The part of those in service on the host that are replaced at a time.
    private static let shareAtATime = 4

    /// The instances that have to leave a host before it is empty, as far as they are ours.
    package func evacuees(of host: String) -> [Instance] {
        ordered { self.host(of: $0) == host && $0.state != .off && $0.state != .quarantined }
    }

    mutating func tendEvacuation(now: MonotonicInstant, date: Date, in step: inout FleetStep) {
        let hosts = places.hosts.filter { $0.isEvacuating && $0.answers }
        guard !hosts.isEmpty else {
            replacements = [:]
            evacuationWaits = [:]
            emptied = []
            return
        }
        guard !isPaused else { return }
        let names = Set(hosts.map(\.name))
        evacuationWaits = evacuationWaits.filter { names.contains($0.key) }
        replacements = replacements.filter { instances[$0.key]?.state == .inService }
        for host in hosts { evacuate(host.name, now: now, date: date, in: &step) }
    }

    private mutating func evacuate(_ host: String, now: MonotonicInstant, date: Date, in step: inout FleetStep) {
        let members = evacuees(of: host)
        noteEmpty(host, members.isEmpty, date: date, in: &step)
        let serving = members.filter { $0.state == .inService && $0.isOwned && !$0.isProtected && isReachable($0) }
        retireOne(members, of: host, now: now, date: date, in: &step)
        evacuationWaits[host] = leftovers(members)
        for instance in serving {
            guard let uuid = replacements[instance.uuid] else { continue }
            switch instances[uuid]?.state {
            case .inService:
                replacements[instance.uuid] = nil
                let name = instances[uuid]?.name ?? uuid
                let reason = "host \(host) is evacuated, and \(name) has taken its place"
                drain(instance, reason: reason, now: now, date: date, in: &step)
            case nil, .failed, .off, .quarantined, .removing: replacements[instance.uuid] = nil
            default: break
            }
        }
        let atATime = max(1, serving.count / Self.shareAtATime)
        let waiting = serving.filter { replacements[$0.uuid] == nil && instances[$0.uuid]?.state == .inService }
        let underWay = serving.count { replacements[$0.uuid] != nil }
        for instance in waiting.prefix(max(0, atATime - underWay)) {
            guard replace(instance, on: host, now: now, date: date, in: &step) else { break }
        }
    }

    private mutating func noteEmpty(_ host: String, _ isEmpty: Bool, date: Date, in step: inout FleetStep) {
        guard isEmpty else {
            emptied.remove(host)
            return
        }
        guard emptied.insert(host).inserted else { return }
        step.events.append(
            ControllerEvent(.hostEvacuated, at: date, detail: "host \(host): no instance of the group is left on it")
        )
    }

    /// Starts another one elsewhere; where `max` leaves no room for one more, this one leaves first. False when neither
    /// can be done now.
    private mutating func replace(
        _ instance: Instance,
        on host: String,
        now: MonotonicInstant,
        date: Date,
        in step: inout FleetStep
    ) -> Bool {
        if let reason = breaker.reason(at: now) {
            evacuationWaits[host] = reason
            return false
        }
        let others = instances.values.count {
            $0.state == .inService && !(places[self.host(of: $0)]?.isEvacuating ?? false)
        }
        if let desired, others >= desired {
            let reason = "host \(host) is evacuated, and the \(others) in service elsewhere suffice"
            drain(instance, reason: reason, now: now, date: date, in: &step)
            return true
        }
        guard counted < settings.maximum else {
            let isLeaving = instances.values.contains { [.draining, .stopping].contains($0.state) || $0.isComing }
            guard !isLeaving, others > 0 else {
                evacuationWaits[host] =
                    "\(counted) domains of at most \(settings.maximum) are there: one has to leave first"
                return false
            }
            let reason = "host \(host) is evacuated, and max leaves no room for another one first"
            drain(instance, reason: reason, now: now, date: date, in: &step)
            return false
        }
        let before = Set(instances.values.filter(\.isComing).map(\.uuid))
        let reason = "to take the place of \(instance.name), since host \(host) is evacuated"
        step.append(scaleOut(by: 1, reason: reason, now: now, date: date))
        guard let new = instances.values.first(where: { $0.isComing && !before.contains($0.uuid) }) else {
            evacuationWaits[host] = startable(on: places).shortage ?? "no other host can take an instance"
            return false
        }
        replacements[instance.uuid] = new.uuid
        return true
    }

    /// Stops one of those that wait on the host: the pool is filled anew elsewhere.
    private mutating func retireOne(
        _ members: [Instance],
        of host: String,
        now: MonotonicInstant,
        date: Date,
        in step: inout FleetStep
    ) {
        guard !members.contains(where: { $0.state == .stopping }),
            var instance = members.first(where: { $0.state == .standby && $0.isOwned && isReachable($0) })
        else { return }
        let reason = "host \(host) is evacuated"
        enter(.stopping, &instance, reason: reason, now: now, date: date, in: &step)
        step.actions.append(.forget(uuid: instance.uuid))
        step.events.append(ControllerEvent(.standbyRetired, at: date, instance: instance.name, detail: reason))
    }

    /// What stays whatever is done, in words.
    private func leftovers(_ members: [Instance]) -> String? {
        let stays = members.filter { $0.state == .inService && (!$0.isOwned || $0.isProtected) }
        guard !stays.isEmpty else { return nil }
        let names = stays.map { "\($0.name) (\($0.isProtected ? "protected" : "not started by this controller"))" }
        return "stays until somebody takes it away: " + names.joined(separator: ", ")
    }

    /// In-service instances whose replacement is on its way.
    package var beingEvacuated: Int { replacements.count }
}
