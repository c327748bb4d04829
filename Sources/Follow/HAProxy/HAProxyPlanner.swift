import Wire

/// Decides what a backend's servers need so that they are the endpoint set, and which revision that makes true.
///
/// A value: it is given the set, what HAProxy has, and the time. It never touches a server whose name does not begin with
/// the prefix. What it is to do it derives from what HAProxy shows, so that a restart of either side loses nothing.
package struct HAProxyPlanner: Sendable {
    /// A point in time.
    package typealias Instant = ContinuousClock.Instant

    /// What stands in the way of the set.
    package enum Problem: Sendable, Hashable {
        /// Every slot of the `server-template` is taken.
        case outOfSlots(endpoint: String)
        /// The endpoint's URL has no address that HAProxy could take.
        case noAddress(endpoint: String, url: String)
        /// A server that was deleted came back by another hand.
        case contested(server: String)
    }

    /// What is to be done now.
    package struct Step: Sendable, Equatable {
        /// The commands, in order.
        package var commands: [HAProxyCommand] = []
        /// The revision that may be acknowledged: it is in effect, and no session is left on what it removed.
        package var acknowledgeable: UInt64?
        /// Endpoints that get requests.
        package var serving = 0
        /// Servers that still have sessions, or that HAProxy has not taken out yet, with the number of sessions.
        package var leaving: [String: Int?] = [:]
        /// What stands in the way.
        package var problems: [Problem] = []
    }

    private let settings: HAProxySettings
    private var set: EndpointSet?
    /// The first revision with which each endpoint may have come, or moved; 0 when it is not known.
    private var since: [String: UInt64] = [:]
    /// The first revision with which each address may have left the set.
    private var left: [HostPort: UInt64] = [:]
    /// When each endpoint came that came after the first set.
    private var entered: [String: Instant] = [:]
    /// Since when each server drains that left the set.
    private var draining: [String: Instant] = [:]
    /// Servers that were deleted, and when.
    private var deleted: [String: Instant] = [:]

    /// How long a deleted server that is seen again is taken for another follower's.
    private static let contestTime = Duration.seconds(60)

    /// A planner without a set.
    package init(_ settings: HAProxySettings) {
        self.settings = settings
    }

    /// Takes the set that is to be in effect.
    package mutating func take(_ new: EndpointSet, now: Instant) {
        let old = set
        // Sets between the two may have been left out, and numbers that went back are those of another history.
        let first = old.map { $0.revision < new.revision ? $0.revision + 1 : 0 } ?? 0
        let before = Dictionary((old?.endpoints ?? []).map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        for endpoint in new.endpoints where before[endpoint.id] != endpoint {
            since[endpoint.id] = first
            if old != nil { entered[endpoint.id] = now }
        }
        let ids = Set(new.endpoints.map(\.id))
        since = since.filter { ids.contains($0.key) }
        entered = entered.filter { ids.contains($0.key) }
        let places = Set(new.endpoints.compactMap { Self.place(of: $0) })
        for endpoint in old?.endpoints ?? [] {
            guard let place = Self.place(of: endpoint) else { continue }
            left[place] = min(left[place] ?? first, first)
        }
        left = left.filter { !places.contains($0.key) }
        set = new
    }

    /// What is to be done, by what HAProxy shows.
    package mutating func step(_ observed: [HAProxyServer], now: Instant) -> Step {
        guard let set else { return Step() }
        var step = Step()
        var pending: [UInt64] = []
        deleted = deleted.filter { now - $0.value < Self.contestTime }
        let own = observed.filter { $0.name.hasPrefix(settings.prefix) }
        var open = addresses(set, &step, &pending)
        let names = settings.mode == .dynamic ? settings.names(set.endpoints) : [:]
        for server in own.sorted(by: { $0.name < $1.name }) {
            if let (endpoint, _) = match(server, names: names, open: &open) {
                draining[server.name] = nil
                deleted[server.name] = nil
                let isServing = keep(server, weight: weight(endpoint, now: now), &step)
                if isServing { step.serving += 1 } else { pending.append(since[endpoint.id] ?? 0) }
            } else if !release(server, now: now, &step) {
                pending.append(left[Self.place(of: server)] ?? 0)
            }
        }
        let present = Set(own.map(\.name))
        draining = draining.filter { present.contains($0.key) }
        let places = Set(own.map { Self.place(of: $0) })
        left = left.filter { places.contains($0.key) }
        pending += place(open, own: own, names: names, &step)
        step.acknowledgeable = pending.min().map { $0 > 0 ? $0 - 1 : nil } ?? set.revision
        return step
    }

    /// A deletion that HAProxy has carried out.
    package mutating func didDelete(_ server: String, now: Instant) {
        deleted[server] = now
    }

    /// The endpoints that HAProxy can be told of, by id.
    private func addresses(
        _ set: EndpointSet,
        _ step: inout Step,
        _ pending: inout [UInt64]
    ) -> [String: (endpoint: Endpoint, address: EndpointAddress)] {
        var result: [String: (endpoint: Endpoint, address: EndpointAddress)] = [:]
        for endpoint in set.endpoints {
            if let address = EndpointAddress(url: endpoint.url), address.ip != nil {
                result[endpoint.id] = (endpoint, address)
            } else {
                step.problems.append(.noAddress(endpoint: endpoint.name, url: endpoint.url))
                pending.append(since[endpoint.id] ?? 0)
            }
        }
        return result
    }

    /// The endpoint that a server stands for; it is no longer among those that want a server.
    private func match(
        _ server: HAProxyServer,
        names: [String: Endpoint],
        open: inout [String: (endpoint: Endpoint, address: EndpointAddress)]
    ) -> (Endpoint, EndpointAddress)? {
        func fits(_ address: EndpointAddress) -> Bool {
            server.address == address.ip && server.port == address.hostPort.port
        }
        switch settings.mode {
        case .dynamic:
            guard let endpoint = names[server.name], let (_, address) = open[endpoint.id], fits(address),
                server.usesTLS == nil || server.usesTLS == settings.usesTLS(address)
            else { return nil }
            open[endpoint.id] = nil
            return (endpoint, address)
        case .slots:
            // The lower id first, so that two endpoints at one address do not change places.
            guard
                let (endpoint, address) = open.values.filter({ fits($0.address) })
                    .min(by: { $0.endpoint.id < $1.endpoint.id })
            else { return nil }
            open[endpoint.id] = nil
            return (endpoint, address)
        }
    }

    /// Brings a server of the set into service.
    ///
    /// - Returns: Whether it is.
    private func keep(_ server: HAProxyServer, weight: Int, _ step: inout Step) -> Bool {
        if server.weight != weight { step.commands.append(.weight(server: server.name, weight)) }
        guard server.isInMaintenance || server.isDraining else { return true }
        if server.isInMaintenance, server.hasIdleCheck { step.commands.append(.enableHealth(server: server.name)) }
        step.commands.append(.ready(server: server.name))
        return false
    }

    /// Takes a server out that is not in the set: first it drains, then it gets nothing at all, and when no session is
    /// left it is deleted.
    ///
    /// - Returns: Whether nothing uses it any more.
    private mutating func release(_ server: HAProxyServer, now: Instant, _ step: inout Step) -> Bool {
        let isIdle = server.sessions == 0
        if server.isInMaintenance, isIdle {
            if settings.mode == .dynamic {
                step.commands.append(.delete(server: server.name))
                if deleted[server.name] != nil { step.problems.append(.contested(server: server.name)) }
            }
            return true
        }
        if !server.isInMaintenance {
            let begun = draining[server.name] ?? now
            draining[server.name] = begun
            if !server.isDraining {
                step.commands.append(.drain(server: server.name))
            } else if isIdle || now - begun >= settings.drainTimeout {
                step.commands.append(.maintenance(server: server.name))
            }
        }
        step.leaving[server.name] = .some(server.sessions)
        return false
    }

    private static func place(of endpoint: Endpoint) -> HostPort? {
        guard let address = EndpointAddress(url: endpoint.url), let ip = address.ip else { return nil }
        return HostPort(host: "\(ip)", port: address.hostPort.port)
    }

    private static func place(of server: HAProxyServer) -> HostPort {
        HostPort(host: server.address?.description ?? "", port: server.port)
    }

    /// Gives the endpoints a server that have none.
    ///
    /// - Returns: The revisions that they hold up.
    private mutating func place(
        _ open: [String: (endpoint: Endpoint, address: EndpointAddress)],
        own: [HAProxyServer],
        names: [String: Endpoint],
        _ step: inout Step
    ) -> [UInt64] {
        let wanted = open.values.sorted { ($0.endpoint.name, $0.endpoint.id) < ($1.endpoint.name, $1.endpoint.id) }
        let present = Set(own.map(\.name))
        let nameOf = Dictionary(names.map { ($1.id, $0) }, uniquingKeysWith: { first, _ in first })
        let moved = Set(step.commands.map(\.server))
        var free = own.filter { $0.isInMaintenance && $0.sessions == 0 && !moved.contains($0.name) }
            .map(\.name).sorted().makeIterator()
        for (endpoint, address) in wanted {
            guard let ip = address.ip else { continue }
            let port = address.hostPort.port
            switch settings.mode {
            case .dynamic:
                // One of that name at another address must have left first.
                guard let name = nameOf[endpoint.id], !present.contains(name) else { continue }
                let options = settings.serverOptions(endpoint, address)
                deleted[name] = nil
                step.commands.append(.add(server: name, address: ip, port: port, options: options))
            case .slots:
                if let slot = free.next() {
                    step.commands.append(.move(server: slot, address: ip, port: port))
                } else {
                    step.problems.append(.outOfSlots(endpoint: endpoint.name))
                }
            }
        }
        return wanted.map { since[$0.endpoint.id] ?? 0 }
    }

    private func weight(_ endpoint: Endpoint, now: Instant) -> Int {
        guard settings.slowStart > .zero, let entered = entered[endpoint.id] else { return settings.weight }
        let share = min(1, max(0, (now - entered) / settings.slowStart))
        return max(1, Int(Double(settings.weight) * share))
    }
}
