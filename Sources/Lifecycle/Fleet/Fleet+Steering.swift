import Autoscaling
import Foundation
import Wire

extension Fleet {
    /// Whether nothing is started, stopped or replaced but what an operator names.
    package var isPaused: Bool { steering.pausedBy != nil }

    /// Does what an operator asks of the whole group.
    package mutating func steer(_ act: SteeringAct, by: String, date: Date) -> FleetStep {
        var step = FleetStep()
        func note(_ kind: ControllerEvent.Kind, _ detail: String) {
            step.events.append(ControllerEvent(kind, at: date, by: by, detail: detail))
        }
        switch act {
        case .pause:
            guard !isPaused else { return step }
            steering.pausedBy = by
            steering.pausedAt = date
            note(.groupPaused, "\(by) paused it: nothing is started, stopped or replaced until it is resumed")
        case .resume:
            guard let name = steering.pausedBy else { return step }
            steering.pausedBy = nil
            steering.pausedAt = nil
            note(.groupResumed, "\(by) resumed it; \(name) had paused it")
        case .hold(let size, let until):
            steering.size = size
            steering.until = until
            steering.by = by
            note(.groupSized, "\(by) holds the size at \(size)" + (until.map { " until \($0.rfc3339)" } ?? ""))
        case .release:
            guard let size = steering.size else { return step }
            steering.release()
            note(.groupReleased, "\(by) released the size of \(size): the rules decide again")
        }
        step.steering = steering
        return step
    }

    /// Releases a size whose time is over.
    mutating func endHold(date: Date, in step: inout FleetStep) {
        guard let until = steering.until, until <= date, let size = steering.size else { return }
        let name = steering.by ?? "somebody"
        steering.release()
        step.steering = steering
        step.events.append(
            ControllerEvent(
                .groupReleased,
                at: date,
                detail: "the time for which \(name) held the size at \(size) is over: the rules decide again"
            )
        )
    }
}
