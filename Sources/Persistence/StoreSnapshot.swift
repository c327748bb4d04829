import Foundation

/// All that a store holds, as of one moment, in no engine's own form: for backups, and to go from one engine to another.
///
/// Rows are the JSON that the engines keep, unread, so that what a later version wrote is not lost on the way.
package struct StoreSnapshot: Sendable, Equatable {
    /// What is kept of one group beside its instances.
    package enum GroupValue: String, Sendable, Hashable, CaseIterable {
        case endpointSet, breaker, templates, steering
    }

    /// An event with its number.
    package struct Event: Sendable, Equatable {
        package var id: Int64
        package var row: Data

        package init(id: Int64, row: Data) {
            self.id = id
            self.row = row
        }
    }

    /// A join token, and the key that used it up.
    package struct Token: Sendable, Equatable {
        package var record: JoinTokenRecord
        package var usedBy: String?

        package init(record: JoinTokenRecord, usedBy: String?) {
            self.record = record
            self.usedBy = usedBy
        }
    }

    /// Rows of the ledger by UUID.
    package var instances: [String: Data] = [:]
    /// Values of the groups by name.
    package var groups: [String: [GroupValue: Data]] = [:]
    /// What operators ask of the hosts, by name.
    package var hosts: [String: Data] = [:]
    /// Events in the order of their numbers.
    package var events: [Event] = []
    /// The number that the next event gets.
    package var nextEvent: Int64 = 1
    /// Join tokens by hash.
    package var tokens: [String: Token] = [:]

    package init() {}

    /// Whether there is nothing in it.
    package var isEmpty: Bool {
        instances.isEmpty && groups.isEmpty && hosts.isEmpty && events.isEmpty && tokens.isEmpty
    }

    /// With the last `limit` events only.
    package func keepingEvents(_ limit: Int) -> StoreSnapshot {
        var copy = self
        copy.events = Array(events.suffix(limit))
        return copy
    }

    /// The first kind of content in which two differ; `nil` when they are the same.
    package func firstDifference(from other: StoreSnapshot) -> String? {
        if instances != other.instances { return "instances" }
        if groups != other.groups { return "groups" }
        if hosts != other.hosts { return "hosts" }
        if events != other.events { return "events" }
        if nextEvent != other.nextEvent { return "numbers of events" }
        if tokens != other.tokens { return "join tokens" }
        return nil
    }
}

/// A store whose whole content can be read and written at once.
package protocol PortableStore: Sendable {
    /// The most events that it keeps.
    var keptEvents: Int { get }
    /// All of it, as of one moment.
    func snapshot() async throws -> StoreSnapshot
    /// Replaces all of it. Until it has ended, nobody else may use the store.
    func replace(with snapshot: StoreSnapshot) async throws
}
