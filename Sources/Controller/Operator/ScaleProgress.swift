import Autoscaling
import Foundation
import Lifecycle

/// How far a group has come to a size that is held.
package struct ScaleProgress: Sendable, Equatable {
    /// Whether so many are in service.
    package let isReached: Bool
    /// How it stands, in one line.
    package let text: String

    /// The progress of a group.
    package init(_ group: GroupStatus, size: Int) {
        let serving = group.counts[InstanceState.inService.rawValue] ?? 0
        isReached = serving == size
        let moving = group.instances.filter { ![.inService, .off, .standby, .quarantined].contains($0.state) }
        var words = ["\(serving) of \(size) in service"]
        words += moving.map { "\($0.name) \($0.state.rawValue)" }
        if !isReached, moving.isEmpty, let decision = group.decision { words.append(decision.reason) }
        text = TextStyle.clean(words.joined(separator: ", "))
    }
}
