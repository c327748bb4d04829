import Foundation
import Lifecycle
import Wire

/// What `cms-controller host list` prints.
package struct HostsText: Sendable {
    private let style: TextStyle

    /// A text.
    package init(style: TextStyle = .plain) {
        self.style = style
    }

    /// A table of all hosts in their order, with what runs there.
    package func render(_ hosts: [HostStatus]) -> String {
        var table = TextTable(heading: [
            "HOST", "STATE", "VCPUS", "MEMORY FREE", "STEAL", "INSTANCES", "LABELS", "NOTES",
        ])
        table.rows += hosts.map { host in
            [
                .init(host.name), .init(Self.state(of: host)), .init(Self.vCPUs(host)), .init(Self.memory(host)),
                .init(host.steal.map { "\(Int($0.rounded())) %" } ?? "-"), .init(Self.instances(host)),
                .init(Self.labels(host)), .init(Self.notes(host)),
            ]
        }
        return table.lines(style).joined(separator: "\n")
    }

    /// How far an evacuation has come, in one line.
    package static func progress(_ host: HostStatus) -> String {
        guard !host.instances.isEmpty else { return "\(host.name): no instance is left" }
        let states = Dictionary(grouping: host.instances, by: \.state).map { "\($1.count) \($0.rawValue)" }.sorted()
        let waiting = host.waiting.map { "; \($0)" } ?? ""
        return "\(host.name): \(host.instances.count) left (\(states.joined(separator: ", ")))" + waiting
    }

    private static func state(of host: HostStatus) -> String {
        var words = [host.state.rawValue]
        if host.isEvacuating { words.append("(evacuating)") } else if host.isCordoned { words.append("(cordoned)") }
        return words.joined(separator: " ")
    }

    private static func vCPUs(_ host: HostStatus) -> String {
        guard let used = host.vCPUsInUse, let cpus = host.cpus else { return "-" }
        return "\(used) on \(cpus)"
    }

    private static func memory(_ host: HostStatus) -> String {
        guard let total = host.memoryTotal else { return "-" }
        let available = host.memoryAvailable.map { ByteText.rounded($0) } ?? "unknown"
        return "\(available) of \(ByteText.rounded(total))"
    }

    private static func instances(_ host: HostStatus) -> String {
        let groups = Dictionary(grouping: host.instances, by: \.group)
        return groups.isEmpty ? "none" : groups.map { "\($0) \($1.count)" }.sorted().joined(separator: ", ")
    }

    private static func labels(_ host: HostStatus) -> String {
        host.labels.isEmpty ? "-" : host.labels.map { "\($0)=\($1)" }.sorted().joined(separator: ",")
    }

    private static func notes(_ host: HostStatus) -> String {
        var notes: [String] = []
        if let failure = host.failure { notes.append(failure) }
        if host.state != .answers, let age = host.answerAge { notes.append("answered last \(Int(age)) s ago") }
        if let by = host.by { notes.append("by \(by)") }
        if let waiting = host.waiting { notes.append(waiting) }
        if !host.hungDomains.isEmpty { notes.append("QEMU hangs: \(host.hungDomains.joined(separator: ", "))") }
        let disputed = host.instances.filter(\.isDisputed).map(\.name)
        if !disputed.isEmpty { notes.append("on another host too: \(disputed.joined(separator: ", "))") }
        return notes.isEmpty ? "-" : notes.map(PrintableText.of).joined(separator: "; ")
    }
}
