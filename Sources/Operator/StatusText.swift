import Autoscaling
import Foundation
import Lifecycle
import Wire

/// What `cms-controller status` prints.
package struct StatusText {
    private let now: Date
    private let style: TextStyle

    /// A text as of `now`.
    package init(now: Date, style: TextStyle = .plain) {
        self.now = now
        self.style = style
    }

    /// All groups: a summary and a table of instances each; with `why` the decision and what would change it.
    package func render(_ groups: [GroupStatus], why: Bool) -> String {
        groups.map { render($0, why: why) }.joined(separator: "\n\n")
    }

    private func render(_ group: GroupStatus, why: Bool) -> String {
        var lines = [headline(group)]
        lines.append("  endpoints   revision \(group.revision): " + Self.list(group.endpoints.map(\.name)))
        if group.standbyMemory > 0 {
            lines.append("  standby     paused instances hold \(group.standbyMemory >> 20) MiB of memory")
        }
        if group.isHypervisorLost { lines.append("  hypervisor  does not answer: nothing is started until it does") }
        if group.isStoreFailing { lines.append("  store       cannot be written: nothing is started until it can") }
        if let breaker = group.breaker { lines.append("  breaker     open: \(breaker)") }
        if let line = Self.bounds(group) { lines.append(line) }
        lines += Self.steering(group)
        if let rollout = group.rollout {
            lines.append(
                "  rollout     \(rollout.phase.rawValue), to \(rollout.source), begun \(age(rollout.startedAt)) ago: "
                    + rollout.reason
            )
        }
        lines += table(group.instances)
        if why { lines += explanation(group) }
        return lines.joined(separator: "\n")
    }

    private func headline(_ group: GroupStatus) -> String {
        let order: [InstanceState] = [
            .inService, .creating, .starting, .booting, .probing, .resuming, .standby, .parking, .draining, .stopping,
            .unhealthy,
            .failed, .removing, .quarantined, .off,
        ]
        let counts = order.compactMap { state in group.counts[state.rawValue].map { "\($0) \(state.rawValue)" } }
        let bounds = group.boundsInForce
        let (least, most) = (bounds?.minimum ?? group.minimum, Self.most(bounds?.maximum ?? group.maximum))
        let mode = group.mode == "on" ? "" : "  (mode \(group.mode): nothing is ordered)"
        return
            "group \(style.paint(group.group, .strong)): \(Self.list(counts)); min \(least), max \(most)\(mode)"
    }

    private static func most(_ maximum: Int) -> String {
        maximum >= GroupPolicy.unbounded ? "as many as there are" : "\(maximum)"
    }

    /// Which schedule sets the bounds in force, or when one will; `nil` for a group without schedules.
    private static func bounds(_ group: GroupStatus) -> String? {
        guard let bounds = group.boundsInForce else { return nil }
        if let origin = bounds.origin {
            let own = "min \(group.minimum), max \(most(group.maximum))"
            return "  bounds      by \(origin); the configuration's own are \(own)"
        }
        return bounds.until.map { "  bounds      the configuration's own until \($0.rfc3339), when a schedule starts" }
    }

    /// What operators ask, with what takes it back.
    private static func steering(_ group: GroupStatus) -> [String] {
        guard let steering = group.steering else { return [] }
        var lines: [String] = []
        if let name = steering.pausedBy {
            let since = steering.pausedAt.map { " since \($0.rfc3339)" } ?? ""
            lines.append(
                "  paused      by \(name)\(since): nothing is ordered; "
                    + "'\(ShellText.command("cms-controller resume", operand: group.group))' ends it"
            )
        }
        if let size = steering.size {
            let end = steering.until.map { "until \($0.rfc3339)" } ?? "until it is released"
            lines.append(
                "  size        held at \(size) by \(steering.by ?? "somebody"), \(end); "
                    + "'\(ShellText.command("cms-controller scale", operand: group.group, options: "--auto"))' ends it"
            )
            lines += group.limits(onSize: size).map { "  limit       " + $0 }
        }
        return lines.map(PrintableText.of)
    }

    private func table(_ instances: [Instance]) -> [String] {
        let showsHosts = Set(instances.compactMap(\.host)).count > 1
        var table = TextTable(
            heading: ["INSTANCE"] + (showsHosts ? ["HOST"] : []) + ["STATE", "SINCE", "URL", "REASON"]
        )
        table.rows += instances.map { instance in
            [.init(instance.name)] + (showsHosts ? [.init(instance.host ?? "-")] : []) + [
                .init(Self.state(of: instance), instance.state.tone), .init(age(instance.since)),
                .init(instance.endpoint?.url ?? "-"), .init(instance.reason),
            ]
        }
        return table.lines(style).map { "  " + $0 }
    }

    package static func state(of instance: Instance) -> String {
        var words = [instance.state.rawValue]
        if instance.state == .standby, let kind = instance.standby { words = [kind.rawValue] }
        if instance.isProtected { words.append("(protected)") }
        if !instance.isOwned, [.booting, .probing, .inService, .unhealthy].contains(instance.state) {
            words.append("(not ours)")
        }
        return words.joined(separator: " ")
    }

    private func explanation(_ group: GroupStatus) -> [String] {
        guard let decision = group.decision, let at = group.decidedAt else {
            return ["", "  nothing was decided yet"]
        }
        var lines = ["", "  decision, \(age(at)) ago: \(Self.words(decision.order)) (size \(decision.capacity))"]
        lines.append("    because   \(decision.reason)")
        lines.append("    changes   \(decision.whatWouldChange)")
        for recommendation in decision.recommendations {
            lines.append("    rule      \(recommendation.rule): \(recommendation.text)")
        }
        for clamp in decision.clamps {
            lines.append("    limit     \(clamp.name.rawValue): \(clamp.from) -> \(clamp.to), \(clamp.why)")
        }
        for reading in decision.observation.queries ?? [] {
            lines.append("    query     \(reading.query): \(Self.words(reading, at: decision.at))")
        }
        for load in decision.observation.inService {
            let name = group.instances.first { $0.uuid == load.id }?.name ?? load.id
            lines.append("    load      \(name): \(Self.words(load))\(Self.metrics(load, decision.recommendations))")
        }
        if let order = group.lastOrder, let at = group.lastOrderAt, order != decision {
            lines.append("  last order, \(age(at)) ago: \(Self.words(order.order))")
            lines.append("    because   \(order.reason)")
        }
        return lines
    }

    /// What the agent said of the numbers that rules look at; empty without such a rule.
    private static func metrics(_ load: LoadEstimate, _ rules: [RuleRecommendation]) -> String {
        MetricTarget.Metric.allCases.filter { metric in rules.contains { $0.rule == metric.rawValue } }
            .map { "; \($0.rawValue) \(load.metrics?[$0].map { DecimalText.text($0) } ?? "unknown")" }.joined()
    }

    private static func words(_ reading: QueryReading, at now: MonotonicInstant) -> String {
        guard let value = reading.value, let moment = reading.at else {
            return "no value from \(reading.url): \(reading.failure ?? "it was not asked yet")"
        }
        return
            "\(DecimalText.text(value)), \((max(0, moment.duration(to: now) / .seconds(1)) * 10).rounded() / 10) s old"
    }

    private static func words(_ load: LoadEstimate) -> String {
        func percent(_ value: Double?) -> String { value.map { "\(Int($0.rounded())) %" } ?? "unknown" }
        func seconds(_ age: Double?) -> String { age.map { "\(($0 * 10).rounded() / 10) s old" } ?? "missing" }
        return "\(load.merge.rawValue), demand \(percent(load.demand)), utilization \(percent(load.utilization)), "
            + "steal \(percent(load.steal)); host's sample \(seconds(load.hostAge)), guest's \(seconds(load.guestAge))"
    }

    private static func words(_ order: Decision.Order) -> String {
        switch order {
        case .hold: "hold"
        case .scaleOut(let count): "scale out by \(count)"
        case .scaleIn(let count): "scale in by \(count)"
        }
    }

    private func age(_ date: Date) -> String { Self.age(date, now: now) }

    package static func age(_ date: Date, now: Date) -> String {
        let seconds = max(0, Int(now.timeIntervalSince(date)))
        switch seconds {
        case ..<120: return "\(seconds) s"
        case ..<7200: return "\(seconds / 60) min"
        case ..<172_800: return "\(seconds / 3600) h"
        default: return "\(seconds / 86400) d"
        }
    }

    private static func list(_ words: [String]) -> String { words.isEmpty ? "none" : words.joined(separator: ", ") }
}
