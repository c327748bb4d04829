import Autoscaling
import Foundation
import Testing
import Wire

@testable import Lifecycle

/// A scripted course of events that leads a group through some of the changes that are written down.
struct CrashScenario: Sendable, CustomTestStringConvertible {
    let testDescription: String
    /// The number of domains.
    var count = 1
    var standby = StandbyPolicy()
    /// Whether clones are made.
    var isCloning = false
    /// What is so from the beginning.
    var prepare: @Sendable (inout HistoryRun) -> Void = { _ in }
    /// What happens at which tick.
    var script: [Int: @Sendable (inout HistoryRun) -> Void] = [:]
    /// What happens before each tick.
    var whenever: @Sendable (inout HistoryRun) -> Void = { _ in }
    /// Whether the ends must agree in who started each domain: not where a crash changes who comes first.
    var comparesOwners = true

    /// Where a course ended.
    struct End: Equatable, CustomStringConvertible {
        var rows: [String]
        var told: Int
        var powers: [String]
        /// Who paused it, and the size that is held.
        var steering: String
        var description: String {
            "\(rows.joined(separator: ", ")); told \(told); \(powers.joined(separator: ", ")); \(steering)"
        }
    }

    /// Plays the course, killed at one commit or never; the run and where it ended.
    func play(_ killAt: (commit: Int, how: HistoryRun.Kill)?) -> (run: HistoryRun, end: End?) {
        // A rule that never asks for anything: the bounds alone say how many are to be there.
        let rule = ScalingRule.threshold(ThresholdPolicy(threshold: 99, samples: 1000, low: nil))
        let policy = GroupPolicy(min: 1, max: 10, rules: [rule], scaleIn: DirectionLimits())
        var settings = FleetSettings(
            limits: LifecycleLimits(
                startDeadline: .seconds(8),
                resumeDeadline: .seconds(6),
                destroyGrace: .seconds(2),
                parkDeadline: .seconds(6),
                quarantine: .seconds(20),
                adoptionGrace: .seconds(3),
                replaceAfter: .seconds(4),
                refreshHold: .seconds(1),
                removalRetry: .seconds(3)
            ),
            standby: standby,
            drain: DrainPolicy(timeout: .seconds(20), stopTimeout: .seconds(4), lease: .seconds(2))
        )
        settings.maximum = policy.max
        if isCloning { settings.template = TemplateConfiguration(source: .domain("base"), name: "fib-{n}") }
        var run = HistoryRun(
            seed: 1,
            count: count,
            policy: policy,
            settings: settings,
            interval: .seconds(1),
            hostUnits: 10
        )
        run.hasFaults = false
        run.killAt = killAt
        prepare(&run)
        let last = script.keys.max() ?? 0
        var quiet = 0
        var isLost = false
        while quiet < 3, run.tick < 400 {
            if run.isDead { run.restart() }
            script[run.tick + 1]?(&run)
            run.askAgain()
            whenever(&run)
            let answering = run.answering.filter { run.state($0) == .inService }
            run.play(run.isWaiting ? 30 : nil)
            for index in answering where run.answering.contains(index) && run.state(index) == .unhealthy {
                isLost = true
            }
            quiet = run.tick > last && !run.isDead && run.unsettled == nil ? quiet + 1 : 0
        }
        if isLost { run.oracle.fail(.told, "an endpoint that answers was withdrawn") }
        return (run, quiet < 3 ? nil : end(run))
    }

    private func end(_ run: HistoryRun) -> End {
        End(
            rows: run.controller.fleet.ordered.map { "\($0.state)\(comparesOwners ? "/\($0.isOwned)" : "")" }.sorted(),
            told: run.controller.set.endpoints.count,
            powers: run.machines.filter(\.exists).map { "\($0.power)\($0.image == nil ? "" : "+image")" }.sorted(),
            steering: "\(run.disk.steering.pausedBy ?? "-"), \(run.disk.steering.size ?? 0)"
        )
    }
}

extension HistoryRun {
    /// What a configuration file says of a group.
    struct Configuration {
        var policy: GroupPolicy
        var settings: FleetSettings
    }

    /// Whether nothing moves before a pause is over.
    var isWaiting: Bool {
        let states = controller.fleet.instances.values.map(\.state)
        guard states.allSatisfy({ [.off, .inService, .standby, .quarantined, .failed].contains($0) }) else {
            return false
        }
        return controller.fleet.breaker.isOpen(at: now) || states.contains(.quarantined)
    }

    /// The machines whose guests answer, all of them with a session.
    fileprivate var answering: [Int] {
        machines.indices.filter { index in
            let row = controller.fleet.instances[machines[index].uuid]?.state
            return machines[index].power == .running && machines[index].guest.map { $0.isUp && $0.isWell } ?? false
                && (row == .inService || row == .unhealthy)
        }
    }

    /// A new configuration: it holds for the next life of the controller as well.
    mutating func reload(_ change: (inout Configuration) -> Void) {
        var configuration = Configuration(policy: policy, settings: settings)
        change(&configuration)
        (policy, settings) = (configuration.policy, configuration.settings)
        settings.maximum = policy.max
        commands.append(.configure(policy, settings))
    }
}
