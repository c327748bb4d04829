#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// A line of `GET /v1/agents/{uuid}/commands?watch`.
public struct AgentCommand: Codable, Sendable, Equatable {
    /// What the agent is to do.
    public enum Kind: OpenWord {
        /// Nothing: the stream is alive.
        case heartbeat
        /// Take no new work, finish what there is.
        case drain
        /// Take new work again, and set the clock to `at` if it is off: the machine may have been paused.
        case resume
        /// Send a load report now.
        case probe
        /// Renew the certificate now.
        case rotate
        /// A kind that this version does not know: to be ignored.
        case unknown(String)

        /// The kinds that this version knows.
        public static let known: [Kind] = [.heartbeat, .drain, .resume, .probe, .rotate]

        /// The word on the wire.
        public var word: String {
            switch self {
            case .heartbeat: "heartbeat"
            case .drain: "drain"
            case .resume: "resume"
            case .probe: "probe"
            case .rotate: "rotate"
            case .unknown(let word): word
            }
        }
    }

    /// What to do.
    public var kind: Kind
    /// Counts the commands of this stream, from 1; heartbeats carry the last number.
    public var sequence: UInt64
    /// When the controller wrote the line.
    public var at: Date
    /// Base URLs of endpoints that take work instead (`drain` only), at most ``maximumAlternatives``.
    public var alternatives: [String]?
    /// `host:port` of the live controllers (`heartbeat` only); absent when there is one only.
    public var controllers: [String]?

    /// The most alternatives that a `drain` names.
    public static let maximumAlternatives = 8

    /// A command.
    public init(kind: Kind, sequence: UInt64, at: Date, alternatives: [String]? = nil) {
        self.kind = kind
        self.sequence = sequence
        self.at = at
        self.alternatives = alternatives
    }
}
