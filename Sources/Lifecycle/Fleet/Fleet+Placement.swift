import Autoscaling
import Foundation

/// Which host the next instance is on.
extension Fleet {
    /// An instance that an order takes, or a host for a new clone.
    enum Pick {
        case instance(Instance, Placement.Verdict)
        case clone(Placement.Verdict)
        /// Nothing can be taken; why, in words.
        case nothing(String)
    }

    /// The hosts as places, when all that is ordered and does not run yet has got its share.
    ///
    /// - Parameter counts: Which instances of the group count for the policy.
    func placement(
        _ places: KnownPlaces,
        counting counts: (Instance) -> Bool = { $0.isCounted }
    ) -> Placement {
        let open = places.hosts.filter { $0.answers && !$0.isCordoned }
        let areAllStarved = open.allSatisfy(\.isStarved)
        let hosts = places.hosts.map { facts in
            Placement.Host(
                name: facts.name,
                labels: facts.labels,
                refusal: refusal(of: facts, sparesStarved: areAllStarved),
                room: unclaimedRoom(facts, places),
                count: instances.values.count { host(of: $0) == facts.name && counts($0) }
            )
        }
        return Placement(policy: settings.placement, hosts: hosts)
    }

    private func refusal(of facts: HostFacts, sparesStarved: Bool) -> String? {
        if lostHosts.contains(facts.name) { return "is lost" }
        if !facts.answers { return "does not answer" }
        if facts.isEvacuating { return "is being evacuated" }
        if facts.isCordoned { return "is cordoned" }
        return facts.isStarved && !sparesStarved ? "withholds CPU (it is starved)" : nil
    }

    /// What a host has left when all that is ordered there and does not run yet has got its share.
    func unclaimedRoom(_ facts: HostFacts, _ places: KnownPlaces) -> HostRoom? {
        guard var room = facts.room else { return nil }
        for instance in instances.values where host(of: instance) == facts.name {
            let isOrdered =
                instance.state == .starting || instance.state == .creating
                || instance.state == .resuming && instance.standby == .saved
            guard isOrdered, room.promised[instance.uuid] == nil, !places.active.contains(instance.uuid),
                let need = places.needs[instance.uuid] ?? (instance.isClone ? facts.cloneNeed : nil)
            else { continue }
            room.promise(need, to: instance.uuid)
        }
        return room
    }

    /// What an order takes next on several hosts: what is quickest first, and of that what is on the best host.
    func pick(_ placement: Placement, _ places: KnownPlaces, besides taken: Set<String>, created: Int) -> Pick {
        let ready = quickest.filter { !taken.contains($0.uuid) }
        for rank in [0, 1, 2, 3] {
            let candidates = ready.filter { speed(of: $0) == rank }
            guard !candidates.isEmpty else { continue }
            let verdict = placement.choose(requests(candidates, places))
            guard let host = verdict.host else { continue }
            if let instance = candidates.first(where: { fits($0, on: host, placement, places) }) {
                return .instance(instance, completed(verdict, placement))
            }
        }
        let verdict = cloneVerdict(placement, places)
        guard clonable - created > 0 else {
            return .nothing(ready.isEmpty ? "no instance is left to start" : refusals(placement, ready, places))
        }
        return verdict.host == nil ? .nothing(verdict.description) : .clone(verdict)
    }

    /// The verdict with the hosts that were not asked, since they have nothing that could be started.
    private func completed(_ verdict: Placement.Verdict, _ placement: Placement) -> Placement.Verdict {
        var verdict = verdict
        verdict.others = placement.hosts.compactMap { host in
            guard host.name != verdict.host else { return nil }
            return verdict.others.first { $0.host == host.name }
                ?? Placement.Refusal(host: host.name, reason: host.refusal ?? "has nothing to start")
        }
        return verdict
    }

    /// What each host would have to give for the least of the candidates on it.
    private func requests(_ candidates: [Instance], _ places: KnownPlaces) -> [String: Placement.Request] {
        candidates.reduce(into: [:]) { requests, instance in
            let request = self.request(instance, places)
            let name = host(of: instance)
            guard let other = requests[name] else {
                requests[name] = request
                return
            }
            if (request.need?.memory ?? 0) < (other.need?.memory ?? 0) { requests[name] = request }
        }
    }

    /// What an instance would take where it is.
    func request(_ instance: Instance, _ places: KnownPlaces) -> Placement.Request {
        let hasMemory = instance.state != .off && !(instance.state == .standby && instance.standby == .saved)
        return Placement.Request(
            need: hasMemory ? nil : places.needs[instance.uuid],
            isThere: instance.state != .off
        )
    }

    private func fits(_ instance: Instance, on host: String, _ placement: Placement, _ places: KnownPlaces) -> Bool {
        guard self.host(of: instance) == host, let place = placement.hosts.first(where: { $0.name == host }) else {
            return false
        }
        return placement.refusal(of: place, request(instance, places)) == nil
    }

    private func refusals(_ placement: Placement, _ candidates: [Instance], _ places: KnownPlaces) -> String {
        placement.choose(requests(candidates, places)).description
    }

    /// Where the next clone would be made.
    func cloneVerdict(_ placement: Placement, _ places: KnownPlaces) -> Placement.Verdict {
        var placement = placement
        for index in placement.hosts.indices where placement.hosts[index].refusal == nil {
            placement.hosts[index].refusal = places[placement.hosts[index].name]?.cloneObstacle
        }
        return placement.choose(
            Dictionary(places.hosts.map { ($0.name, Placement.Request(need: $0.cloneNeed)) }) { first, _ in first }
        )
    }

    /// How soon an instance could serve: 0 for one that is paused, 3 for one that is off; `nil`: no order can take it.
    func speed(of instance: Instance) -> Int? {
        switch (instance.state, instance.standby) {
        case (.standby, .saved): 1
        case (.standby, _): 0
        case (.off, _): 3
        default: instance.goal == .standby && instance.state.isComing && instance.state != .failed ? 2 : nil
        }
    }

    /// What could be started on several hosts in addition to what is ordered already.
    func startable(on places: KnownPlaces) -> Startable {
        var placement = placement(places)
        var taken = Set(quickest.filter { speed(of: $0) != 3 }.map(\.uuid))
        var count = 0
        var shortage: String?
        search: while true {
            switch pick(placement, places, besides: taken, created: clonable) {
            case .instance(let instance, _):
                taken.insert(instance.uuid)
                placement.take(instance.uuid, on: host(of: instance), request(instance, places))
                count += 1
            case .clone, .nothing: break search
            }
        }
        let rest = reserve.filter { !taken.contains($0.uuid) }
        if !rest.isEmpty { shortage = refusals(placement, rest, places) }
        guard clonable > 0 else { return Startable(count: reserve.isEmpty ? nil : count, shortage: shortage) }
        let clones = places.hosts.filter { $0.cloneObstacle == nil }.reduce(0) { sum, facts in
            let (total, overflow) = sum.addingReportingOverflow(
                placement.capacity(of: facts.name, for: facts.cloneNeed)
            )
            return overflow ? .max : total
        }
        guard clones < clonable else { return Startable(count: count + clonable) }
        for facts in places.hosts {
            for number in 0..<placement.capacity(of: facts.name, for: facts.cloneNeed) {
                placement.take("clone \(number)", on: facts.name, Placement.Request(need: facts.cloneNeed))
            }
        }
        return Startable(count: count + clones, shortage: "a clone: " + cloneVerdict(placement, places).description)
    }
}
