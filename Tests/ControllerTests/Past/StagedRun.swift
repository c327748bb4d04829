import Autoscaling
import Foundation

@testable import EmbeddedStore
@testable import History
@testable import Lifecycle
@testable import Monitoring
@testable import Persistence
@testable import Reports

/// Runs a test with the report of a staged run, and the state directory that it was made of.
func withReport(second: String = "vm2", _ body: (RunReport, String) async throws -> Void) async throws {
    try await withHistoryFile { path in
        let directory = (path as NSString).deletingLastPathComponent
        try await StagedRun(second: second).write(to: directory)
        let report = try await ReportSource.directory(directory).report(
            group: nil,
            since: .ago(3600),
            until: nil,
            now: Date()
        )
        try await body(report, directory)
    }
}

/// A made-up run with everything that a report shows: vm1 is overloaded, vm2 fails once and then serves, leaves again,
/// and waits in standby.
struct StagedRun {
    static let start: Int64 = 1_800_000_000
    static let length = 420
    /// The name of the second instance, to be chosen by whoever is up to no good.
    var second = "vm2"

    private func state(of instance: Int, at second: Int) -> InstanceState? {
        switch (instance, second) {
        case (1, _): .inService
        case (2, 95..<100): .starting
        case (2, 100..<118), (2, 131..<139): .booting
        case (2, 118..<122): .failed
        case (2, 122..<131): .starting
        case (2, 139..<141): .probing
        case (2, 141..<330): .inService
        case (2, 330..<338): .draining
        case (2, 338..<345): .parking
        case (2, 345...): .standby
        default: nil
        }
    }

    /// What all clients ask for, percent of one instance.
    private func demand(at second: Int) -> Double {
        let wave = 8 * abs(Double(second % 17) - 8) / 8
        return switch second {
        case ..<70: 22 + wave
        case 70..<110: 22 + Double(second - 70) * 3.4 + wave
        case 110..<270: 158 + wave
        case 270..<300: 158 - Double(second - 270) * 4 + wave
        default: 38 + wave
        }
    }

    /// The ticks; nobody looked for a while in the middle.
    var ticks: [TickRecord] {
        (0..<Self.length).compactMap { second in
            guard !(200..<212).contains(second) else { return nil }
            let serving = (1...2).filter { state(of: $0, at: second) == .inService }.count
            let share = demand(at: second) / Double(max(1, serving))
            let instances = (1...2).compactMap { number -> TickRecord.Instance? in
                guard let state = state(of: number, at: second) else { return nil }
                let isServing = state == .inService
                let isUp = isServing || state == .booting || state == .probing || state == .draining
                let host = min(99, isServing ? share + Double(number) : 30)
                return TickRecord.Instance(
                    uuid: "uuid-\(number)",
                    name: number == 1 ? "vm1" : self.second,
                    state: state,
                    host: isUp ? host : nil,
                    guest: isServing ? max(0, host - 4) : nil,
                    steal: isServing ? 1 : nil,
                    utilization: isUp ? host : nil,
                    demand: isServing ? share : nil,
                    requestsPerSecond: isServing ? min(100, share) * 0.9 : nil,
                    p99: isServing ? (share > 95 ? 0.4 : 0.05) : nil,
                    inFlight: isServing ? 3 : nil
                )
            }
            var tick = TickRecord.sample(at: Double(Self.start) + Double(second) + 0.2, instances)
            tick.demand = demand(at: second)
            tick.overloaded = share > 75
            tick.capacity = instances.filter { $0.state == .inService || $0.state.isComing }.count
            tick.desired = tick.capacity
            tick.endpoints = serving
            return tick
        }
    }

    /// The decisions at their ticks.
    var decisions: [(second: Int, decision: Decision)] {
        [
            (0, .sample(.hold, size: 1, text: "every instance in service is at or below 75 %")),
            (
                95,
                .sample(
                    .scaleOut(by: 1),
                    size: 2,
                    text: "all of 1 in service were over 75 % for 3 samples; demand 124 %"
                )
            ),
            (
                96,
                .sample(
                    .hold,
                    size: 2,
                    clamps: [Clamp(.coming, from: 2, to: 1, why: "1 is on its way")],
                    text: "all of 1 in service were over 75 % for 3 samples; 1 is on its way"
                )
            ),
            (330, .sample(.scaleIn(by: 1), size: 1, text: "the demand of 40 % fits one instance for 30 s")),
        ]
    }

    /// The events, with the name of the group.
    var events: [ControllerEvent] {
        let all: [(Double, ControllerEvent.Kind, String?, String)] = [
            (0, .controllerStarted, nil, "version 0"),
            (0.1, .instanceAdopted, "vm1", "the domain runs already; it joins when its agent registers"),
            (0.4, .agentRegistered, "vm1", "registered"), (1.2, .instanceProbed, "vm1", "probed"),
            (1.21, .endpointsChanged, nil, "clients are told: vm1"),
            (92, .overload, nil, "every instance is over 75 %"),
            (95.2, .scaleOutDecided, nil, "all of 1 in service were over 75 % for 3 samples; demand 124 %"),
            (95.2, .instanceStarting, second, "scale out"), (100.1, .instanceStarted, second, "the domain runs"),
            (118.3, .instanceFailed, second, "the domain stopped <b>while</b> it booted & nobody knows why"),
            (122.0, .instanceStarting, second, "attempt 2 of 3"), (131.4, .instanceStarted, second, "the domain runs"),
            (139.2, .agentRegistered, second, "registered"), (141.3, .instanceProbed, second, "probed"),
            (141.32, .endpointsChanged, nil, "clients are told: vm1, \(second)"),
            (330.2, .scaleInDecided, nil, "the demand of 40 % fits one instance for 30 s"),
            (330.2, .instanceDraining, second, "scale in: the demand of 40 % fits one instance"),
            (330.21, .endpointsChanged, nil, "clients are told: vm1"), (338.0, .instanceDrained, second, "done"),
            (345.1, .standbyReady, second, "paused"),
        ]
        return all.map { second, kind, instance, detail in
            var event = ControllerEvent(
                kind,
                at: Date(timeIntervalSince1970: Double(Self.start) + second),
                instance: instance,
                detail: detail
            )
            event.group = kind == .controllerStarted ? nil : "default"
            return event
        }
    }

    /// Writes history and ledger into a state directory.
    func write(to directory: String) async throws {
        let place = try StateDirectory(path: directory)
        var keeper = try await Keeper("\(place.path)/\(HistoryStore.fileName)")
        for tick in ticks {
            let second = Int(tick.at.timeIntervalSince1970) - Int(Self.start)
            keeper.add(tick, decisions.last { $0.second <= second }?.decision)
        }
        try await keeper.write(at: Self.start + Int64(Self.length) + 1)
        try await place.store().commit(StoreChange(events: events))
    }
}
