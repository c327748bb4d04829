import Autoscaling
import Foundation

@testable import Lifecycle

/// Configurations that histories are played with: deadlines of seconds, so that each passes within a short history.
enum GeneratedGroup {
    static func policy(_ random: inout HistoryRandom, count: Int) -> GroupPolicy {
        let min = random.within(1...max(1, count - 1))
        var rules: [ScalingRule] = [.targetTracking(TargetTracking(target: 60))]
        if random.once(in: 2) { rules = [.threshold(ThresholdPolicy(threshold: 75, samples: random.within(1...3)))] }
        if random.once(in: 4) {
            rules.append(.metric(MetricTarget(.inFlight, perInstance: Double(random.within(1...4)))))
        }
        return GroupPolicy(
            min: min,
            max: Swift.min(min + random.below(4), count + 1),
            rules: rules,
            scaleOut: DirectionLimits(window: .seconds(random.once(in: 3) ? random.within(1...3) : 0)),
            scaleIn: DirectionLimits(window: .seconds(random.below(6))),
            onGap: GapRule.allCases[random.below(3)],
            mode: random.once(in: 20) ? .off : .on
        )
    }

    static func settings(_ random: inout HistoryRandom, _ policy: GroupPolicy) -> FleetSettings {
        var hooks: Set<HookPoint> = []
        if random.once(in: 6) { hooks.insert(.beforeInService) }
        if random.once(in: 6) { hooks.insert(.afterDraining) }
        var settings = FleetSettings(
            limits: LifecycleLimits(
                startDeadline: .seconds(10),
                resumeDeadline: .seconds(6),
                destroyGrace: .seconds(2),
                parkDeadline: .seconds(6),
                quarantine: .seconds(20),
                adoptionGrace: .seconds(3),
                replaceAfter: .seconds(4),
                refreshHold: .seconds(1),
                removalRetry: .seconds(3)
            ),
            standby: standby(&random),
            drain: DrainPolicy(timeout: .seconds(7), stopTimeout: .seconds(4), lease: .seconds(2)),
            hooks: hooks,
            maximum: policy.max
        )
        if random.once(in: 4) { settings.template = template }
        return settings
    }

    /// Settings of a group that several controllers share: domains that are there, without a warm pool, and the usual time
    /// for agents to come to another owner.
    static func clustered(_ random: inout HistoryRandom, _ policy: GroupPolicy) -> FleetSettings {
        var settings = settings(&random, policy)
        settings.limits.startDeadline = .seconds(20)
        settings.limits.adoptionGrace = LifecycleLimits().adoptionGrace
        settings.standby = StandbyPolicy()
        settings.template = nil
        settings.hooks = []
        settings.hostLostAfter = .seconds(random.once(in: 4) ? 8 : 60)
        return settings
    }

    private static let template = TemplateConfiguration(source: .domain("base"), name: "fib-{n}")

    private static func standby(_ random: inout HistoryRandom) -> StandbyPolicy {
        guard !random.once(in: 3) else { return StandbyPolicy() }
        let refresh = Duration.seconds(random.once(in: 2) ? 8 : 3600)
        return StandbyPolicy(paused: random.below(2), saved: random.below(2), refresh: refresh)
    }

    /// What a new configuration may change.
    static func change(_ settings: inout FleetSettings, _ policy: inout GroupPolicy, _ random: inout HistoryRandom) {
        switch random.below(settings.template == nil ? 3 : 4) {
        case 3: settings.template = nil
        case 0:
            policy.max = random.within(1...6)
            policy.min = min(policy.min, policy.max)
        case 1: policy.min = random.within(1...max(1, min(policy.max, 5)))
        default: settings.standby = standby(&random)
        }
        settings.maximum = policy.max
    }
}
