import Foundation
import Ownership
import Wire

@testable import Lifecycle

/// Judges a history of several controllers by what must hold whatever happens: it sees hosts, machines and the store as they
/// really are.
struct ClusterOracle {
    /// What must hold.
    enum Property: String, CaseIterable {
        case exclusive = "no call of an earlier owner takes effect after a later owner has acted"
        case twoHosts = "a domain is started on the host that has it, and on no other"
        case startTwice = "one order starts once, by one owner"
        case maximum = "never more are started than may be"
        case owner = "every commit is by the owner of that moment"
        case revision = "the revision of the stored endpoint set only grows"
        case kept = "nobody is withdrawn because the owner changed"
        case replaced = "a killed owner is replaced within its lease and 2 s"
        case settled = "once faults end there is one owner, and the group is as it should be"
        case determinism = "the same seed gives the same history"
    }

    private(set) var broken: [(property: Property, text: String)] = []
    /// The owner that acted last, by its ownership key.
    private(set) var lastActed: Int64 = 0
    /// Who last booted each machine, by which order.
    private var boots: [String: (order: Int, epoch: Int64)] = [:]
    /// A killed owner that is to be replaced, and until when.
    private(set) var vacancy: (epoch: Int64, until: Int64)?

    mutating func fail(_ property: Property, _ text: String) { broken.append((property, text)) }

    /// Something of that owner takes effect.
    mutating func acts(_ epoch: Int64, _ what: @autoclosure () -> String) {
        if epoch < lastActed { fail(.exclusive, "\(what()) of ownership \(epoch), and \(lastActed) has acted") }
        lastActed = max(lastActed, epoch)
    }

    /// libvirtd takes a start.
    mutating func takes(_ call: ClusterCall, _ machine: HistoryMachine, row: Instance?, order: Int) {
        guard machine.power == .off else { return }
        if row?.state != .starting || order != call.order {
            let what = row.map { "is \($0.state), order \(order)" } ?? "has no row"
            fail(.startTwice, "\(machine.uuid) is started by order \(call.order), and \(what)")
        }
    }

    /// A machine begins to run by an order.
    mutating func boots(_ call: ClusterCall, _ machines: [HistoryMachine], most: Int) {
        let machine = machines[call.machine]
        if call.host != machine.host {
            fail(.twoHosts, "\(machine.uuid) is on h\(machine.host), and started on h\(call.host)")
        }
        if let last = boots[machine.uuid], last.order == call.order, last.epoch > call.fence.createRevision {
            fail(.startTwice, "\(machine.uuid), by order \(call.order) of a later and an earlier owner")
        }
        boots[machine.uuid] = (call.order, call.fence.createRevision)
        let count = machines.count(where: \.isActive) + 1
        if count > most { fail(.maximum, "\(count) of \(most) are started with \(machine.uuid)") }
    }

    /// The store carries out a commit.
    mutating func commits(_ epoch: Int64, owner: Int64?, _ set: EndpointSet?, stored: EndpointSet) {
        if owner != epoch {
            fail(.owner, "ownership \(epoch) writes, the owner is \(owner.map(String.init) ?? "nobody")")
        }
        guard let set, set != stored else { return }
        if set.revision <= stored.revision { fail(.revision, "\(set.revision) after \(stored.revision)") }
    }

    /// The owner is killed, and the others are well.
    mutating func killed(_ epoch: Int64, replacedBy until: Int64) { vacancy = (epoch, until) }

    /// Somebody else is disturbed: nothing can be asked of them.
    mutating func disturbed() { vacancy = nil }

    mutating func begins(_ epoch: Int64) { if let vacancy, epoch > vacancy.epoch { self.vacancy = nil } }

    /// Time has passed.
    mutating func look(_ now: Int64) {
        guard let vacancy, now > vacancy.until else { return }
        fail(.replaced, "nobody took the place of ownership \(vacancy.epoch) by \(Double(vacancy.until) / 1e9) s")
        self.vacancy = nil
    }
}
