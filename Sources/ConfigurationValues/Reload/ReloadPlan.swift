/// What becomes of the differences between two configurations while the controller runs.
package struct ReloadPlan: Codable, Sendable, Equatable {
    /// Settings that change at once, by their key paths (`groups.web.policy`).
    package var live: [String] = []
    /// Settings that keep their old values until the controller is started again.
    package var restart: [String] = []
    /// Groups that are new.
    package var addedGroups: [String] = []
    /// Groups that are gone: their domains are left as they are.
    package var removedGroups: [String] = []
    /// Whether the groups that stay are asked in another order for a domain.
    package var reordersGroups = false

    /// A plan without differences.
    package init() {}

    /// Whether nothing differs.
    package var isEmpty: Bool { self == ReloadPlan() }

    /// What happens, one line each; one line that says so when nothing does.
    package var lines: [String] {
        var lines: [String] = []
        if !live.isEmpty { lines.append("changed: \(live.joined(separator: ", "))") }
        if !addedGroups.isEmpty { lines.append("new groups: \(addedGroups.joined(separator: ", "))") }
        if !removedGroups.isEmpty { lines.append("groups no longer scaled: \(removedGroups.joined(separator: ", "))") }
        if reordersGroups { lines.append("changed: the order of the groups") }
        if !restart.isEmpty {
            lines.append("kept until the controller is started again: \(restart.joined(separator: ", "))")
        }
        if !addedGroups.isEmpty || !removedGroups.isEmpty || reordersGroups {
            lines.append("groups are added, removed and reordered when the controller is started again")
        }
        return lines.isEmpty ? ["nothing differs"] : lines
    }
}
