import Foundation
import Lifecycle
import Wire

/// What `cms-controller instances` prints.
package struct InstancesText: Sendable {
    private let now: Date
    private let style: TextStyle

    /// A text as of `now`.
    package init(now: Date, style: TextStyle = .plain) {
        self.now = now
        self.style = style
    }

    /// A table of all instances, ordered by group and name.
    package func render(_ instances: [Instance]) -> String {
        guard !instances.isEmpty else { return "no instances" }
        let showsHosts = Set(instances.compactMap(\.host)).count > 1
        var table = TextTable(
            heading: ["GROUP", "INSTANCE"] + (showsHosts ? ["HOST"] : []) + ["STATE", "SINCE", "UUID", "URL", "REASON"]
        )
        let ordered = instances.sorted { left, right in
            left.group == right.group ? Fleet.areInOrder(left, right) : left.group < right.group
        }
        table.rows += ordered.map { instance in
            [.init(instance.group), .init(instance.name)] + (showsHosts ? [.init(instance.host ?? "-")] : []) + [
                .init(StatusText.state(of: instance), instance.state.tone),
                .init(StatusText.age(instance.since, now: now)), .init(instance.uuid, .dim),
                .init(instance.endpoint?.url ?? "-"), .init(instance.reason),
            ]
        }
        return table.lines(style).joined(separator: "\n")
    }
}
