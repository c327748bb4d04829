import Autoscaling
import Foundation
import Lifecycle

/// What is seen of the hosts, each with its own age.
extension Reconciler {
    /// Intervals after which what one of several hosts said is taken for silence, although nobody has noticed yet.
    private static let freshIntervals = 4

    /// What the hosts that answer say together, and what placement looks at.
    func sight(of state: State, now: MonotonicInstant) -> (HostView.Snapshot, [HostFacts]) {
        let starved = starvedHosts(state, now: now)
        var fresh: [String] = []
        var hosts: [HostFacts] = []
        let template = state.fleet.cloneTemplate
        for host in parts.hosts {
            let snapshot = parts.view.snapshot(of: host.name)
            let asked = host.asked()
            let answers = snapshot.domains != nil && isFresh(snapshot, now: now)
            if answers { fresh.append(host.name) }
            hosts.append(
                HostFacts(
                    name: host.name,
                    labels: host.labels,
                    answers: answers,
                    isCordoned: asked?.isCordoned ?? false,
                    isEvacuating: asked?.isEvacuating ?? false,
                    isStarved: starved.contains(host.name),
                    room: host.capacity.room(leaving: host.reserve(state.group.host)),
                    cloneNeed: template.flatMap { templateNeed($0, on: host.name) },
                    cloneObstacle: template.flatMap { obstacle($0, snapshot, host.name) }
                )
            )
        }
        var sum = parts.view.snapshot
        if parts.hosts.count > 1 {
            sum.domains = fresh.isEmpty ? nil : (sum.domains ?? []).filter { fresh.contains($0.host) }
        }
        return (sum, hosts)
    }

    /// Why no clone can be made on one of several hosts; a single one says it itself when it is told to.
    private func obstacle(_ template: TemplateConfiguration, _ snapshot: HostView.Snapshot, _ host: String) -> String? {
        guard parts.hosts.count > 1 else { return nil }
        if parts.group.networks(on: host).isEmpty { return "has no network in \(parts.group.configuration.hosts)" }
        switch template.source {
        case .domain(let name): return snapshot.template == nil ? "has no domain '\(name)' to clone" : nil
        case .image(let path): return snapshot.hasImage == false ? "has no image \(path) in a storage pool" : nil
        }
    }

    /// Whether what a host said is not older than it may be. One host alone is asked by the same task that tells of the
    /// tick, so that what it says is never old.
    private func isFresh(_ snapshot: HostView.Snapshot, now: MonotonicInstant) -> Bool {
        guard parts.hosts.count > 1, let readAt = snapshot.readAt else { return true }
        return readAt.duration(to: now) <= interval * Self.freshIntervals + .seconds(1)
    }

    /// The hosts that withhold CPU from an instance of the group; none where there is one host only.
    private func starvedHosts(_ state: State, now: MonotonicInstant) -> Set<String> {
        guard parts.hosts.count > 1 else { return [] }
        return Set(
            estimates(of: state.fleet, now: now).filter { $1.merge == .starved }.map { state.fleet.host(of: $0.0) }
        )
    }

    /// Notes that this process did nothing for so long that agents have left it: it was stopped, or its machine was.
    func noteAbsence(_ state: inout State, now: MonotonicInstant) {
        defer { state.lookedAt = now }
        guard let last = state.lookedAt, last.duration(to: now) > max(interval * 5, .seconds(5)) else { return }
        state.fleet.noteAbsence(now)
    }

    /// The orders that were done before their host was asked for its domains.
    func done(_ snapshot: HostView.Snapshot) -> Set<String> {
        guard snapshot.domains != nil else { return [] }
        guard parts.hosts.count > 1 else { return board.done(before: snapshot.readAt) }
        var done: Set<String> = []
        for (_, snapshot) in parts.view.snapshots where snapshot.domains != nil {
            let mine = Set(snapshot.known.map(\.uuid))
            done.formUnion(board.done(before: snapshot.readAt).intersection(mine))
        }
        return done
    }

    /// Notes which of several hosts are silent; what is to be told of that.
    func noteHost(_ signal: Signals.Signal, _ state: inout State, date: Date) -> [ControllerEvent] {
        switch signal {
        case .hostSilent(let name, let reason) where state.silentHosts.insert(name).inserted:
            let detail =
                "host \(name): \(reason); its endpoints stay, nothing is started or stopped there until it is back"
            return [ControllerEvent(.hypervisorLost, at: date, detail: detail)]
        case .hostConnected(let name) where state.silentHosts.remove(name) != nil:
            return [ControllerEvent(.hypervisorConnected, at: date, detail: "host \(name) answers again")]
        default: return []
        }
    }
}
