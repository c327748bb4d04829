import Foundation
import Wire

/// One domain of the group with its place in life: a row of the ledger.
package struct Instance: Sendable, Hashable, Codable {
    /// What an instance is brought up for.
    package enum Goal: String, Sendable, Hashable, Codable {
        /// To serve clients.
        case service
        /// To wait, ready, until it is needed.
        case standby
    }

    /// The domain's UUID, lower case.
    package var uuid: String
    /// The domain's name.
    package var name: String
    /// The name of the group that it belongs to.
    package var group: String
    /// The place in life.
    package var state: InstanceState
    /// When the state was entered, by the wall clock.
    package var since: Date
    /// Failed attempts to bring it into service since it last was.
    package var failures: Int
    /// Why the state was entered, in words.
    package var reason: String
    /// Whether this controller started the domain; only such a domain is ever stopped.
    package var isOwned: Bool
    /// Where it answers, or answered last.
    package var endpoint: Endpoint?
    /// What it is brought up for.
    package var goal: Goal
    /// How it waits, or waited, in standby; `nil` for one that boots or was booted.
    package var standby: StandbyKind?
    /// Whether scale in leaves it alone.
    package var isProtected: Bool
    /// When it last came into service.
    package var inServiceSince: Date?
    /// Whether it takes the place of itself after it was unhealthy for too long.
    package var isReplacement: Bool
    /// Whether its domain is a clone that this controller made, and removes again.
    package var isClone: Bool
    /// What tells the template that it was made from, from any other; `nil` when that is unknown.
    package var template: String?
    /// The name of the host that its domain is on; `nil` in rows of versions that knew one host only.
    package var host: String?
    /// What a row of another version gave as the state; not kept.
    package var unreadState: String?

    private enum CodingKeys: CodingKey {
        case uuid, name, group, state, since, failures, reason, isOwned, endpoint, goal, standby, isProtected
        case inServiceSince, isReplacement, isClone, template, host
    }

    /// An instance that is off.
    package init(uuid: String, name: String, since: Date) {
        self.uuid = uuid
        self.name = name
        self.group = GroupConfiguration.defaultName
        self.state = .off
        self.since = since
        self.failures = 0
        self.reason = "shut off"
        self.isOwned = false
        self.endpoint = nil
        self.goal = .service
        self.standby = nil
        self.isProtected = false
        self.inServiceSince = nil
        self.isReplacement = false
        self.isClone = false
    }

    /// Reads a row; what an earlier version did not know has its usual value. A state that only a later version knows is
    /// taken for ``InstanceState/off``, and the facts tell the rest.
    package init(from decoder: any Decoder) throws {
        let row = try decoder.container(keyedBy: CodingKeys.self)
        uuid = try row.decode(String.self, forKey: .uuid)
        name = try row.decode(String.self, forKey: .name)
        group = try row.decodeIfPresent(String.self, forKey: .group) ?? GroupConfiguration.defaultName
        let stateName = try row.decode(String.self, forKey: .state)
        state = InstanceState(rawValue: stateName) ?? .off
        unreadState = InstanceState(rawValue: stateName) == nil ? stateName : nil
        since = try row.decode(Date.self, forKey: .since)
        failures = try row.decode(Int.self, forKey: .failures)
        reason = try row.decode(String.self, forKey: .reason)
        isOwned = try row.decode(Bool.self, forKey: .isOwned)
        endpoint = try row.decodeIfPresent(Endpoint.self, forKey: .endpoint)
        goal = try row.decodeIfPresent(String.self, forKey: .goal).flatMap(Goal.init) ?? .service
        standby = try row.decodeIfPresent(String.self, forKey: .standby).flatMap(StandbyKind.init)
        isProtected = try row.decodeIfPresent(Bool.self, forKey: .isProtected) ?? false
        inServiceSince = try row.decodeIfPresent(Date.self, forKey: .inServiceSince)
        isReplacement = try row.decodeIfPresent(Bool.self, forKey: .isReplacement) ?? false
        isClone = try row.decodeIfPresent(Bool.self, forKey: .isClone) ?? false
        template = try row.decodeIfPresent(String.self, forKey: .template)
        host = try row.decodeIfPresent(String.self, forKey: .host)
    }

    /// Whether it is on its way into service.
    package var isComing: Bool { goal == .service && state.isComing }

    /// Whether it belongs to the warm pool, or is on its way there.
    package var isOfPool: Bool {
        state == .parking || state == .standby || (goal == .standby && state.isComing && state != .failed)
    }

    /// Whether it counts against the group's maximum: every domain that may hold resources of the host, in any state.
    package var isCounted: Bool { state != .off && state != .quarantined }
}

/// How an instance waits in standby.
package enum StandbyKind: String, Sendable, Hashable, Codable, CaseIterable {
    /// Its vCPUs are stopped and its memory is kept.
    case paused
    /// Its memory is on disk.
    case saved
}
