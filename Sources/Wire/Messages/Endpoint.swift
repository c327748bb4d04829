#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Where one in-service instance answers.
public struct Endpoint: Codable, Sendable, Hashable {
    /// The libvirt domain's UUID: stays the same over restarts.
    public var id: String
    /// The libvirt domain's name, as the answers' `server` field has it.
    public var name: String
    /// The base URL, for example `https://192.168.122.150:8000`.
    public var url: String
    /// When it came into service, to the second, by the controller's clock; absent where that does not matter to clients.
    public var since: Date?
    /// For how many seconds from then on less is to be sent to it: a tenth of its share at first, then more and more.
    public var slowStartSeconds: Double?

    /// An endpoint.
    public init(id: String, name: String, url: String) {
        self.id = id
        self.name = name
        self.url = url
    }
}

/// The endpoints that may be used, as of one revision.
public struct EndpointSet: Codable, Sendable, Equatable {
    /// Grows by one with each change.
    public var revision: UInt64
    /// The endpoints in service, ordered by name.
    public var endpoints: [Endpoint]

    /// A set.
    public init(revision: UInt64, endpoints: [Endpoint]) {
        self.revision = revision
        self.endpoints = endpoints
    }
}
