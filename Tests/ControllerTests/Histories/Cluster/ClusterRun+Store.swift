import Autoscaling
import Foundation
import TestSupport
import Wire

@testable import Lifecycle
@testable import Ownership
@testable import Persistence

/// The controllers and etcd.
extension ClusterRun {
    /// Of a request or an answer, nanoseconds: mostly short; up to half a second while etcd is slow.
    private var delay: Int64 {
        let longest = now < storeSlowUntil ? 500 : random.once(in: 8) ? 20 : 4
        return Int64(random.below(longest * 1000)) * 1000 + 1000
    }

    private var isLost: Bool { now < storeSlowUntil && random.once(in: 6) }

    private func isCut(_ node: Int) -> Bool { now < nodes[node].storeCutUntil }

    /// Has a message reach the store.
    private func ask(_ node: Int, _ event: Event) {
        if !isLost, !isCut(node) { push(now + delay, event) }
    }

    /// Has an answer reach a controller.
    private func tell(_ node: Int, _ event: Event) {
        if !isLost, !isCut(node) { push(now + delay, event) }
    }

    /// Starts a controller, or starts it anew.
    func start(_ node: Int) {
        trace("\(nodes[node].name) starts")
        nodes[node].begin(OwnershipSettings(controller: nodes[node].name, groups: [Self.group]), at: now)
        let life = nodes[node].life
        // What it sent before it died may still be on its way: the former lease is not ended before that has arrived.
        if let lease = nodes[node].formerLease {
            let wait = flaws.contains(.endsLeaseEarly) ? 0 : ClusterRun.reach
            let action = OwnershipAction.revoke(lease: lease)
            let asked = nodes[node].instant(now)
            push(now + wait + delay, .request(node: node, life: life, action: action, asked: asked, number: 0))
        }
        nodes[node].formerLease = nil
        push(now, .look(node: node, life: life))
    }

    func look(_ node: Int, _ life: Int) {
        step(node, .look)
        guard let ownership = nodes[node].ownership else { return }
        guard !ownership.isFinished else {
            trace("\(nodes[node].name) has ended")
            nodes[node].die()
            nodes[node].formerLease = nil
            return
        }
        let local = nodes[node].instant(now)
        let wait = nodes[node].clock.wait(local.duration(to: ownership.nextLook(after: local)))
        push(now + max(1_000_000, wait), .look(node: node, life: life))
    }

    /// Lets an ownership take an input, and carries out what it wants.
    func step(_ node: Int, _ input: OwnershipInput) {
        let local = nodes[node].instant(now)
        if flaws.contains(.resumesKey) { nodes[node].ownership?.interrupted = [:] }
        for action in nodes[node].ownership?.step(input, at: local) ?? [] {
            switch action {
            case .begin(let fence): beginActing(node, fence)
            case .finish: finish(node)
            case .stop(_, let reason):
                trace("\(nodes[node].name) stops: \(reason.rawValue)")
                if !flaws.contains(.permitAlways) { nodes[node].acting = nil }
            default: request(node, action, local)
            }
        }
    }

    private func request(_ node: Int, _ action: OwnershipAction, _ asked: MonotonicInstant) {
        let number = nextNumber()
        nodes[node].pending.insert(number)
        let life = nodes[node].life
        var isDropped = false
        if case .keepAlive = action { isDropped = now < nodes[node].renewalsLostUntil }
        if !isDropped { ask(node, .request(node: node, life: life, action: action, asked: asked, number: number)) }
        push(now + Self.second * 5 / 4, .giveUp(node: node, life: life, action: action, number: number))
        guard case .keepAlive = action, let time = nodes[node].pauseAtRenewal else { return }
        nodes[node].pauseAtRenewal = nil
        nodes[node].renewalsLostUntil = now + time + 5 * Self.second
        pause(node, for: time)
    }

    /// What the store does with a request, whether or not who sent it still lives.
    func serve(_ node: Int, _ life: Int, _ action: OwnershipAction, _ asked: MonotonicInstant, _ number: Int) {
        let before = store.revision
        let settings = OwnershipSettings(controller: "", groups: [])
        let input = store.serve(
            action,
            of: nodes[node].name,
            run: "\(life)",
            asked: asked,
            timeToLive: settings.lease,
            at: now
        )
        if case .keepAlive = action { nodes[node].renewedAt = now }
        if case .grant = action { nodes[node].renewedAt = now }
        if store.revision != before { tellAll() }
        scheduleExpiry()
        tell(node, .answer(node: node, life: life, input: input, number: number))
    }

    func answer(_ node: Int, _ input: OwnershipInput, _ number: Int) {
        guard nodes[node].pending.remove(number) != nil else { return }
        step(node, flaws.contains(.countsFromAnswer) ? input.counted(from: nodes[node].instant(now)) : input)
    }

    /// Shows all controllers what the store holds now, each in its own time and in order.
    func tellAll() {
        let view = store.view
        for node in nodes.indices where nodes[node].isAlive {
            let arrival = max(now + delay, nodes[node].lastView + 1)
            nodes[node].lastView = arrival
            push(arrival, .view(node: node, life: nodes[node].life, view))
        }
    }

    // MARK: The group

    /// A group is owned: it is read before anything is done for it.
    private func beginActing(_ node: Int, _ fence: Fence) {
        trace("\(nodes[node].name) begins, ownership \(fence.createRevision)")
        oracle.begins(fence.createRevision)
        nodes[node].acting = ClusterNode.Acting(fence)
        askToLoad(node, fence.createRevision)
    }

    /// Asks for the group; again, when no answer comes.
    func askToLoad(_ node: Int, _ epoch: Int64) {
        guard let acting = nodes[node].acting, acting.fence.createRevision == epoch, acting.phase == .loading else {
            return
        }
        ask(node, .load(node: node, life: nodes[node].life, epoch: epoch))
        push(
            now + Self.second,
            .take(node: node, life: nodes[node].life, epoch: epoch, isTick: false)
        )
    }

    func load(_ node: Int, _ life: Int, _ epoch: Int64) {
        tell(node, .loaded(node: node, life: life, epoch: epoch, disk, commits: commits))
    }

    /// Sends what is pending; what is known of earlier commits is read first, when it is not known.
    func sendCommit(_ node: Int, _ epoch: Int64) {
        guard let acting = nodes[node].acting, let commit = acting.commit, let change = acting.controller?.pending
        else {
            return
        }
        let life = nodes[node].life
        ask(
            node,
            .commit(
                node: node,
                life: life,
                epoch: epoch,
                number: commit.number,
                expected: acting.known,
                change: change
            )
        )
        push(
            now + Self.second * 2,
            .committed(node: node, life: life, epoch: epoch, number: commit.number, .unknown)
        )
    }

    /// The store takes a commit: one transaction that compares the ownership key and the writer's last commit.
    func writeCommit(
        _ node: Int,
        _ life: Int,
        _ epoch: Int64,
        _ number: Int,
        _ expected: Int?,
        _ change: StoreChange
    ) {
        let owner = store.createRevision(ofOwner: Self.group)
        var answer = CommitAnswer.written(commits + 1)
        if !flaws.contains(.uncompared) {
            if owner != epoch {
                answer = .refused
            } else if expected != commits {
                answer = .outdated(commits)
            }
        }
        if case .written = answer {
            oracle.acts(epoch, "a commit of \(nodes[node].name)")
            oracle.commits(epoch, owner: owner, change.endpointSets[Self.group], stored: disk.set)
            noteOrders(change)
            checkWithdrawn(change, epoch)
            commits += 1
            disk.commit(change)
            hash.add(Int(now / 1000))
            for instance in change.instances { hash.add(instance.reason.utf8.count) }
            trace("the store writes \(commits) of \(nodes[node].name), set \(disk.set.revision)")
            for instance in change.instances {
                trace("    \(instance.uuid) \(instance.state): \(instance.reason)")
            }
        }
        tell(node, .committed(node: node, life: life, epoch: epoch, number: number, answer))
    }

    private func noteOrders(_ change: StoreChange) {
        for instance in change.instances where instance.state == .starting {
            let old = disk.ledger[instance.uuid]
            if old?.state != .starting || old?.since != instance.since { orders[instance.uuid, default: 0] += 1 }
        }
    }

    /// Whoever leaves the set without an order to leave has to be unwell.
    private func checkWithdrawn(_ change: StoreChange, _ epoch: Int64) {
        guard let set = change.endpointSets[Self.group] else { return }
        for endpoint in disk.set.endpoints where !set.endpoints.contains(where: { $0.id == endpoint.id }) {
            guard let index = machines.firstIndex(where: { $0.uuid == endpoint.id }),
                let since = wellSince[index], now - since > 4 * Self.second
            else { continue }
            let row = change.instances.first { $0.uuid == endpoint.id }
            guard let row, ![.draining, .stopping, .parking].contains(row.state) else { continue }
            oracle.fail(
                .kept,
                "\(row.uuid) is \(row.state) (\(row.reason)) by ownership \(epoch), and well for \((now - since) / Self.second) s"
            )
        }
    }
}
