/// Which host takes the next instance of a group: a value that decides from what is known and remembers what it gave away.
package struct Placement: Sendable, Hashable {
    /// A host as a place for instances.
    package struct Host: Sendable, Hashable {
        /// Its name.
        package var name: String
        /// What policies can ask for.
        package var labels: [String: String]
        /// Why it takes nothing, whatever is asked for; `nil`: it may.
        package var refusal: String?
        /// What it has left when all that is ordered has got its share; `nil`: unknown, which is no limit.
        package var room: HostRoom?
        /// Instances of the group on it.
        package var count: Int

        /// A place.
        package init(
            name: String,
            labels: [String: String] = [:],
            refusal: String? = nil,
            room: HostRoom? = nil,
            count: Int = 0
        ) {
            self.name = name
            self.labels = labels
            self.refusal = refusal
            self.room = room
            self.count = count
        }
    }

    /// A place that is wanted.
    package struct Request: Sendable, Hashable {
        /// What the instance takes; `nil`: unknown, or it has its memory already.
        package var need: HostRoom.Need?
        /// Whether it is on the host already and counted there: limits of number and labels are past.
        package var isThere: Bool

        /// A request.
        package init(need: HostRoom.Need?, isThere: Bool = false) {
            self.need = need
            self.isThere = isThere
        }
    }

    /// A host that does not take an instance, and why.
    package struct Refusal: Sendable, Hashable {
        /// The host.
        package var host: String
        /// Why, as what goes on after its name.
        package var reason: String
    }

    /// What was decided.
    package struct Verdict: Sendable, Hashable {
        /// The host that takes the instance; `nil`: none does.
        package var host: String?
        /// How many of the group that host has.
        package var count = 0
        /// Why the others were not taken, in the order of the configuration.
        package var others: [Refusal] = []

        /// `on host b (1 of the group there), not on a: it is cordoned`.
        package var description: String {
            let refused = others.map { "\($0.host): it \($0.reason)" }.joined(separator: "; ")
            guard let host else { return "no host takes it: \(refused)" }
            return "on host \(host) (\(count) of the group there)" + (refused.isEmpty ? "" : ", not on \(refused)")
        }
    }

    /// What decides.
    package var policy: PlacementPolicy
    /// The hosts in the order of the configuration.
    package var hosts: [Host]

    /// A placement.
    package init(policy: PlacementPolicy, hosts: [Host]) {
        self.policy = policy
        self.hosts = hosts
    }

    /// The host for an instance, of those that `requests` names with what it would take there.
    package func choose(_ requests: [String: Request]) -> Verdict {
        var verdict = Verdict()
        var fitting: [(host: Host, index: Int)] = []
        for (index, host) in hosts.enumerated() {
            guard let request = requests[host.name] else { continue }
            if let reason = refusal(of: host, request) {
                verdict.others.append(Refusal(host: host.name, reason: reason))
            } else {
                fitting.append((host, index))
            }
        }
        guard let best = fitting.min(by: { isBetter($0, $1) }) else { return verdict }
        verdict.host = best.host.name
        verdict.count = best.host.count
        for (host, _) in fitting where host.name != best.host.name {
            verdict.others.append(Refusal(host: host.name, reason: comparison(host, best.host)))
        }
        let order = Dictionary(hosts.enumerated().map { ($1.name, $0) }) { first, _ in first }
        verdict.others.sort { order[$0.host, default: 0] < order[$1.host, default: 0] }
        return verdict
    }

    /// Gives an instance its share of a host: the permit, held until it runs or has failed.
    package mutating func take(_ uuid: String, on name: String, _ request: Request) {
        guard let index = hosts.firstIndex(where: { $0.name == name }) else { return }
        if let need = request.need { hosts[index].room?.promise(need, to: uuid) }
        if !request.isThere { hosts[index].count += 1 }
    }

    /// For how many more instances of that need a host has room and leave.
    package func capacity(of name: String, for need: HostRoom.Need?) -> Int {
        guard let host = hosts.first(where: { $0.name == name }), refusal(of: host, Request(need: need)) == nil else {
            return 0
        }
        let byRoom = need.flatMap { need in host.room?.count(of: need) } ?? .max
        return min(byRoom, policy.mostPerHost.map { max(0, $0 - host.count) } ?? .max)
    }

    /// Why a host does not take an instance; `nil`: it could.
    package func refusal(of host: Host, _ request: Request) -> String? {
        if let refusal = host.refusal { return refusal }
        if !request.isThere {
            for (label, value) in policy.required.sorted(by: { $0.key < $1.key }) where host.labels[label] != value {
                return "lacks the label \(label): \(value)"
            }
            if let most = policy.mostPerHost, host.count >= most {
                return "has \(host.count) of the group and may have \(most) (most-per-host)"
            }
        }
        guard let need = request.need, let shortage = host.room?.shortage(for: need) else { return nil }
        return "has no room: the instance \(shortage)"
    }

    private typealias Entry = (host: Host, index: Int)

    /// The order of the hosts that can take an instance: a total one, so that the same facts give the same host.
    private func isBetter(_ left: Entry, _ right: Entry) -> Bool {
        let (mine, others) = (preference(left.host), preference(right.host))
        if mine != others { return mine > others }
        switch policy.order {
        case .spread:
            if left.host.count != right.host.count { return left.host.count < right.host.count }
            let (free, other) = (left.host.room?.memoryFree ?? 0, right.host.room?.memoryFree ?? 0)
            if free != other { return free > other }
        case .pack:
            let (free, other) = (left.host.room?.memoryFree ?? .max, right.host.room?.memoryFree ?? .max)
            if free != other { return free < other }
            if left.host.count != right.host.count { return left.host.count > right.host.count }
        }
        return left.index < right.index
    }

    /// How many of the preferred labels a host has.
    private func preference(_ host: Host) -> Int {
        policy.preferred.count { host.labels[$0.key] == $0.value }
    }

    private func comparison(_ host: Host, _ best: Host) -> String {
        if preference(host) < preference(best) { return "has fewer of the preferred labels" }
        switch policy.order {
        case .spread where host.count > best.count: return "has \(host.count) of the group"
        case .spread: return "has no more room"
        case .pack: return "has more room left"
        }
    }
}
