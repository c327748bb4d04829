import Logging
import ServiceLifecycle
import Shared
import UnixSignals

/// Reads the configuration anew on SIGHUP. A bad one changes nothing.
struct ReloadService: Service {
    /// Reads the configuration as it stands now; `nil` when the controller was started without a source to read again.
    let load: (@Sendable () throws -> ControllerConfiguration)?
    let initial: ControllerConfiguration
    let groups: [GroupRuntime]
    let policy: SharedIssuingPolicy
    let clock: SteadyClock
    let report: @Sendable (ControllerEvent) -> Void

    func run() async throws {
        guard let load else {
            try? await gracefulShutdown()
            return
        }
        var present = initial
        for await _ in await UnixSignalsSequence(trapping: .sighup).cancelOnGracefulShutdown() {
            do {
                present = take(try load(), after: present)
            } catch {
                report(
                    ControllerEvent(
                        .configurationRefused,
                        at: clock.date,
                        detail: "the configuration stays as it was: \(error)"
                    )
                )
            }
        }
    }

    /// Puts what can change into effect; returns what is in effect then.
    func take(_ new: ControllerConfiguration, after old: ControllerConfiguration) -> ControllerConfiguration {
        let plan = ControllerConfiguration.reloadPlan(from: old, to: new)
        var effective = ControllerConfiguration.effective(from: old, to: new)
        // Groups come and go with a restart only: their domains would change hands while orders are under way.
        effective.groups = old.groups.map { effective.group($0.name) ?? $0 }
        policy.replace(with: effective.issuing)
        for group in groups {
            guard let settings = effective.group(group.name), settings != group.configuration else { continue }
            group.configure(settings)
        }
        var lines = plan.lines
        if !plan.addedGroups.isEmpty || !plan.removedGroups.isEmpty || plan.reordersGroups {
            lines.append("groups are added, removed and reordered when the controller is started again")
        }
        report(
            ControllerEvent(.configurationReloaded, at: clock.date, detail: lines.joined(separator: "; "))
        )
        return effective
    }
}
