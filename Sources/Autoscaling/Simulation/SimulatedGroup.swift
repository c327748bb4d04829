/// The instances of a simulation and the work in them.
struct SimulatedGroup {
    /// One instance.
    struct Instance {
        var id: String
        var since: MonotonicInstant
        var queue = 0.0
        var isDraining = false
        var busy = 0.0
        var done = 0.0
        var refused = 0.0
        /// Percent of the second in which work waited.
        var waited = 0.0
        var sample: GuestSample?
        var earlier: GuestSample?
    }

    /// What happened within a second.
    struct Second {
        var late = 0.0
        var refused = 0.0
        /// Percent of the capacity in service that arrivals and waiting work needed.
        var need = 0.0
    }

    /// Parts of a second in which work flows.
    private static let parts = 4

    let model: ServiceModel
    private(set) var instances: [Instance] = []
    /// When each instance on its way comes into service.
    private var coming: [MonotonicInstant] = []
    private var standby: Int
    /// When each empty place in standby is filled again.
    private var refills: [MonotonicInstant] = []
    private var number = 0
    private var lastInService: MonotonicInstant?

    init(model: ServiceModel, size: Int, now: MonotonicInstant) {
        self.model = model
        standby = model.standby
        for _ in 0..<size { enter(now) }
    }

    var serving: Int { instances.count { !$0.isDraining } }
    /// Instances that run and are paid for; those in standby apart.
    var running: Int { instances.count + coming.count }
    var held: Int { standby + refills.count }
    var comingCount: Int { coming.count }
    var queued: Double { instances.reduce(0) { $0 + $1.queue } }

    private mutating func enter(_ now: MonotonicInstant) {
        number += 1
        lastInService = now
        instances.append(Instance(id: "i\(number)", since: now))
    }

    /// Lets one second pass.
    mutating func pass(arrivals: Double, now: MonotonicInstant) -> Second {
        for moment in coming where moment <= now { enter(moment) }
        coming.removeAll { $0 <= now }
        standby += refills.count { $0 <= now }
        refills.removeAll { $0 <= now }
        var second = Second()
        let serving = serving
        let waiting = instances.reduce(0) { $0 + ($1.isDraining ? 0 : $1.queue) }
        second.need = (arrivals + waiting) / max(model.rate * Double(serving), 1e-9) * 100
        if serving == 0 {
            second.refused = arrivals
        }
        for index in instances.indices {
            instances[index].busy = 0
            instances[index].done = 0
            instances[index].refused = 0
            instances[index].waited = 0
            let share = instances[index].isDraining ? 0 : arrivals / Double(max(1, serving)) / Double(Self.parts)
            for _ in 0..<Self.parts { flow(share, into: &instances[index], &second) }
        }
        let emptied = instances.count { $0.isDraining && $0.queue <= 0 }
        instances.removeAll { $0.isDraining && $0.queue <= 0 }
        // What is done goes back to standby while standby has room.
        let back = min(emptied, max(0, model.standby - held))
        standby += back
        return second
    }

    private func flow(_ arriving: Double, into instance: inout Instance, _ second: inout Second) {
        let capacity = model.rate / Double(Self.parts)
        if instance.queue / model.rate > model.lateAfter { second.late += arriving }
        let there = instance.queue + arriving
        let done = min(there, capacity)
        let left = there - done
        let refused = max(0, left - Double(model.queueLimit))
        instance.queue = left - refused
        instance.done += done
        instance.busy += done / capacity / Double(Self.parts) * 100
        instance.refused += refused
        if instance.queue > 0 { instance.waited += 100 / Double(Self.parts) }
        second.refused += refused
    }

    /// What the controller would observe at the end of the second. Memory is not part of the model.
    mutating func observe(now: MonotonicInstant) -> GroupObservation {
        var loads: [LoadEstimate] = []
        loads.reserveCapacity(instances.count)
        for index in instances.indices {
            let instance = instances[index]
            let sample = GuestSample(
                at: now,
                busy: instance.busy,
                steal: 0,
                queued: Int(instance.queue),
                serviceTime: model.serviceTime,
                vCPUs: model.vCPUs,
                inFlight: instance.busy > 0 ? model.vCPUs : 0,
                requestsPerSecond: instance.done,
                refusedPerSecond: instance.refused,
                latencyP99: instance.done > 0 ? instance.queue / model.rate + model.serviceTime : nil,
                pressure: instance.waited
            )
            instances[index].earlier = instance.sample
            instances[index].sample = sample
            guard !instance.isDraining else { continue }
            loads.append(
                LoadEstimate(
                    id: instance.id,
                    host: HostSample(at: now, utilization: instance.busy, steal: 0),
                    guest: sample,
                    earlier: instance.sample,
                    interval: .seconds(1),
                    inServiceSince: instance.since,
                    now: now
                )
            )
        }
        return GroupObservation(
            inService: loads,
            coming: coming.count,
            draining: instances.count - loads.count,
            standby: standby,
            reserve: max(0, model.max - running - held),
            counted: running + held,
            lastInService: lastInService
        )
    }

    /// Carries an order out: standby first; the victims are those with the least work.
    mutating func apply(_ order: Decision.Order, now: MonotonicInstant) {
        switch order {
        case .hold: break
        case .scaleOut(let count):
            for _ in 0..<min(count, max(0, model.max - running)) {
                if standby > 0 {
                    standby -= 1
                    coming.append(now.advanced(by: .seconds(model.resumeSeconds)))
                    refills.append(now.advanced(by: .seconds(model.bootSeconds)))
                } else {
                    coming.append(now.advanced(by: .seconds(model.bootSeconds)))
                }
            }
        case .scaleIn(let count): drain(count)
        }
    }

    private mutating func drain(_ count: Int) {
        let candidates = instances.filter { !$0.isDraining }.map { instance in
            VictimSelection.Candidate(
                id: instance.id,
                name: instance.id,
                work: Int(instance.queue),
                inServiceSince: instance.since
            )
        }
        // Another system may take those that are still coming first.
        let victims = VictimSelection.order(candidates).prefix(max(0, min(count, candidates.count - 1))).map(\.id)
        for index in instances.indices where victims.contains(instances[index].id) {
            instances[index].isDraining = true
        }
    }
}
