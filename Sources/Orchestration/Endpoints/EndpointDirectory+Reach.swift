import Foundation
import Synchronization
import Wire

/// How far the sets have come: at the watches here, and at those of other controllers.
extension EndpointDirectory {
    /// Puts a set into effect that another controller has told; an older one than is known here changes nothing.
    package func follow(_ set: EndpointSet, at date: Date) throws {
        guard set.revision > current.revision else { return }
        try publish(set, at: date)
    }

    /// The newest revision that is in effect at every watch here; that of the set where nobody watches.
    package var reached: UInt64 {
        state.withLock { state in
            state.watchers.values.map { $0.acknowledged ?? 0 }.min() ?? state.set.revision
        }
    }

    /// Takes what is in effect at the watches of the other controllers: the least of their revisions; `nil` where there is
    /// no other.
    package func noteReached(elsewhere least: UInt64?) {
        let isNews = state.withLock { state in
            defer { state.reachedElsewhere = least }
            return state.reachedElsewhere != least
        }
        if isNews { onChange() }
    }

    /// The endpoints that left and of which every client that watches has acknowledged it, by id.
    package var acknowledgedDepartures: Set<String> {
        state.withLock { state in
            guard !state.departures.isEmpty else { return [] }
            let here = state.watchers.values.map { $0.acknowledged ?? 0 }.min() ?? .max
            let least = min(here, state.reachedElsewhere ?? .max)
            return Set(state.departures.filter { $0.value <= least }.keys)
        }
    }

    /// How many watch, and how many of them have acknowledged the present revision.
    package var reach: (watchers: Int, acknowledged: Int) {
        state.withLock { state in
            (state.watchers.count, state.watchers.values.filter { $0.acknowledged ?? 0 >= state.set.revision }.count)
        }
    }
}
