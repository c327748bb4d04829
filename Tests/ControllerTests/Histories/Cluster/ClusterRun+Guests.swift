import Autoscaling
import Foundation
import Ownership
import TestSupport
import Wire

@testable import Lifecycle
@testable import Orchestration

/// The connection of an agent to the owner of its group.
struct AgentLink {
    /// The controller, the life of its process, and the ownership.
    var node: Int?
    var life = 0
    var epoch: Int64 = 0
    var session: UInt64 = 0
    /// When a line last came.
    var heardAt: Int64 = 0
    /// When it tries to connect.
    var retryAt: Int64 = 0
}

/// Guests, agents and clients.
extension ClusterRun {
    /// An agent takes a stream for dead on which nothing has come for three heartbeats.
    private static let silence = 6 * second

    /// Half a second of all that is not a controller.
    func beat() {
        oracle.look(now)
        for index in hosts.indices {
            if hosts[index].silent > 0 { hosts[index].silent -= 1 }
            if hosts[index].cut > 0 { hosts[index].cut -= 1 }
        }
        for index in machines.indices {
            live(index)
            isHealthy(index) && links[index].node != nil ? noteWell(index) : noteUnwell(index)
        }
        for node in nodes.indices where nodes[node].isRunning { serveClients(node) }
    }

    private func noteWell(_ index: Int) { wellSince[index] = wellSince[index] ?? now }

    /// An agent on its way to another owner leaves its instance as well as it was.
    private func noteUnwell(_ index: Int) {
        let isOnItsWay = wellSince[index] != nil && isHealthy(index)
        if !isOnItsWay { wellSince[index] = nil }
    }

    /// Whether a machine serves, as whoever looks at it from outside sees it.
    func isHealthy(_ index: Int) -> Bool {
        let host = hosts[machines[index].host]
        return machines[index].power == .running && host.cut == 0
            && machines[index].guest.map { $0.isUp && $0.isWell } ?? false
    }

    private func live(_ index: Int) {
        if let left = machines[index].shutdownLeft {
            guard left > 0 else { return stop(index) }
            machines[index].shutdownLeft = left - 1
        }
        guard machines[index].power == .running, var guest = machines[index].guest else { return }
        if !guest.isUp, let left = guest.bootLeft {
            guest.bootLeft = left - 1
            guest.isUp = left <= 0
        }
        let isUsed = disk.set.endpoints.contains { $0.id == machines[index].uuid }
        if hasFaults, guest.isUp, isUsed, guest.isAccepting { guest.pending = min(9, guest.pending + random.below(3)) }
        guest.pending = max(0, guest.pending - random.below(4))
        machines[index].guest = guest
        if guest.isUp { talk(index) }
    }

    /// What its agent does: keeps its stream, reports, takes commands, and looks for the owner when it has none.
    private func talk(_ index: Int) {
        let uuid = machines[index].uuid
        let isCut = hosts[machines[index].host].cut > 0
        guard let node = links[index].node else {
            if !isCut, now >= links[index].retryAt { connect(index) }
            return
        }
        // The process is gone, or the group is another's, and says so.
        let isOver =
            !nodes[node].isAlive || nodes[node].life != links[index].life
            || nodes[node].acting?.fence.createRevision != links[index].epoch
        if isOver, !isCut, nodes[node].pausedUntil == nil { return disconnect(index) }
        guard !isCut, !isOver, nodes[node].pausedUntil == nil else {
            guard now - links[index].heardAt > Self.silence else { return }
            // That an owner itself was silent, and stays the owner, is no change of the owner.
            if store.createRevision(ofOwner: Self.group) == links[index].epoch { wellSince[index] = nil }
            disconnect(index)
            return
        }
        links[index].heardAt = now
        guard var session = nodes[node].acting?.controller?.sessions[uuid], session.number == links[index].session,
            session.isConnected, let guest = machines[index].guest
        else {
            return disconnect(index)
        }
        for command in session.mailbox {
            switch command {
            case .resume: machines[index].guest?.isAccepting = true
            case .drain: machines[index].guest?.isAccepting = false
            default: break
            }
        }
        let local = nodes[node].instant(now)
        session.mailbox = []
        session.reportedAt = local
        session.offset = 0
        session.work = FleetObservation.Work(pending: guest.pending, isAccepting: guest.isAccepting)
        session.sample = GuestSample(at: local, busy: load(index), queued: 0, inFlight: guest.pending)
        nodes[node].acting?.controller?.sessions[uuid] = session
    }

    private func disconnect(_ index: Int) {
        if let node = links[index].node {
            let uuid = machines[index].uuid
            if nodes[node].acting?.controller?.sessions[uuid]?.number == links[index].session {
                nodes[node].acting?.controller?.sessions[uuid]?.isConnected = false
            }
        }
        links[index] = AgentLink()
        links[index].retryAt = now + Int64(random.below(2000)) * 1_000_000
    }

    private func connect(_ index: Int) {
        let owner = nodes.indices.first { node in
            nodes[node].isRunning && nodes[node].acting?.phase == .working
        }
        guard let owner, let epoch = nodes[owner].acting?.fence.createRevision else {
            links[index].retryAt = now + Self.second / 2
            return
        }
        sessions += 1
        links[index] = AgentLink(
            node: owner,
            life: nodes[owner].life,
            epoch: epoch,
            session: sessions,
            heardAt: now
        )
        let session = HistoryController.Session(number: sessions, url: "https://10.0.0.\(index):8000")
        nodes[owner].acting?.controller?.sessions[machines[index].uuid] = session
        wake(owner, epoch)
    }

    /// What an instance has to do, percent.
    func load(_ index: Int) -> Double {
        let users = disk.set.endpoints.count
        guard disk.set.endpoints.contains(where: { $0.id == machines[index].uuid }) else { return 1 }
        return min(100, demand / Double(max(1, users)))
    }

    /// Clients tell the owner what they have read.
    private func serveClients(_ node: Int) {
        guard let controller = nodes[node].acting?.controller else { return }
        for client in controller.watchers.indices where random.once(in: 2) {
            let isNew = controller.watchers[client] == nil
            nodes[node].acting?.controller?.watchers[client] = isNew ? 0 : controller.set.revision
        }
    }
}
