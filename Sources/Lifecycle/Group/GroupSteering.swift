import Autoscaling
import Foundation
import Wire

/// What operators ask of a group beside its configuration. It is kept on disk, and a reload changes nothing about it.
package struct GroupSteering: Codable, Sendable, Hashable {
    /// Who paused the group; absent while it is not paused.
    package var pausedBy: String?
    /// When it was paused.
    package var pausedAt: Date?
    /// The size that is held; absent while the rules decide.
    package var size: Int?
    /// Until when it is held; absent: until it is released.
    package var until: Date?
    /// Who holds it.
    package var by: String?

    /// Nothing is asked.
    package init() {}

    /// Whether nothing is asked.
    package var isEmpty: Bool { self == GroupSteering() }

    /// Gives the size back to the rules.
    package mutating func release() {
        size = nil
        until = nil
        by = nil
    }

    /// As the engine takes it; `nil` when nothing is asked.
    package var forEngine: Steering? {
        guard !isEmpty else { return nil }
        return Steering(
            pausedBy: pausedBy,
            size: size.map { Steering.Size(count: $0, by: by ?? "somebody", until: until?.rfc3339) }
        )
    }
}

/// What an operator does to a whole group.
package enum SteeringAct: Sendable, Equatable {
    /// Order nothing from now on.
    case pause
    /// Order again.
    case resume
    /// Hold a size, until a time or until it is released.
    case hold(Int, until: Date?)
    /// Let the rules decide again.
    case release
}
