import Autoscaling
import Foundation

@testable import Lifecycle

extension CrashScenario {
    static let paused = StandbyPolicy(paused: 1, refresh: .seconds(100_000))
    static let saved = StandbyPolicy(saved: 1, refresh: .seconds(100_000))

    /// Courses that together pass through every change of state that a fleet can write down.
    static let all: [CrashScenario] =
        [
            CrashScenario(
                testDescription: "a cold scale out",
                count: 2,
                script: [4: { run in run.reload { $0.policy.min = 2 } }]
            ),
            CrashScenario(
                testDescription: "a start that fails, is tried again, and is quarantined",
                prepare: { $0.machines[0].startsThatFail = 2 }
            ),
            CrashScenario(
                testDescription: "a guest that never boots at first",
                prepare: { $0.machines[0].bootTicks = nil },
                script: [9: { $0.machines[0].bootTicks = 1 }]
            ),
            CrashScenario(
                testDescription: "a guest that fails its probe at first",
                prepare: { $0.machines[0].isSick = true },
                script: [8: { $0.machines[0].isSick = false }]
            ),
            CrashScenario(
                testDescription: "an agent that leaves while it is probed",
                prepare: { $0.machines[0].isSick = true },
                script: [
                    5: { run in
                        run.controller.sessions["vm1"]?.isConnected = false
                        run.machines[0].guest?.reconnectIn = 1
                        run.machines[0].guest?.session = 0
                    },
                    6: { run in
                        run.machines[0].isSick = false
                        run.machines[0].guest?.isWell = true
                    },
                ]
            ),
            CrashScenario(testDescription: "a standby that is paused", count: 2, standby: paused),
            CrashScenario(testDescription: "a standby that is saved", count: 2, standby: saved),
            CrashScenario(
                testDescription: "a scale out from a paused one",
                count: 2,
                standby: paused,
                script: [16: { run in run.reload { $0.policy.min = 2 } }]
            ),
            CrashScenario(
                testDescription: "a scale out from a saved one",
                count: 2,
                standby: saved,
                script: [16: { run in run.reload { $0.policy.min = 2 } }]
            ),
            CrashScenario(
                testDescription: "a restore that fails",
                count: 2,
                standby: saved,
                prepare: { $0.machines[1].restoreFails = true },
                script: [16: { run in run.reload { $0.policy.min = 2 } }]
            ),
            CrashScenario(
                testDescription: "a refresh of the pool",
                count: 2,
                standby: StandbyPolicy(paused: 1, refresh: .seconds(12)),
                script: [
                    28: { run in run.reload { $0.settings.standby.refresh = .seconds(100_000) } }
                ]
            ),
            CrashScenario(
                testDescription: "a scale in to standby",
                count: 2,
                script: [
                    1: { run in
                        run.demand = 100
                        run.reload { $0.policy.rules = [.targetTracking(TargetTracking(target: 60))] }
                    },
                    14: { run in
                        run.demand = 20
                        run.reload { $0.settings.standby = paused }
                    },
                ]
            ),
        ] + leaving + troubled + cloning + steered
}
