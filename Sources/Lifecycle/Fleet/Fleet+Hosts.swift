import Autoscaling
import Foundation

/// What was last seen of the hosts, for orders that are given between two looks.
package struct KnownPlaces: Sendable, Equatable {
    /// The hosts in the order of the configuration.
    package var hosts: [HostFacts] = []
    /// What each domain takes while it runs, by UUID.
    var needs: [String: HostRoom.Need] = [:]
    /// The domains that are active.
    var active: Set<String> = []

    /// Nothing seen yet.
    init() {}

    /// What an observation shows.
    init(_ observation: FleetObservation) {
        hosts = observation.allHosts
        for domain in observation.domains ?? [] {
            needs[domain.uuid] = domain.need
            if domain.isActive { active.insert(domain.uuid) }
        }
    }

    /// Whether a group spans several hosts.
    package var areMany: Bool { hosts.count > 1 }

    subscript(name: String) -> HostFacts? { hosts.first { $0.name == name } }
}

extension Fleet {
    /// The name of the host that an instance is on.
    package func host(of instance: Instance) -> String { instance.host ?? places.hosts.first?.name ?? "" }

    /// Whether an instance is on a host that was given up.
    package func isLost(_ instance: Instance) -> Bool {
        !lostHosts.isEmpty && lostHosts.contains(host(of: instance))
    }

    /// Whether the host of an instance answers, and has it alone.
    func isReachable(_ instance: Instance) -> Bool {
        guard disputed[instance.uuid] == nil else { return false }
        return !places.areMany || places[host(of: instance)]?.answers ?? false
    }

    /// Whether an instance may be started, or woken, where it is.
    func isAvailable(_ instance: Instance) -> Bool {
        isReachable(instance) && !(places[host(of: instance)]?.isCordoned ?? false)
    }

    /// In-service instances that a scale in may take.
    package var removable: Int {
        instances.values.count { $0.state == .inService && $0.isOwned && !$0.isProtected && isReachable($0) }
    }

    /// Takes in what is seen of the hosts: which is lost, which is back.
    mutating func noteHosts(
        _ observation: FleetObservation,
        now: MonotonicInstant,
        date: Date,
        in step: inout FleetStep
    ) {
        places = KnownPlaces(observation)
        guard places.areMany else {
            silentSince = [:]
            lostHosts = []
            return
        }
        for host in places.hosts {
            let members = instances.values.filter { self.host(of: $0) == host.name }
            let isAlive =
                host.answers
                || members.contains { member in
                    member.state == .inService
                        || settings.hasAgents && isHeard(observation.agents[member.uuid])
                }
            if isAlive {
                silentSince[host.name] = nil
                if lostHosts.remove(host.name) != nil { tellBack(host.name, date: date, in: &step) }
                continue
            }
            let since = silentSince[host.name] ?? now
            silentSince[host.name] = since
            guard since.duration(to: now) >= settings.hostLostAfter, lostHosts.insert(host.name).inserted else {
                continue
            }
            step.events.append(
                ControllerEvent(
                    .hostLost,
                    at: date,
                    detail: "host \(host.name): libvirt and every agent there have been silent for "
                        + "\(settings.hostLostAfter); its \(members.count(where: \.isCounted)) instances count no longer "
                        + "and are replaced on other hosts; no domain of it is started anywhere else"
                )
            )
        }
    }

    private func isHeard(_ agent: FleetObservation.Agent?) -> Bool {
        agent.map { $0.isConnected && $0.isReporting } ?? false
    }

    private func tellBack(_ name: String, date: Date, in step: inout FleetStep) {
        step.events.append(
            ControllerEvent(
                .hostReturned,
                at: date,
                detail: "host \(name) is back: its instances are taken in again, and what is too much then is drained"
            )
        )
    }

    /// The domains that one host alone has. What two have, or one and the ledger of a silent one, is told of, and left as
    /// it is on both.
    mutating func settleDisputes(
        _ domains: [FleetObservation.Domain],
        date: Date,
        in step: inout FleetStep
    ) -> [FleetObservation.Domain] {
        guard places.areMany else {
            (disputed, lastSeen) = ([:], [:])
            return domains
        }
        var claims: [(uuid: String, name: String, host: String)] = domains.map { ($0.uuid, $0.name, $0.host) }
        for host in places.hosts {
            guard !host.answers else {
                lastSeen[host.name] = Dictionary(domains.filter { $0.host == host.name }.map { ($0.uuid, $0.name) }) {
                    $1
                }
                continue
            }
            // What a silent host had it may still run.
            claims += (lastSeen[host.name] ?? [:]).map { ($0.key, $0.value, host.name) }
            for instance in instances.values where self.host(of: instance) == host.name {
                claims.append((instance.uuid, instance.name, host.name))
            }
        }
        var found: [String: String] = [:]
        for (uuid, same) in Dictionary(grouping: claims, by: \.uuid) {
            let hosts = Set(same.map(\.host)).sorted()
            guard hosts.count > 1 else { continue }
            found[uuid] = "a domain with the UUID \(uuid) is on \(hosts.joined(separator: " and "))"
        }
        for (name, same) in Dictionary(grouping: claims, by: \.name) {
            let hosts = Set(same.map(\.host)).sorted()
            guard hosts.count > 1 else { continue }
            for claim in same where found[claim.uuid] == nil {
                found[claim.uuid] = "a domain called \(name) is on \(hosts.joined(separator: " and "))"
            }
        }
        tellDisputes(found, names: Dictionary(claims.map { ($0.uuid, $0.name) }) { $1 }, date: date, in: &step)
        disputed = found
        return domains.filter { found[$0.uuid] == nil }
    }

    private func tellDisputes(
        _ found: [String: String],
        names: [String: String],
        date: Date,
        in step: inout FleetStep
    ) {
        for (uuid, why) in found.sorted(by: { $0.key < $1.key }) where disputed[uuid] == nil {
            step.events.append(
                ControllerEvent(
                    .instanceDisputed,
                    at: date,
                    instance: names[uuid],
                    detail: "\(why); none of them is touched until one is renamed or undefined"
                )
            )
        }
        for uuid in disputed.keys.sorted() where found[uuid] == nil {
            step.events.append(
                ControllerEvent(
                    .instanceSettled,
                    at: date,
                    instance: names[uuid] ?? instances[uuid]?.name,
                    detail: "one host alone has it now"
                )
            )
        }
    }
}
