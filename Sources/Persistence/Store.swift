import Foundation
import Lifecycle
import Wire

/// What a controller must not lose. Every method is atomic: all of it is on disk when it returns, or nothing.
package protocol Store: Sendable {
    /// The ledger of instances.
    func ledger() async throws -> [Instance]
    /// The endpoint set of a group that was told last, or `nil` when none ever was.
    func endpointSet(group: String) async throws -> EndpointSet?
    /// The breaker of a group; a closed one when none was written.
    func breaker(group: String) async throws -> StartBreaker
    /// What a group's clones are made from, and the last rollout.
    func templates(group: String) async throws -> CloneTemplates
    /// What operators ask of a group; nothing when nothing was written.
    func steering(group: String) async throws -> GroupSteering
    /// What operators ask of the hosts, by the host's name.
    func hosts() async throws -> [String: HostSteering]
    /// Writes a change.
    func commit(_ change: StoreChange) async throws
    /// The events that are asked for, with their numbers.
    func events(_ query: EventQuery) async throws -> [ControllerEvent]
    /// Writes a whole copy, as of one moment, into a new file.
    func backup(to path: String) async throws
    /// Keeps the hash of a new join token.
    func addToken(_ token: JoinTokenRecord) async throws
    /// Uses a token up for a machine and a key, if it can be used.
    ///
    /// - Parameters:
    ///   - hash: The hash of the token.
    ///   - uuid: The machine that shows it.
    ///   - key: The fingerprint of the public key to be certified. The same key may come again, for the answer to the
    ///     first time can be lost on the way.
    ///   - now: The present time.
    func redeemToken(hash: String, uuid: String, key: String, now: Date) async throws -> JoinTokenOutcome
}

/// A change of the store.
package struct StoreChange: Sendable, Equatable {
    /// Rows of the ledger to write.
    package var instances: [Instance]
    /// Rows of the ledger to remove, by UUID.
    package var removed: [String]
    /// Events to add.
    package var events: [ControllerEvent]
    /// The endpoint sets to remember, by group.
    package var endpointSets: [String: EndpointSet]
    /// The breakers to remember, by group.
    package var breakers: [String: StartBreaker]
    /// What clones are made from, by group.
    package var templates: [String: CloneTemplates]
    /// What operators ask, by group.
    package var steerings: [String: GroupSteering]
    /// What operators ask of hosts, by the host's name.
    package var hosts: [String: HostSteering]

    /// A change.
    package init(
        instances: [Instance] = [],
        removed: [String] = [],
        events: [ControllerEvent] = [],
        endpointSets: [String: EndpointSet] = [:],
        breakers: [String: StartBreaker] = [:],
        templates: [String: CloneTemplates] = [:],
        steerings: [String: GroupSteering] = [:],
        hosts: [String: HostSteering] = [:]
    ) {
        self.instances = instances
        self.removed = removed
        self.events = events
        self.endpointSets = endpointSets
        self.breakers = breakers
        self.templates = templates
        self.steerings = steerings
        self.hosts = hosts
    }

    /// Whether there is nothing to write.
    package var isEmpty: Bool {
        instances.isEmpty && removed.isEmpty && events.isEmpty && endpointSets.isEmpty && breakers.isEmpty
            && templates.isEmpty && steerings.isEmpty && hosts.isEmpty
    }
}

/// A join token as it is kept: never the token itself.
package struct JoinTokenRecord: Sendable, Equatable {
    /// SHA-256 of the token, hexadecimal.
    package var hash: String
    /// The machine it is for.
    package var uuid: String
    /// When it stops being usable.
    package var expires: Date

    /// A record.
    package init(hash: String, uuid: String, expires: Date) {
        self.hash = hash
        self.uuid = uuid
        self.expires = expires
    }
}

/// What became of an attempt to use a join token.
package enum JoinTokenOutcome: Sendable, Equatable {
    /// It is used up now, by this key.
    case accepted
    /// No such token was ever made here.
    case unknown
    /// Another key has used it.
    case used
    /// Its time is over.
    case expired
    /// It was made for another machine.
    case otherMachine
}
