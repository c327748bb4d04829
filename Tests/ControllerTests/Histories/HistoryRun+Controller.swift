import Autoscaling
import Foundation
import Wire

@testable import Lifecycle
@testable import Orchestration
@testable import Persistence

extension HistoryRun {
    /// One look of the controller: observe, step, decide, persist, act. A kill may strike on the way.
    mutating func take(isTick: Bool) {
        guard !isDead else { return }
        let kill = hasFaults && random.once(in: 30) ? generatedKill() : nil
        let steering = obey()
        let observation = controller.observe(now: now, interval: interval)
        for domain in observation.domains ?? [] where !domain.isActive && observation.starts[domain.uuid] == nil {
            if let index = index(domain.uuid), !machines[index].isActive { machines[index].seenOff = true }
        }
        let before = controller.fleet
        oracle.begin(before, steering)
        var step = controller.fleet.step(observation, now: now, date: date)
        oracle.stepped(before, controller.fleet, step, observation, machines, now: now)
        if !steering.isEmpty { step.prepend(steering) }
        if isTick {
            decide(observation, &step)
            checkHealth()
        }
        if isTraced { trace(step, observation) }
        settle(step, kill)
        if isDead, isTraced { trace("killed") }
    }

    private mutating func generatedKill() -> Kill {
        switch random.below(4) {
        case 0: .beforeCommit
        case 1: .afterCommit
        case 2: .amidEffects(random.below(3))
        default: .afterEffects
        }
    }

    private mutating func obey() -> FleetStep {
        var step = FleetStep()
        for command in commands {
            switch command {
            case .configure(let policy, let settings):
                self.policy = policy
                self.settings = settings
                controller.engine.policy = policy
                controller.fleet.settings = settings
                oracle.configured()
            case .protect(let name, let isProtected):
                step.append(controller.fleet.protect(name, isProtected, by: "anna", date: date))
            case .retry(let name): step.append(controller.fleet.retry(name, by: "anna", now: now, date: date))
            case .steer(let act): step.append(controller.fleet.steer(act, by: "anna", date: date))
            case .drain(let name):
                guard let instance = controller.fleet.find(name), instance.state == .inService, instance.isOwned else {
                    continue
                }
                controller.fleet.drain(instance, reason: "anna asked for it", now: now, date: date, in: &step)
                oracle.drains(instance.uuid, at: now)
            }
        }
        commands = []
        return step
    }

    private mutating func decide(_ observation: FleetObservation, _ step: inout FleetStep) {
        guard observation.domains != nil, !controller.storeFails else {
            oracle.skipped(at: now)
            return
        }
        let input = controller.groupObservation(observation, interval: interval, now: now)
        let decision = controller.engine.decide(input, now: now)
        oracle.decided(decision, controller, policy, observation, now: now)
        let before = controller.fleet
        if let order = controller.obey(decision, observation, now: now, date: date) {
            oracle.ordered(before, controller.fleet, order, now: now)
            if case .scaleOut(let count) = decision.order { oracle.checkCount(order, count) }
            step.append(order)
        }
        switch decision.order {
        case .hold: hash.add(0)
        case .scaleOut(let count): hash.add(count)
        case .scaleIn(let count): hash.add(-count)
        }
    }

    private mutating func checkHealth() {
        for index in machines.indices {
            let uuid = machines[index].uuid
            guard controller.fleet.instances[uuid]?.state == .inService,
                let life = controller.board.beginProbe(uuid, now: now)
            else { continue }
            effects.append(
                Effect(index: index, life: life, work: .check, due: tick + delay(), fate: .good, givenAt: now)
            )
        }
    }

    private mutating func settle(_ step: FleetStep, _ generated: Kill?) {
        oracle.finished(controller.fleet, step, at: now)
        var set: EndpointSet?
        let endpoints = controller.fleet.endpoints
        if endpoints != controller.set.endpoints {
            set = EndpointSet(revision: controller.set.revision + 1, endpoints: endpoints)
        }
        note(step)
        if !step.isEmpty || set != nil { controller.pending.append(step, group: "g", endpointSet: set) }
        var kill = generated
        if !controller.pending.isEmpty {
            if let at = killAt, at.commit == commits + 1 { kill = at.how }
            if kill == .beforeCommit {
                if killAt != nil { commits += 1 }
                isDead = true
                return
            }
            if storeFailing > 0 {
                controller.storeFails = true
            } else {
                commits += 1
                disk.commit(controller.pending)
                controller.pending = StoreChange()
                controller.storeFails = false
            }
        }
        if kill == .afterCommit {
            isDead = true
            return
        }
        if let set {
            oracle.publishes(set, controller, machines, at: now)
            controller.publish(set)
        }
        for (number, action) in step.actions.enumerated() {
            if case .amidEffects(let most) = kill, number >= most { break }
            perform(action)
        }
        if kill == .afterEffects { for number in effects.indices { effects[number].due = tick } }
        if kill != nil {
            if kill == .afterEffects { carryOutUnheard() }
            isDead = true
            return
        }
        if step.isOrder { wantsLook = true }
    }

    /// All that is under way is done, and the controller never hears of it.
    private mutating func carryOutUnheard() {
        let all = effects
        effects = []
        for effect in all where effect.work != .check { apply(effect, isHeard: false) }
    }

    private mutating func note(_ step: FleetStep) {
        guard !step.isEmpty else { return }
        hash.add(tick)
        for instance in step.changed {
            hash.add(instance.uuid.utf8.last.map(Int.init) ?? 0)
            hash.add(InstanceState.allCases.firstIndex(of: instance.state) ?? 0)
            hash.add(instance.reason.utf8.count)
        }
        hash.add(step.events.count)
        for action in step.actions {
            switch action {
            case .start(let uuid), .clone(let uuid, _), .removeClone(let uuid):
                hash.add(uuid.utf8.last.map(Int.init) ?? 0)
            default: break
            }
        }
        hash.add(step.actions.count)
    }
}
