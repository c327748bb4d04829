import Autoscaling
import Foundation

@testable import Lifecycle
@testable import Orchestration

/// What the controller sees, and how it carries out what the engine decided.
extension HistoryController {
    /// Looks at several hosts.
    ///
    /// - Parameter answers: Whether libvirt on a host answers.
    /// - Returns: The hosts that answered, each with the domains that are active there.
    mutating func look(
        at hosts: [HistoryHost],
        _ machines: [HistoryMachine],
        answers: (HistoryHost) -> Bool
    ) -> [(host: HistoryHost, active: Set<String>)] {
        var view: [FleetObservation.Domain] = []
        var seen: [(host: HistoryHost, active: Set<String>)] = []
        var facts: [HostFacts] = []
        takenNames = []
        for host in hosts {
            let answers = answers(host)
            let mine = machines.filter { $0.host == host.number && $0.isDefined }
            // What a silent host had is known from its last answer.
            takenNames.formUnion(mine.map(\.name))
            if answers {
                view += mine.map { $0.seen(on: host.name) }
                if let copy = host.copy, let machine = machines.first(where: { $0.uuid == copy }), machine.isDefined {
                    var domain = machine.seen(on: host.name)
                    (domain.isRunning, domain.isActive, domain.run, domain.hasSavedImage) = (false, false, nil, false)
                    view.append(domain)
                }
                let active = Set(mine.filter(\.isActive).map(\.uuid))
                measure(host.number, active: active, units: host.units)
                seen.append((host, active))
            }
            facts.append(
                HostFacts(
                    name: host.name,
                    answers: answers,
                    isCordoned: host.isCordoned,
                    isEvacuating: host.isEvacuating,
                    isStarved: host.isStarved
                )
            )
        }
        self.hosts = facts
        self.view = facts.contains(where: \.answers) ? view : nil
        viewedAt = next()
        return seen
    }

    /// Has the fleet carry out what the engine decided; `nil` when that is nothing.
    mutating func obey(_ decision: Decision, _ observation: FleetObservation, now: MonotonicInstant, date: Date)
        -> FleetStep?
    {
        switch decision.order {
        case .scaleOut(let count): return fleet.scaleOut(by: count, reason: decision.reason, now: now, date: date)
        case .scaleIn(let count):
            let work = observation.agents.compactMapValues { $0.work?.pending }
            return fleet.scaleIn(by: count, work: work, reason: decision.reason, now: now, date: date)
        case .hold: return nil
        }
    }
}

extension HistoryMachine {
    /// What a hypervisor shows of it.
    ///
    /// - Parameter host: The name of the host; empty where there is one that nobody named.
    func seen(on host: String) -> FleetObservation.Domain {
        var domain = FleetObservation.Domain(
            uuid: uuid,
            name: name,
            isRunning: power == .running,
            isActive: isActive,
            run: isActive ? run : nil,
            hasSavedImage: image != nil,
            cloneState: clone?.state,
            memory: 1 << 30,
            vCPUs: 1
        )
        domain.host = host
        return domain
    }
}
