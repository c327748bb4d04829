import ConfigurationValues
import Foundation
import Lifecycle
import Monitoring
import Shared

/// Reads the configuration anew when it is asked to, one time after the other. A bad one changes nothing.
package actor Reloader {
    /// The controller was started without a source that could be read again.
    package struct NoSource: Error, CustomStringConvertible {
        package let description = "this controller was started without a configuration that can be read again"
    }

    /// Reads the configuration as it stands now.
    package nonisolated let load: (@Sendable () throws -> ControllerConfiguration)?
    /// What is in effect.
    private(set) var present: ControllerConfiguration
    private let groups: [GroupRuntime]
    private let policy: SharedIssuingPolicy
    private let clock: SteadyClock
    private let report: @Sendable (ControllerEvent) -> Void

    package init(
        load: (@Sendable () throws -> ControllerConfiguration)?,
        initial: ControllerConfiguration,
        groups: [GroupRuntime],
        policy: SharedIssuingPolicy,
        clock: SteadyClock,
        report: @escaping @Sendable (ControllerEvent) -> Void
    ) {
        self.load = load
        self.present = initial
        self.groups = groups
        self.policy = policy
        self.clock = clock
        self.report = report
    }

    /// Reads it and puts what can change into effect.
    ///
    /// - Parameter by: Who asks: an operator's name, or `signal`.
    /// - Returns: What changed and what waits for a restart.
    /// - Throws: What is wrong with it; everything is as before then.
    @discardableResult package func reload(by: String) throws -> ReloadPlan {
        guard let load else { throw NoSource() }
        do {
            return take(try load(), by: by)
        } catch {
            report(
                ControllerEvent(
                    .configurationRefused,
                    at: clock.date,
                    by: by,
                    detail: "the configuration stays as it was: \(ErrorText.of(error))"
                )
            )
            throw error
        }
    }

    private func take(_ new: ControllerConfiguration, by: String) -> ReloadPlan {
        let old = present
        let plan = ControllerConfiguration.reloadPlan(from: old, to: new)
        var effective = ControllerConfiguration.effective(from: old, to: new)
        // Groups come and go with a restart only: their domains would change hands while orders are under way.
        effective.groups = old.groups.map { effective.group($0.name) ?? $0 }
        policy.replace(with: effective.issuing)
        for group in groups {
            guard let settings = effective.group(group.name), settings != group.configuration else { continue }
            group.configure(settings)
        }
        present = effective
        report(
            ControllerEvent(
                .configurationReloaded,
                at: clock.date,
                by: by,
                detail: plan.lines.joined(separator: "; ")
            )
        )
        return plan
    }
}
