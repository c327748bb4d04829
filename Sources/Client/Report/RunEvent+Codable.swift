import NIOCore
import Shared
import Wire

extension RunEvent: Codable {
    private enum CodingKeys: String, CodingKey {
        case type
    }

    /// The word in `type`.
    package var type: String {
        switch self {
        case .answer: "answer"
        case .failure: "failure"
        case .notice: "notice"
        case .connection: "connection"
        case .remark: "remark"
        case .phase: "phase"
        case .summary: "summary"
        }
    }

    /// Reads an object by its `type`.
    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        let type = try container.decode(String.self, forKey: .type)
        switch type {
        case "answer": self = .answer(try AnswerEvent(from: decoder))
        case "failure": self = .failure(try FailureEvent(from: decoder))
        case "notice": self = .notice(try NoticeEvent(from: decoder))
        case "connection": self = .connection(try ConnectionEvent(from: decoder))
        case "remark": self = .remark(try RemarkEvent(from: decoder))
        case "phase": self = .phase(try PhaseEvent(from: decoder))
        case "summary": self = .summary(try SummaryEvent(from: decoder))
        default:
            throw DecodingError.dataCorruptedError(
                forKey: .type,
                in: container,
                debugDescription: "no event has the type '\(type)'"
            )
        }
    }

    /// Writes `type` and the event's own fields into one object.
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(type, forKey: .type)
        switch self {
        case .answer(let event): try event.encode(to: encoder)
        case .failure(let event): try event.encode(to: encoder)
        case .notice(let event): try event.encode(to: encoder)
        case .connection(let event): try event.encode(to: encoder)
        case .remark(let event): try event.encode(to: encoder)
        case .phase(let event): try event.encode(to: encoder)
        case .summary(let event): try event.encode(to: encoder)
        }
    }

    /// The event as one line of JSON, without its end.
    package var json: String {
        get throws { String(decoding: try WireCoding.line(self).readableBytesView.dropLast(), as: UTF8.self) }
    }
}
