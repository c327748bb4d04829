import Wire

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// What an ``EndpointWatcher`` has to tell besides the endpoints themselves.
public enum WatchEvent: Sendable, Equatable {
    /// The watch stream is open and its first line is in effect.
    case connected
    /// A `set`, `change`, `scaling` or `scaled` line, after it was put into effect.
    case notice(EndpointNotice, endpoints: [Endpoint], receivedAt: Date)
    /// The stream broke or could not be opened; it is tried again after the wait. The endpoints stay in use.
    case disconnected(reason: String, retryIn: Duration)
}
