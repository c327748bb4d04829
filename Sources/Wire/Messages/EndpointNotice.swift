#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// A line of `GET /v1/endpoints?watch`.
///
/// A stream begins with one `set` (or, with `from=REVISION` of a revision still remembered, the changes since then);
/// then come `change`, `scaling`, `scaled` and, each two seconds, `heartbeat` lines. A reader whose revision is not
/// the predecessor of a change's revision has missed something and reconnects without `from`.
public struct EndpointNotice: Codable, Sendable, Equatable {
    /// What the line says.
    public enum Kind: OpenWord {
        /// The whole set: `endpoints` holds it.
        case set
        /// The difference to the revision before: `added` and `removed` hold it.
        case change
        /// Nothing new; the stream is alive.
        case heartbeat
        /// Overloaded: an instance is on its way; clients may slow down. `name` is the instance.
        case scaling
        /// The instance of an earlier `scaling` serves. `name` is the instance.
        case scaled
        /// A kind that this version does not know: to be ignored.
        case unknown(String)

        /// The kinds that this version knows.
        public static let known: [Kind] = [.set, .change, .heartbeat, .scaling, .scaled]

        /// The word on the wire.
        public var word: String {
            switch self {
            case .set: "set"
            case .change: "change"
            case .heartbeat: "heartbeat"
            case .scaling: "scaling"
            case .scaled: "scaled"
            case .unknown(let word): word
            }
        }
    }

    /// What the line says.
    public var kind: Kind
    /// The revision of the set after this line.
    public var revision: UInt64
    /// When the controller wrote the line.
    public var at: Date
    /// The whole set (`set` only).
    public var endpoints: [Endpoint]?
    /// Endpoints that may be used from now on (`change` only).
    public var added: [Endpoint]?
    /// Endpoints that may be used no more (`change` only).
    public var removed: [Endpoint]?
    /// The instance's name (`scaling`, `scaled`).
    public var name: String?
    /// The reason in words (`scaling`, `scaled`).
    public var reason: String?
    /// The number of this watch, to be given with each acknowledgement (in the first line only).
    public var watch: UInt64?
    /// `host:port` of the live controllers (in the first line and `heartbeat`s); absent when there is one only.
    public var controllers: [String]?

    /// A line without its kind's own fields.
    public init(kind: Kind, revision: UInt64, at: Date) {
        self.kind = kind
        self.revision = revision
        self.at = at
    }
}

/// `POST /v1/endpoints/acks`: the client has put a revision into effect and sends no more to what it removed.
public struct EndpointAcknowledgement: Codable, Sendable, Equatable {
    /// The revision in effect.
    public var revision: UInt64
    /// The number of the watch that it is in effect for; without one it is for all watches of that client's name.
    public var watch: UInt64?

    /// An acknowledgement of `revision`.
    public init(revision: UInt64, watch: UInt64? = nil) {
        self.revision = revision
        self.watch = watch
    }
}
