import Autoscaling
import Foundation
import Wire

@testable import Lifecycle
@testable import Orchestration

extension HistoryRun {
    /// Ticks until an effect is done.
    mutating func delay() -> Int {
        guard hasFaults else { return 0 }
        return switch random.below(12) {
        case 0, 1: 1
        case 2: random.within(2...4)
        case 3 where random.once(in: 3): random.within(5...16)
        default: 0
        }
    }

    private mutating func fate(_ work: Effect.Work) -> Effect.Fate {
        guard hasFaults else { return .good }
        return switch random.below(24) {
        case 3 where work == .remove: .halfway
        case 3:
            if case .make = work { .halfway } else { .good }
        case 0: .fails
        case 1: .lostBefore
        case 2: .lostAfter
        default: .good
        }
    }

    private mutating func begin(_ work: Effect.Work, _ uuid: String, life: UInt64) {
        guard let index = index(uuid) else { return }
        var effect = Effect(index: index, life: life, work: work, due: tick + delay(), fate: fate(work), givenAt: now)
        effect.toldTick = tick
        if hasFaults, effect.isAwaited, random.once(in: 8) {
            effect.toldTick += random.once(in: 4) ? random.within(5...16) : random.within(1...4)
            effect.due += effect.toldTick - tick
        }
        // Clones are made and removed one at a time, in the order of arrival.
        if effect.isOfClone {
            let others = effects.lazy.filter(\.isOfClone).map(\.due).max() ?? 0
            effect.toldTick = max(effect.toldTick, others)
            effect.due = max(effect.due, others)
        }
        if effect.toldTick <= tick { tell(&effect) }
        effects.append(effect)
    }

    /// The hypervisor is told of an order.
    private mutating func tell(_ effect: inout Effect) {
        guard effect.toldAt == nil else { return }
        effect.toldAt = now
        guard effect.isAwaited else { return }
        let uuid = machines[effect.index].uuid
        controller.board.noteTold(uuid, life: effect.life)
        oracle.told(uuid, effect.work, settings.limits, at: now)
    }

    /// Gives one effect, as the reconciler does.
    mutating func perform(_ action: FleetStep.Action) {
        let board = controller.board
        let mayOrder = !controller.storeFails
        switch action {
        case .start(let uuid):
            guard mayOrder, let life = board.beginStart(uuid) else { return }
            guard takeRoom(uuid, life: life) else { return }
            oracle.starts(
                uuid,
                life: life,
                index(uuid).map { machines[$0] },
                underWay: isUnderWay(.start, uuid, life)
            )
            controller.sessions[uuid] = nil
            begin(.start, uuid, life: life)
        case .resume(let uuid, let kind):
            guard mayOrder, let life = board.beginStart(uuid) else { return }
            if kind == .saved, !takeRoom(uuid, life: life) { return }
            board.noteResumed(uuid, at: now)
            begin(.resume(kind), uuid, life: life)
        case .park(let uuid, let kind):
            guard mayOrder, let life = board.beginStart(uuid) else { return }
            begin(.park(kind), uuid, life: life)
        case .destroy(let uuid, let run): give(.destroy, .destroy(run: run), uuid, again: 5)
        case .shutdown(let uuid): give(.shutdown, .shutdown, uuid, again: 10)
        case .discardImage(let uuid): give(.discardImage, .discardImage, uuid, again: 5)
        case .wake(let uuid):
            guard board.admit(.wake, uuid, again: .seconds(1), now: now) else { return }
            send(.resume, uuid)
        case .rotate(let uuid): send(.rotate, uuid)
        case .drain(let uuid, _):
            guard board.admit(.drain, uuid, again: .seconds(1), now: now) else { return }
            oracle.refusesWork(uuid, controller, at: now)
            send(.drain, uuid)
        case .runHook(let uuid, _, let point):
            guard let life = board.beginHook(uuid, point) else { return }
            begin(.hook(point), uuid, life: life)
        case .probe(let uuid, _, let session):
            guard let life = board.beginProbe(uuid, now: now) else { return }
            begin(.probe(session: session), uuid, life: life)
        case .forget(let uuid): board.forget(uuid)
        case .clone(let uuid, let name):
            guard mayOrder, controller.fleet.cloneTemplate(of: uuid) != nil, let life = board.beginStart(uuid),
                takeRoom(uuid, life: life)
            else { return }
            addMachine(uuid, name, host: orderedHostOfClone(uuid))
            oracle.makes(uuid, life: life, disk, underWay: isUnderWay(.make(name), uuid, life))
            begin(.make(name), uuid, life: life)
        case .removeClone(let uuid):
            guard mayOrder, let life = board.beginStart(uuid) else { return }
            oracle.removes(uuid, disk)
            controller.sessions[uuid] = nil
            // One that was never begun has no machine.
            if index(uuid) == nil {
                board.endStart(uuid, life: life, .succeeded, at: controller.next())
                wantsLook = true
            }
            begin(.remove, uuid, life: life)
        case .announceScaling, .announceScaled: break
        }
    }

    private func isUnderWay(_ work: Effect.Work, _ uuid: String, _ life: UInt64) -> Bool {
        let index = index(uuid)
        return effects.contains { $0.index == index && $0.work == work && $0.life == life }
    }

    /// Takes what an instance needs of the host; an order that finds no room stands and is tried again.
    private mutating func takeRoom(_ uuid: String, life: UInt64) -> Bool {
        let host = orderedHost(uuid)
        if let shortage = controller.capacities[host].reserve(
            uuid,
            HistoryController.need,
            leaving: HistoryController.reserve
        ) {
            if controller.board.hold(uuid, life: life, for: shortage) { wantsLook = true }
            // What was taken when it was made is gone as well.
            oracle.givesRoomBack(uuid, host: host)
            return false
        }
        oracle.takesRoom(uuid, host: host)
        return true
    }

    private mutating func give(_ kind: OperationResults.Order.Kind, _ work: Effect.Work, _ uuid: String, again: Double)
    {
        guard controller.board.admit(kind, uuid, again: .seconds(again), now: now) else { return }
        begin(work, uuid, life: 0)
    }

    private mutating func send(_ command: AgentCommand.Kind, _ uuid: String) {
        guard controller.sessions[uuid]?.isConnected == true else { return }
        controller.sessions[uuid]?.mailbox.append(command)
    }

    /// Carries out what is due.
    mutating func runEffects() {
        guard !effects.isEmpty else { return }
        var all = effects
        for index in all.indices where all[index].toldTick <= tick { tell(&all[index]) }
        effects = all.filter { $0.due > tick }
        for effect in all where effect.due <= tick { apply(effect, isHeard: true) }
    }

    /// Carries one effect out; the controller hears of its end or not.
    mutating func apply(_ effect: Effect, isHeard: Bool) {
        let index = effect.index
        let uuid = machines[index].uuid
        switch effect.work {
        case .make, .remove: applyToClone(effect, isHeard: isHeard)
        case .start, .resume, .park:
            let image = machines[index].image?.number
            let result = order(effect)
            guard isHeard else { return }
            if effect.work == .start, result == .succeeded { oracle.heardOfStart(uuid, life: effect.life) }
            if effect.work == .resume(.saved), let image, case .failed = result { oracle.heardOfFailure(image: image) }
            if case .resume = effect.work, result == .succeeded {
                send(.resume, uuid)
            }
            controller.board.endStart(uuid, life: effect.life, result, at: controller.next())
            if effect.work == .start || effect.work == .resume(.saved) {
                let isStarted = controller.board.starts[uuid] == .succeeded
                controller.capacities[machines[index].host].settle(uuid, started: isStarted)
                if !isStarted { oracle.givesRoomBack(uuid, host: machines[index].host) }
            }
        case .destroy(let run):
            guard reaches(effect), run ?? machines[index].run == machines[index].run else { return }
            oracle.stops(machines[index])
            if machines[index].isActive { stop(index) }
            if isHeard { controller.sessions[uuid] = nil }
        case .shutdown:
            guard reaches(effect) else { return }
            // An order that hung since an earlier boot says nothing of what the controller knew of this one.
            if effect.givenAt > machines[index].activeSince { oracle.stops(machines[index]) }
            guard machines[index].power == .running, !machines[index].ignoresShutdown else { return }
            machines[index].shutdownLeft = hasFaults ? random.below(4) : 0
        case .discardImage:
            guard reaches(effect) else { return }
            machines[index].image = nil
        case .probe(let session):
            let passes = effect.fate != .fails && isWell(index)
            if passes { machines[index].passed = (session, machines[index].wakes) }
            endProbe(effect, session: session, passes: passes, isHeard: isHeard)
        case .check:
            let isWell = isWell(index)
            endProbe(effect, session: nil, passes: isWell, isHeard: isHeard)
            // Only bad news makes the controller look at once.
            if isWell { return }
        case .hook(let point):
            guard isHeard else { return }
            let result: FleetObservation.Hook = effect.fate == .fails ? .failed("exit 1") : .passed
            controller.board.endHook(uuid, life: effect.life, point, result)
        }
        if isHeard { wantsLook = true }
    }

    private func isWell(_ index: Int) -> Bool {
        machines[index].power == .running && !isCut(index)
            && machines[index].guest.map { $0.isUp && $0.isWell } ?? false
    }

    private func endProbe(_ effect: Effect, session: UInt64?, passes: Bool, isHeard: Bool) {
        guard isHeard else { return }
        controller.board.endProbe(
            machines[effect.index].uuid,
            life: effect.life,
            session: session,
            failure: passes ? nil : "no answer",
            retryAt: session == nil ? now : now.advanced(by: .seconds(1))
        )
    }

    private func reaches(_ effect: Effect) -> Bool {
        !isSilent(effect.index) && machines[effect.index].isDefined && effect.fate != .fails
            && effect.fate != .lostBefore && effect.fate != .halfway
    }

    /// Gives the hypervisor an order; `nil` when nobody knows what became of it.
    private mutating func order(_ effect: Effect) -> FleetObservation.StartResult? {
        let index = effect.index
        guard !isSilent(index), effect.fate != .lostBefore else { return nil }
        guard machines[index].isDefined else { return .failed("no domain") }
        guard machines[index].clone?.state ?? .ready == .ready || machines[index].isActive else {
            return .failed("not whole")
        }
        guard effect.fate != .fails || machines[index].isActive else { return .failed("refused") }
        let result: FleetObservation.StartResult? =
            switch effect.work {
            case .start: start(effect)
            case .resume(let kind): resume(index, kind)
            case .park(let kind): park(effect, kind)
            default: nil
            }
        return effect.fate == .lostAfter ? nil : result
    }

    private mutating func start(_ effect: Effect) -> FleetObservation.StartResult {
        let index = effect.index
        guard machines[index].power == .off else {
            return machines[index].power == .running ? .succeeded : .failed("already paused")
        }
        if machines[index].startsThatFail > 0 {
            machines[index].startsThatFail -= 1
            return .failed("no bootable device")
        }
        // One that comes long after it was given up, or to a domain that was defined anew meanwhile, is anybody's.
        let isAnother = machines[index].definedAt >= effect.givenAt
        let toldAt = effect.toldAt ?? effect.givenAt
        let isLate = isAnother || toldAt.duration(to: now) > settings.limits.startDeadline
        machines[index].boot(by: isLate ? .unclear : .controller)
        wake(index)
        return .succeeded
    }

    private mutating func resume(_ index: Int, _ kind: StandbyKind) -> FleetObservation.StartResult? {
        if kind == .paused {
            guard machines[index].isActive else { return .failed("not running") }
            guard machines[index].power == .paused else { return .succeeded }
            wake(index)
            note(machines[index].unpause(at: wall))
            return .succeeded
        }
        guard machines[index].power == .off else {
            return machines[index].power == .running ? .succeeded : .failed("already paused")
        }
        guard let image = machines[index].image, !image.isStale else {
            machines[index].boot(by: .controller)
            wake(index)
            return .succeeded
        }
        oracle.resumes(image: image.number)
        guard !machines[index].restoreFails else { return .failed("error while loading state") }
        let stopsHalfWay = machines[index].restoreStopsHalfWay
        wake(index)
        note(machines[index].restore(by: .controller, at: wall, halfWay: stopsHalfWay))
        return stopsHalfWay ? nil : .succeeded
    }

    /// A probe and a report of before tell nothing from now on.
    private mutating func wake(_ index: Int) {
        machines[index].wakes += 1
        machines[index].ranAt = now
        oracle.reportedLag[index] = nil
    }

    private mutating func park(_ effect: Effect, _ kind: StandbyKind) -> FleetObservation.StartResult {
        let index = effect.index
        if machines[index].parksThatFail > 0 {
            machines[index].parksThatFail -= 1
            return .failed("no space left")
        }
        if effect.givenAt > machines[index].activeSince { oracle.parks(machines[index]) }
        guard machines[index].isActive else { return .failed("not running") }
        if kind == .paused {
            machines[index].pause(at: wall)
        } else {
            images += 1
            machines[index].save(as: images, at: wall)
        }
        return .succeeded
    }
}
