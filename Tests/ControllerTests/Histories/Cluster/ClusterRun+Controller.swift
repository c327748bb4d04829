import Autoscaling
import Foundation
import Ownership
import TestSupport
import Wire

@testable import Lifecycle
@testable import Orchestration
@testable import Persistence

/// What the owner of the group does: reads it, looks, decides, writes, and acts.
extension ClusterRun {
    /// The controller of an ownership, if it still acts.
    private func isActing(_ node: Int, _ epoch: Int64) -> Bool {
        nodes[node].acting?.fence.createRevision == epoch
    }

    /// The group was read: it is taken up as it was left.
    func begin(_ node: Int, _ epoch: Int64, _ disk: HistoryDisk, _ commits: Int) {
        guard isActing(node, epoch), nodes[node].acting?.phase == .loading else { return }
        var disk = disk
        var settings = settings
        if flaws.contains(.noGrace) { settings.limits.adoptionGrace = .milliseconds(1) }
        if flaws.contains(.noMaximum) { settings.maximum = 100 }
        if flaws.contains(.forgetsSteering) { disk.steering = GroupSteering() }
        if flaws.contains(.forgetsSet) { disk.set.revision = 0 }
        if flaws.contains(.forgetsRows) { disk.ledger = disk.ledger.filter { !$0.value.state.isComing } }
        if flaws.contains(.forgetsHosts) { for uuid in disk.ledger.keys { disk.ledger[uuid]?.host = nil } }
        var policy = policy
        if flaws.contains(.noMaximum) { policy.max = 100 }
        var controller = HistoryController(
            disk,
            settings: settings,
            policy: policy,
            interval: Self.interval,
            clients: 2,
            counter: 0,
            uuids: .random,
            now: nodes[node].instant(now),
            date: nodes[node].date(now)
        )
        controller.capacities = hosts.map { _ in HostCapacity() }
        nodes[node].acting?.controller = controller
        nodes[node].acting?.known = commits
        nodes[node].acting?.phase = .working
        trace("\(nodes[node].name) has read the group")
        push(now, .take(node: node, life: nodes[node].life, epoch: epoch, isTick: true))
    }

    /// Nothing new is begun; what is under way is finished.
    func finish(_ node: Int) {
        trace("\(nodes[node].name) hands over")
        nodes[node].acting?.phase = .finishing
        checkQuiet(node)
    }

    func checkQuiet(_ node: Int) {
        guard let acting = nodes[node].acting, acting.phase == .finishing,
            acting.commit == nil && acting.calls == 0 || flaws.contains(.leavesCalls)
        else { return }
        nodes[node].acting = nil
        step(node, .quiesced(group: Self.group))
    }

    /// Has the owner look soon, if nothing else makes it look before.
    func wake(_ node: Int, _ epoch: Int64) {
        guard isActing(node, epoch), nodes[node].acting?.phase == .working, nodes[node].acting?.isLookDue == false
        else {
            return
        }
        nodes[node].acting?.isLookDue = true
        push(now + Self.second / 50, .take(node: node, life: nodes[node].life, epoch: epoch, isTick: false))
    }

    /// One look.
    func take(_ node: Int, _ life: Int, _ epoch: Int64, isTick: Bool) {
        guard isActing(node, epoch), let acting = nodes[node].acting else { return }
        if acting.phase == .loading { return askToLoad(node, epoch) }
        guard acting.phase == .working else { return }
        if isTick {
            let wait = nodes[node].clock.wait(Self.interval)
            push(now + wait, .take(node: node, life: life, epoch: epoch, isTick: true))
        } else {
            nodes[node].acting?.isLookDue = false
        }
        // While a commit is under way nothing is looked at.
        guard acting.commit == nil else {
            if isTick { nodes[node].acting?.isTickMissed = true }
            return
        }
        let local = nodes[node].instant(now)
        let date = nodes[node].date(now)
        lookAtHosts(node, isTick: isTick)
        guard var controller = nodes[node].acting?.controller else { return }
        nodes[node].acting?.controller = nil
        var step = FleetStep()
        for act in steering { step.append(controller.fleet.steer(act, by: "anna", date: date)) }
        steering = []
        let observation = controller.observe(now: local, interval: Self.interval)
        step.append(controller.fleet.step(observation, now: local, date: date))
        if !controller.fleet.lostHosts.isEmpty { wasHostLost = true }
        let isDecided = isTick || acting.isTickMissed
        if isDecided, observation.domains != nil, !controller.storeFails {
            let seen = controller.groupObservation(observation, interval: Self.interval, now: local)
            let decision = controller.engine.decide(seen, now: local)
            if let order = controller.obey(decision, observation, now: local, date: date) { step.append(order) }
        }
        if isDecided { checkHealth(node, epoch, controller, local) }
        nodes[node].acting?.isTickMissed = false
        nodes[node].acting?.controller = controller
        settle(node, epoch, step)
    }

    private func lookAtHosts(_ node: Int, isTick: Bool) {
        // What was seen at the beat is looked at again now and then.
        guard isTick || nodes[node].acting?.controller?.view == nil || random.once(in: 2) else { return }
        let isCut = now < nodes[node].libvirtCutUntil
        let local = nodes[node].instant(now)
        var hosts = hosts
        let machines = machines
        if flaws.contains(.startsAnywhere) { for index in hosts.indices { hosts[index].copy = nil } }
        _ = nodes[node].acting?.controller?.look(at: hosts, machines) { !isCut && $0.silent == 0 }
        guard isTick, !isCut else { return }
        for index in machines.indices where machines[index].power == .running {
            guard hosts[machines[index].host].silent == 0 else { continue }
            let sample = HostSample(at: local, utilization: load(index), steal: 0)
            nodes[node].acting?.controller?.samples[machines[index].uuid] = sample
        }
    }

    private func checkHealth(
        _ node: Int,
        _ epoch: Int64,
        _ controller: HistoryController,
        _ local: MonotonicInstant
    ) {
        for index in machines.indices {
            let uuid = machines[index].uuid
            guard controller.fleet.instances[uuid]?.state == .inService,
                let life = controller.board.beginProbe(uuid, now: local)
            else { continue }
            probe(node, epoch, index, life, session: nil)
        }
    }

    func probe(_ node: Int, _ epoch: Int64, _ index: Int, _ instanceLife: UInt64, session: UInt64?) {
        let time = Int64(random.within(5...100)) * 1_000_000
        push(
            now + time,
            .probed(
                node: node,
                life: nodes[node].life,
                epoch: epoch,
                machine: index,
                instanceLife: instanceLife,
                session: session
            )
        )
    }

    func probed(_ node: Int, _ epoch: Int64, _ index: Int, _ instanceLife: UInt64, _ session: UInt64?) {
        guard isActing(node, epoch), let controller = nodes[node].acting?.controller else { return }
        let passes = isHealthy(index)
        let local = nodes[node].instant(now)
        controller.board.endProbe(
            machines[index].uuid,
            life: instanceLife,
            session: session,
            failure: passes ? nil : "no answer",
            retryAt: session == nil ? local : local.advanced(by: .seconds(1))
        )
        if session != nil || !passes { wake(node, epoch) }
    }

    // MARK: Writing and acting

    private func settle(_ node: Int, _ epoch: Int64, _ step: FleetStep) {
        guard let controller = nodes[node].acting?.controller else { return }
        let endpoints = controller.fleet.endpoints
        var set: EndpointSet?
        if endpoints != controller.set.endpoints {
            set = EndpointSet(revision: controller.set.revision + 1, endpoints: endpoints)
        }
        if !step.isEmpty || set != nil {
            nodes[node].acting?.controller?.pending.append(step, group: Self.group, endpointSet: set)
        }
        guard nodes[node].acting?.controller?.pending.isEmpty == false else { return act(node, epoch, step) }
        nodes[node].acting?.commit = ClusterNode.Commit(number: nextNumber(), step: step, set: set)
        sendCommit(node, epoch)
    }

    /// What became of a commit.
    func committed(_ node: Int, _ epoch: Int64, _ number: Int, _ answer: CommitAnswer) {
        guard isActing(node, epoch), var commit = nodes[node].acting?.commit, commit.number == number else { return }
        if case .outdated(let known) = answer, commit.attempts < 3 {
            commit.attempts += 1
            nodes[node].acting?.commit = commit
            nodes[node].acting?.known = known
            return sendCommit(node, epoch)
        }
        nodes[node].acting?.commit = nil
        if case .written(let known) = answer {
            nodes[node].acting?.known = known
            nodes[node].acting?.controller?.pending = StoreChange()
            nodes[node].acting?.controller?.storeFails = false
        } else {
            trace("\(nodes[node].name): commit \(answer)")
            nodes[node].acting?.known = nil
            nodes[node].acting?.controller?.storeFails = true
        }
        if let set = commit.set { nodes[node].acting?.controller?.publish(set) }
        if nodes[node].acting?.phase == .finishing { return checkQuiet(node) }
        act(node, epoch, commit.step)
        if commit.step.isOrder || nodes[node].acting?.isTickMissed == true { wake(node, epoch) }
    }

    private func act(_ node: Int, _ epoch: Int64, _ step: FleetStep) {
        for action in step.actions { perform(node, epoch, action) }
    }

    private func perform(_ node: Int, _ epoch: Int64, _ action: FleetStep.Action) {
        guard let acting = nodes[node].acting, let controller = acting.controller else { return }
        let local = nodes[node].instant(now)
        let board = controller.board
        switch action {
        case .start(let uuid):
            guard !controller.storeFails, mayCall(node), let life = board.beginStart(uuid) else { return }
            call(node, acting.fence, .start, uuid, life: life)
        case .shutdown(let uuid):
            guard mayCall(node), board.admit(.shutdown, uuid, again: .seconds(10), now: local) else { return }
            call(node, acting.fence, .shutdown, uuid, life: 0)
        case .destroy(let uuid, let run):
            guard mayCall(node), board.admit(.destroy, uuid, again: .seconds(5), now: local) else { return }
            call(node, acting.fence, .destroy(run: run), uuid, life: 0)
        case .wake(let uuid): nodes[node].acting?.controller?.sessions[uuid]?.mailbox.append(.resume)
        case .drain(let uuid, _):
            guard board.admit(.drain, uuid, again: .seconds(1), now: local) else { return }
            nodes[node].acting?.controller?.sessions[uuid]?.mailbox.append(.drain)
        case .probe(let uuid, _, let session):
            guard let index = machines.firstIndex(where: { $0.uuid == uuid }),
                let life = board.beginProbe(uuid, now: local)
            else { return }
            probe(node, epoch, index, life, session: session)
        case .forget(let uuid): board.forget(uuid)
        // Histories of one controller have clones, the warm pool and hooks.
        case .clone, .removeClone, .resume, .park, .discardImage, .runHook, .rotate: break
        case .announceScaling, .announceScaled: break
        }
    }

    /// Whether a call to libvirt may begin now.
    private func mayCall(_ node: Int) -> Bool {
        guard let ownership = nodes[node].ownership else { return false }
        let local = nodes[node].instant(now)
        if flaws.contains(.permitAlways) { return true }
        if flaws.contains(.permitIsFence) { return ownership.fence(for: Self.group, at: local) != nil }
        return ownership.permit(for: Self.group, at: local) != nil
    }
}
