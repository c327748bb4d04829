import Foundation
import Lifecycle

/// Follows instances from state to state and tells how long each took.
package struct PhaseWatch {
    /// What a change of an instance says.
    package struct Passage: Equatable {
        /// The state that was left.
        var phase: InstanceState
        /// How long it lasted, seconds.
        package var seconds: Double
        /// The time from the order to start it until clients are told, seconds; `nil` when this is not that moment.
        var scaleOut: Double?
    }

    private struct Place {
        var state: InstanceState
        var since: Date
        var ordered: Date?
    }

    /// The most instances that are followed.
    private static let limit = 10_000
    private var places: [String: Place] = [:]

    /// The states that pass by themselves, and whose time is worth a histogram.
    static let phases: Set<InstanceState> = [
        .creating, .starting, .booting, .probing, .draining, .stopping, .parking, .resuming, .unhealthy, .removing,
    ]
    private static let orders: Set<InstanceState> = [.creating, .starting, .resuming]
    private static let rests: Set<InstanceState> = [.off, .standby, .quarantined]

    /// Takes a row as it is now; `nil` when no state of ours was left.
    ///
    /// - Parameters:
    ///   - instance: The row.
    ///   - now: When it became so. Its own `since` does not tell: it stays while one deadline spans several states.
    mutating func take(_ instance: Instance, at now: Date) -> Passage? {
        let before = places[instance.uuid]
        guard before != nil || places.count < Self.limit, before?.state != instance.state else { return nil }
        var ordered = before?.ordered
        if Self.orders.contains(instance.state),
            before.map({ Self.rests.contains($0.state) }) ?? false || ordered == nil
        {
            ordered = instance.goal == .service ? now : nil
        }
        let told = instance.state == .inService ? ordered.map { now.timeIntervalSince($0) } : nil
        if instance.state == .inService || Self.rests.contains(instance.state) || instance.state == .failed {
            ordered = nil
        }
        places[instance.uuid] = Place(
            state: instance.state,
            since: before == nil ? instance.since : now,
            ordered: ordered
        )
        guard let before, Self.phases.contains(before.state) else { return nil }
        return Passage(
            phase: before.state,
            seconds: max(0, now.timeIntervalSince(before.since)),
            scaleOut: told.map { max(0, $0) }
        )
    }

    /// An instance is gone.
    mutating func forget(_ uuid: String) { places[uuid] = nil }
}
