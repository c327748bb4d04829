import Autoscaling
import Foundation

@testable import Lifecycle

extension CrashScenario {
    /// What operators ask of the whole group.
    static let steered: [CrashScenario] = [
        CrashScenario(
            testDescription: "a group that is paused does not grow",
            count: 2,
            script: [6: { $0.recommendation = .pause }, 12: { run in run.reload { $0.policy.min = 2 } }]
        ),
        CrashScenario(
            testDescription: "a group that is resumed grows again",
            count: 2,
            script: [
                6: { $0.recommendation = .pause }, 12: { run in run.reload { $0.policy.min = 2 } },
                20: { $0.recommendation = .resume },
            ]
        ),
        CrashScenario(
            testDescription: "a size that is held",
            count: 3,
            script: [6: { $0.recommendation = .hold(3, until: nil) }]
        ),
        CrashScenario(
            testDescription: "a size that is held and made smaller",
            count: 3,
            script: [6: { $0.recommendation = .hold(3, until: nil) }, 24: { $0.recommendation = .hold(1, until: nil) }]
        ),
        CrashScenario(
            testDescription: "a size that ends by itself",
            count: 2,
            script: [
                6: { $0.recommendation = .hold(2, until: $0.date.addingTimeInterval(15)) }, 30: { _ in },
            ]
        ),
    ]
}

extension HistoryRun {
    /// The operator sees that it did not come through, and asks again.
    mutating func askAgain() {
        guard let recommendation else { return }
        let isDone =
            switch recommendation {
            case .pause: disk.steering.pausedBy != nil
            case .resume: disk.steering.pausedBy == nil
            case .hold(let size, _): disk.steering.size == size
            case .release: disk.steering.size == nil
            }
        if isDone { self.recommendation = nil } else { commands.append(.steer(recommendation)) }
    }
}
