import Autoscaling
import Foundation

@testable import Lifecycle

extension CrashScenario {
    /// How clones come and go.
    static let cloning: [CrashScenario] = [
        CrashScenario(
            testDescription: "a clone that is made and, scaled in, removed",
            count: 0,
            isCloning: true,
            script: twoThenOne
        ),
        CrashScenario(
            testDescription: "a clone that stops by itself while it drains",
            count: 0,
            isCloning: true,
            script: twoThenOne,
            whenever: { run in
                for index in run.machines.indices where run.state(index) == .draining { run.stop(index) }
            }
        ),
        CrashScenario(
            testDescription: "clones that cannot be made at first",
            count: 0,
            isCloning: true,
            prepare: { $0.poolFull = 8 }
        ),
        CrashScenario(
            testDescription: "a clone that cannot be removed at first",
            count: 0,
            isCloning: true,
            script: twoThenOne.merging([11: { $0.removalsFail = 12 }]) { $1 }
        ),
        CrashScenario(
            testDescription: "clones whose guests never boot at first",
            count: 0,
            isCloning: true,
            prepare: { $0.cloneBootTicks = nil },
            script: [20: { $0.cloneBootTicks = 1 }]
        ),
        CrashScenario(
            testDescription: "a template that is gone from the configuration while a clone is made",
            count: 1,
            isCloning: true,
            script: [
                5: { run in
                    run.poolFull = 4
                    run.reload { $0.policy.min = 2 }
                },
                6: { run in
                    run.reload {
                        $0.policy.min = 1
                        $0.settings.template = nil
                    }
                },
            ]
        ),
    ]
}
