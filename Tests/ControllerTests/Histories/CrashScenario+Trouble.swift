import Autoscaling
import Foundation

@testable import Lifecycle

extension CrashScenario {
    /// How instances leave.
    static let leaving: [CrashScenario] = [
        CrashScenario(testDescription: "a scale in to off", count: 2, script: twoThenOne),
        CrashScenario(
            testDescription: "a guest that does not shut down",
            count: 2,
            prepare: {
                $0.machines[0].ignoresShutdown = true; $0.machines[1].ignoresShutdown = true
            },
            script: twoThenOne
        ),
        CrashScenario(
            testDescription: "one that is stopped by hand while it drains",
            count: 2,
            script: twoThenOne.merging([
                13: { run in
                    for index in run.machines.indices where run.state(index) == .draining { run.stop(index) }
                }
            ]) { $1 }
        ),
        CrashScenario(
            testDescription: "a pool that becomes too large",
            count: 2,
            standby: paused,
            script: [16: { run in run.reload { $0.settings.standby = StandbyPolicy() } }]
        ),
        CrashScenario(
            testDescription: "a pool that is taken away while it fails",
            count: 2,
            standby: paused,
            prepare: { $0.machines[1].bootTicks = nil },
            script: [8: { run in run.reload { $0.settings.standby = StandbyPolicy() } }]
        ),
    ]

    /// Two serve; later only one may.
    static let twoThenOne: [Int: @Sendable (inout HistoryRun) -> Void] = [
        1: { run in run.reload { $0.policy.min = 2 } },
        10: { run in run.reload { ($0.policy.min, $0.policy.max) = (1, 1) } },
    ]

    /// What fails, and what people do.
    static let troubled: [CrashScenario] = [
        CrashScenario(
            testDescription: "an unhealthy one that is replaced",
            script: [8: { $0.sicken(0) }, 20: { $0.machines[0].isSick = false }]
        ),
        CrashScenario(
            testDescription: "an unhealthy one that comes back",
            script: [8: { $0.sicken(0) }, 12: { $0.heal(0) }]
        ),
        CrashScenario(
            testDescription: "an unhealthy one that stops",
            script: [8: { $0.sicken(0) }, 12: { $0.stop(0) }, 14: { $0.machines[0].isSick = false }]
        ),
        CrashScenario(testDescription: "one in service that stops", script: [8: { $0.stop(0) }]),
        CrashScenario(
            testDescription: "one that somebody started, and stops while it boots",
            count: 2,
            prepare: { $0.machines[1].bootTicks = nil },
            script: [6: { $0.startByHand(1) }, 9: { $0.stop(1) }]
        ),
        CrashScenario(
            testDescription: "one that somebody started, and stops while it is probed",
            count: 2,
            prepare: { $0.machines[1].isSick = true },
            script: [6: { $0.startByHand(1) }, 11: { $0.stop(1) }]
        ),
        CrashScenario(
            testDescription: "one that somebody started and that serves",
            count: 2,
            script: [6: { $0.startByHand(1) }]
        ),
        CrashScenario(
            testDescription: "one that somebody starts in quarantine",
            prepare: { $0.machines[0].startsThatFail = 2 },
            whenever: { if $0.state(0) == .quarantined { $0.startByHand(0) } },
            comparesOwners: false
        ),
        CrashScenario(
            testDescription: "one that somebody starts while the breaker is open",
            prepare: { $0.machines[0].startsThatFail = 3 },
            whenever: { if $0.state(0) == .failed { $0.startByHand(0) } },
            comparesOwners: false
        ),
        CrashScenario(
            testDescription: "one that cannot be parked",
            count: 2,
            standby: saved,
            prepare: { $0.machines[1].parksThatFail = 1 }
        ),
        CrashScenario(
            testDescription: "a standby that somebody wakes",
            count: 2,
            standby: paused,
            // After a kill it is woken once by the controller: he comes when it sleeps again.
            script: [32: { $0.unpause(1) }]
        ),
        CrashScenario(
            testDescription: "a standby that somebody destroys when it is not wanted any more",
            count: 2,
            standby: paused,
            script: [
                16: { run in
                    run.stop(1)
                    run.reload { $0.settings.standby = StandbyPolicy() }
                }
            ]
        ),
        CrashScenario(
            testDescription: "a standby that somebody destroys",
            count: 2,
            standby: paused,
            script: [16: { $0.stop(1) }]
        ),
    ]
}

extension HistoryRun {
    func state(_ index: Int) -> InstanceState? { controller.fleet.instances[machines[index].uuid]?.state }

    fileprivate mutating func sicken(_ index: Int) {
        machines[index].isSick = true
        machines[index].guest?.isWell = false
    }

    fileprivate mutating func heal(_ index: Int) {
        machines[index].isSick = false
        machines[index].guest?.isWell = true
    }
}
