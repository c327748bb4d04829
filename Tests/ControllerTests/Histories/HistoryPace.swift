import Autoscaling
import Foundation

@testable import Lifecycle

/// Watches the engine's orders in time: windows in both directions, and the lower bound.
struct HistoryPace {
    /// Observed time, as the engine's: nothing passes in a jump, nor while nothing is decided.
    private var time = Duration.zero
    private var lastDecision: MonotonicInstant?
    /// Since when the present engine observes.
    private var observedSince = Duration.zero
    private var lastOut: Duration?
    private var lastIn: Duration?
    /// Since when fewer than the lower bound serve although a start is possible and none is ordered.
    private var belowSince: Duration?

    mutating func restarted() {
        observedSince = time
        lastDecision = nil
        belowSince = nil
    }

    mutating func configured() { belowSince = nil }

    mutating func skipped() { belowSince = nil }

    /// One begins to come, by an order, by hand, or back after a loss: the time begins anew, for each may take its own.
    mutating func begins() { belowSince = nil }

    mutating func judge(
        _ decision: Decision,
        _ fleet: Fleet,
        _ policy: GroupPolicy,
        interval: Duration,
        limits: LifecycleLimits,
        now: MonotonicInstant
    ) -> [(HistoryOracle.Property, String)] {
        if let lastDecision { time += min(max(.zero, lastDecision.duration(to: now)), interval * 3) }
        lastDecision = now
        var findings: [(HistoryOracle.Property, String)] = []
        let seen = decision.observation
        if seen.steering?.pausedBy != nil {
            if decision.order != .hold { findings.append((.steering, "\(decision.order) while it is paused")) }
            belowSince = nil
            return findings
        }
        let isHeld = seen.steering?.size != nil
        let serving = seen.inService.count
        let room = min(seen.reserve, policy.max - seen.counted, seen.hostRoom ?? .max)
        let startable = seen.standby + (fleet.breaker.isOpen(at: now) ? 0 : max(0, room))
        var ordered = 0
        switch decision.order {
        case .scaleOut(let count):
            ordered = count
            if decision.desired > policy.min, !isHeld {
                if let lastIn, time - lastIn < policy.scaleOut.window { findings.append((.opposite, "out after in")) }
            }
            lastOut = time
        case .scaleIn(let count):
            ordered = -count
            if serving - count < policy.min { findings.append((.minimum, "a scale in to \(serving - count)")) }
            if decision.desired < policy.max, !isHeld {
                if let lastOut, time - lastOut < policy.scaleIn.window { findings.append((.opposite, "in after out")) }
                if time - observedSince < policy.scaleIn.window {
                    findings.append((.opposite, "in by a window that is not covered"))
                }
            }
            lastIn = time
        case .hold: break
        }
        let missing = min(policy.min - decision.capacity, startable)
        if missing > max(0, ordered) { findings.append((.minimum, "\(missing) are missing, ordered \(ordered)")) }
        if serving < policy.min, startable > 0, ordered <= 0 {
            let since = belowSince ?? time
            belowSince = since
            // One that fails at its deadline counts no longer than it takes to destroy it; the next attempt begins anew.
            if time - since > limits.startDeadline + limits.destroyGrace + interval * 3 {
                findings.append((.minimum, "\(serving) serve for \(time - since)"))
            }
        } else {
            belowSince = nil
        }
        return findings
    }
}
