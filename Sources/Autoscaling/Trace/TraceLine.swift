/// One line of a recorded trace: JSON, `{"header": …}` first and whenever the policy changes, then `{"tick": …}`.
package enum TraceLine: Sendable, Hashable {
    /// What follows is decided by.
    case header(TraceHeader)
    /// One decision.
    case tick(TraceTick)
}

/// Of which group a trace is, and by what it decides.
package struct TraceHeader: Sendable, Hashable, Codable {
    /// The version of the format.
    package static let version = 1

    /// The version of the format that it was written in.
    package var version: Int
    /// The group.
    package var group: String
    /// Its policy.
    package var policy: GroupPolicy
    /// Nanoseconds between two decisions.
    package var intervalNanoseconds: Int64

    /// A header.
    package init(group: String, policy: GroupPolicy, interval: Duration) {
        version = Self.version
        self.group = group
        self.policy = policy
        intervalNanoseconds = MonotonicInstant(nanoseconds: 0).advanced(by: interval).nanoseconds
    }

    /// The time between two decisions.
    package var interval: Duration { .nanoseconds(intervalNanoseconds) }
}

/// One tick of a trace: the observation and what was decided on it.
package struct TraceTick: Sendable, Hashable, Codable {
    /// The wall clock; `nil` when it was not known.
    package var calendar: CalendarTime?
    /// The decision record, which holds the observation.
    package var decision: Decision

    /// A tick.
    package init(calendar: CalendarTime?, decision: Decision) {
        self.calendar = calendar
        self.decision = decision
    }

    /// What was observed.
    package var observation: GroupObservation { decision.observation }
    /// When.
    package var now: MonotonicInstant { decision.at }
}

extension TraceLine: Codable {
    private enum Key: String, CodingKey {
        case header, tick
    }

    /// Reads a line; one that is neither a header nor a tick is an error.
    package init(from decoder: any Decoder) throws {
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
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        switch self {
        case .header(let header): try container.encode(header, forKey: .header)
        case .tick(let tick): try container.encode(tick, forKey: .tick)
        }
    }
}
