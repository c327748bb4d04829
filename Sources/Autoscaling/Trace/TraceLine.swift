/// One line of a recorded trace: JSON, `{"header": …}` first and whenever the policy changes, then `{"tick": …}`.
public enum TraceLine: Sendable, Hashable {
    /// What follows is decided by.
    case header(TraceHeader)
    /// One decision.
    case tick(TraceTick)
}

/// Of which group a trace is, and by what it decides.
public struct TraceHeader: Sendable, Hashable, Codable {
    /// The version of the format.
    public static let version = 1

    /// The version of the format that it was written in.
    public var version: Int
    /// The group.
    public var group: String
    /// Its policy.
    public var policy: GroupPolicy
    /// Nanoseconds between two decisions.
    public var intervalNanoseconds: Int64

    /// A header.
    public init(group: String, policy: GroupPolicy, interval: Duration) {
        version = Self.version
        self.group = group
        self.policy = policy
        intervalNanoseconds = MonotonicInstant(nanoseconds: 0).advanced(by: interval).nanoseconds
    }

    /// The time between two decisions.
    public var interval: Duration { .nanoseconds(intervalNanoseconds) }
}

/// One tick of a trace: the observation and what was decided on it.
public struct TraceTick: Sendable, Hashable, Codable {
    /// The wall clock; `nil` when it was not known.
    public var calendar: CalendarTime?
    /// The decision record, which holds the observation.
    public var decision: Decision

    /// A tick.
    public init(calendar: CalendarTime?, decision: Decision) {
        self.calendar = calendar
        self.decision = decision
    }

    /// What was observed.
    public var observation: GroupObservation { decision.observation }
    /// When.
    public var now: MonotonicInstant { decision.at }
}

extension TraceLine: Codable {
    private enum Key: String, CodingKey {
        case header, tick
    }

    /// Reads a line; one that is neither a header nor a tick is an error.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        if let header = try container.decodeIfPresent(TraceHeader.self, forKey: .header) {
            guard header.version == TraceHeader.version else {
                throw DecodingError.dataCorruptedError(
                    forKey: .header,
                    in: container,
                    debugDescription: "version \(header.version) of the trace format is not known here"
                )
            }
            self = .header(header)
        } else {
            self = .tick(try container.decode(TraceTick.self, forKey: .tick))
        }
    }

    /// Writes the line's one key.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        switch self {
        case .header(let header): try container.encode(header, forKey: .header)
        case .tick(let tick): try container.encode(tick, forKey: .tick)
        }
    }
}
