import Foundation
import Shared

/// One domain of the group with its place in life: a row of the ledger.
public struct Instance: Sendable, Hashable, Codable {
    /// The domain's UUID, lower case.
    public var uuid: String
    /// The domain's name.
    public var name: String
    /// The place in life.
    public var state: InstanceState
    /// When the state was entered, by the wall clock.
    public var since: Date
    /// Failed attempts to bring it into service since it last was.
    public var failures: Int
    /// Why the state was entered, in words.
    public var reason: String
    /// Whether this controller started the domain; only such a domain is ever stopped.
    public var isOwned: Bool
    /// Where it answers, or answered last.
    public var endpoint: Endpoint?

    /// An instance that is off.
    public init(uuid: String, name: String, since: Date) {
        self.uuid = uuid
        self.name = name
        self.state = .off
        self.since = since
        self.failures = 0
        self.reason = "shut off"
        self.isOwned = false
        self.endpoint = nil
    }
}
