import Autoscaling
import Foundation
import Lifecycle
import Wire

/// How far a group has come to a size that is held.
package struct ScaleProgress: Sendable, Equatable {
    /// Whether so many are in service.
    package let isReached: Bool
    /// How it stands, in one line, with what keeps it from the size.
    package let text: String
    /// Why the size will not be reached however long one waits, in one sentence; `nil` while it is held.
    package let failure: String?

    /// The progress of a group.
    package init(_ group: GroupStatus, size: Int) {
        let serving = group.counts[InstanceState.inService.rawValue] ?? 0
        isReached = serving == size
        let moving = group.instances.filter { ![.inService, .off, .standby, .quarantined].contains($0.state) }
        var words = ["\(serving) of \(size) in service"]
        words += moving.map { "\($0.name) \($0.state.rawValue)" }
        let limits = group.limits(onSize: size)
        if limits.isEmpty, !isReached, moving.isEmpty, let decision = group.decision { words.append(decision.reason) }
        text = PrintableText.of(([words.joined(separator: ", ")] + limits).joined(separator: "; "))
        failure = Self.failure(group, size).map(PrintableText.of)
    }

    private static func failure(_ group: GroupStatus, _ size: Int) -> String? {
        guard group.steering?.size != size else { return nil }
        guard let other = group.steering?.size else {
            return "\(group.group) is no longer held at \(size): the time is over, or it was released"
        }
        return "\(group.group) is no longer held at \(size): \(group.steering?.by ?? "somebody") holds it at \(other)"
    }
}
