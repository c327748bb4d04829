import Foundation
import Testing

@testable import Lifecycle

@Suite("A kill at every change that is written down")
struct CrashEnumerationTests {
    /// What a fleet can write down: each needs a scenario.
    static let known: [InstanceState: Set<InstanceState>] = [
        .off: [.starting, .booting],
        .starting: [.booting, .failed],
        .booting: [.probing, .failed, .off],
        .probing: [.inService, .parking, .failed, .booting, .off],
        .inService: [.off, .unhealthy, .draining],
        .draining: [.off, .stopping, .parking],
        .stopping: [.off],
        .parking: [.standby, .failed],
        .standby: [.resuming, .stopping, .booting, .off],
        .resuming: [.probing, .failed],
        .unhealthy: [.off, .inService, .failed],
        .failed: [.off, .booting, .starting, .quarantined],
        .quarantined: [.off, .booting],
    ]

    /// What is written down of clones alone. None that leaves is ever kept as a reserve.
    static let ofClones: [InstanceState: Set<InstanceState>] = [
        .creating: [.starting, .removing],
        .failed: [.removing],
        .draining: [.removing],
        .stopping: [.removing],
    ]

    private static func next(_ state: InstanceState, isClone: Bool) -> Set<InstanceState> {
        let all = known[state] ?? []
        guard isClone else { return all }
        return all.subtracting(state == .draining || state == .stopping ? [.off] : []).union(ofClones[state] ?? [])
    }

    /// Whether a change is known, or two known ones in one look.
    static func isKnown(_ change: HistoryOracle.Transition) -> Bool {
        let next = next(change.from, isClone: change.isClone)
        return next.contains(change.to)
            || next.contains { Self.next($0, isClone: change.isClone).contains(change.to) }
    }

    @Test("killed before it is written, before its effect, after its effect", arguments: CrashScenario.all)
    func killed(scenario: CrashScenario) throws {
        let (calm, end) = scenario.play(nil)
        #expect(calm.oracle.broken.isEmpty, "\(calm.oracle.broken.prefix(1))")
        let wanted = try #require(end, "\(calm.unsettled ?? "never settles")")
        #expect(calm.commits > 3)
        for commit in 1...calm.commits {
            for how in [HistoryRun.Kill.beforeCommit, .afterCommit, .afterEffects] {
                let (run, end) = scenario.play((commit, how))
                #expect(run.restarts == 1, "\(commit) \(how): never killed")
                #expect(run.oracle.broken.isEmpty, "\(commit) \(how): \(run.oracle.broken.prefix(1))")
                #expect(end == wanted, "\(commit) \(how): \(run.unsettled ?? "settled otherwise")")
            }
        }
    }

    @Test("the scenarios pass through every change that a fleet writes down")
    func complete() {
        let states = Set(Self.known.keys).union(Self.ofClones.keys).union(Self.ofClones.values.joined())
        #expect(states == Set(InstanceState.allCases), "a state without a course")
        var seen: Set<HistoryOracle.Transition> = []
        for scenario in CrashScenario.all { seen.formUnion(scenario.play(nil).run.oracle.transitions) }
        for (from, states) in Self.known {
            for to in states {
                #expect(seen.contains(HistoryOracle.Transition(from: from, to: to)), "no scenario: \(from) -> \(to)")
            }
        }
        for (from, states) in Self.ofClones {
            for to in states {
                let change = HistoryOracle.Transition(from: from, to: to, isClone: true)
                #expect(seen.contains(change), "no scenario of a clone: \(from) -> \(to)")
            }
        }
        let unknown = seen.filter { !Self.isKnown($0) }.map { "\($0.from) -> \($0.to)" }
        #expect(unknown == [])
    }
}
