import Autoscaling
import Foundation
import Libvirt
import Shared

/// All settings of a controller: one immutable value, made at start.
public struct ControllerConfiguration: Sendable {
    /// The range in which the guests' addresses lie.
    public var hosts: CIDR
    /// The libvirt connection.
    public var uri: HypervisorURI
    /// Where the API listens.
    public var listen: HostPort
    /// Where the state is.
    public var stateDirectory: String
    /// When to scale out.
    public var policy: ThresholdPolicy
    /// The time between two samples.
    public var interval: Duration
    /// Deadlines and counts of an instance's life.
    public var limits: LifecycleLimits
    /// Lifetimes of certificates.
    public var issuing: IssuingPolicy
    /// Further names and addresses under which clients reach the controller.
    public var advertise: [String]
    /// The file of the log for people, if one is wanted.
    public var logFile: String?
}

/// A setting that cannot be used.
public struct ConfigurationError: Error, CustomStringConvertible, Equatable {
    /// The setting's key.
    public var key: String
    /// Where it was set: a flag, the environment or a line of the file; empty when unknown.
    public var source: String
    /// What is wrong with it and what would be right.
    public var reason: String

    /// An error.
    public init(key: String, source: String = "", reason: String) {
        self.key = key
        self.source = source
        self.reason = reason
    }

    /// One sentence.
    public var description: String {
        // A flag and a variable name their key themselves.
        source.isEmpty
            ? "\(key): \(reason)" : source.contains(" line ") ? "\(source): \(key): \(reason)" : "\(source): \(reason)"
    }
}
