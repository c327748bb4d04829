import Foundation
import Tracing
import Wire

/// The parts of OpenTelemetry's OTLP/JSON that traces need; names and forms are those of its protocol buffers' JSON.
package enum OTLP {
    /// One line of a file: `ExportTraceServiceRequest`.
    struct Request: Encodable {
        var resourceSpans: [ResourceSpans]
    }

    struct ResourceSpans: Encodable {
        var resource: Resource
        var scopeSpans: [ScopeSpans]
    }

    struct Resource: Encodable {
        var attributes: [Attribute]
    }

    package struct ScopeSpans: Encodable {
        var scope: Scope
        package var spans: [Span]
    }

    package struct Scope: Encodable {
        package var name: String
        package var version: String
    }

    package struct Span: Encodable, Sendable {
        var traceId: String
        var spanId: String
        var parentSpanId: String?
        package var name: String
        package var kind: Int
        var startTimeUnixNano: String
        var endTimeUnixNano: String
        var attributes: [Attribute]
        package var events: [Event]?
        var links: [Link]?
        package var status: Status
    }

    package struct Event: Encodable, Sendable {
        var timeUnixNano: String
        package var name: String
        var attributes: [Attribute]
    }

    struct Link: Encodable, Sendable {
        var traceId: String
        var spanId: String
        var attributes: [Attribute]
    }

    package struct Status: Encodable, Sendable {
        var code: Int?
        var message: String?

        init(_ status: SpanStatus?) {
            switch status?.code {
            case .ok: code = 1
            case .error: code = 2
            case nil: code = nil
            }
            message = status?.message
        }
    }

    package struct Attribute: Encodable, Sendable {
        package var key: String
        package var value: Value
    }

    /// `AnyValue`. Whole numbers of 64 bits are strings in JSON.
    package enum Value: Encodable, Sendable {
        case string(String)
        case int(Int64)
        case double(Double)
        case bool(Bool)
        case array([Value])

        private enum CodingKeys: CodingKey {
            case stringValue, intValue, doubleValue, boolValue, arrayValue
        }

        private struct Values: Encodable {
            var values: [Value]
        }

        package func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            switch self {
            case .string(let text): try container.encode(text, forKey: .stringValue)
            case .int(let number): try container.encode(String(number), forKey: .intValue)
            case .double(let number) where number.isFinite: try container.encode(number, forKey: .doubleValue)
            case .double(let number): try container.encode("\(number)", forKey: .stringValue)
            case .bool(let flag): try container.encode(flag, forKey: .boolValue)
            case .array(let values): try container.encode(Values(values: values), forKey: .arrayValue)
            }
        }
    }

    /// Attributes in the order of their names.
    static func attributes(_ attributes: SpanAttributes) -> [Attribute] {
        var all: [Attribute] = []
        attributes.forEach { key, attribute in
            if let value = value(attribute) { all.append(Attribute(key: key, value: value)) }
        }
        return all.sorted { $0.key < $1.key }
    }

    private static func value(_ attribute: SpanAttribute) -> Value? {
        switch attribute {
        case .string(let text): .string(text)
        case .bool(let flag): .bool(flag)
        case .int32(let number): .int(Int64(number))
        case .int64(let number): .int(number)
        case .double(let number): .double(number)
        case .stringConvertible(let value): .string("\(value)")
        case .stringArray(let values): .array(values.map { .string($0) })
        case .boolArray(let values): .array(values.map { .bool($0) })
        case .int32Array(let values): .array(values.map { .int(Int64($0)) })
        case .int64Array(let values): .array(values.map { .int($0) })
        case .doubleArray(let values): .array(values.map { .double($0) })
        case .stringConvertibleArray(let values): .array(values.map { .string("\($0)") })
        default: nil
        }
    }

    /// The line of a span, with what it is that tells it.
    package static func line(_ span: Span) -> [UInt8]? {
        let request = Request(
            resourceSpans: [
                ResourceSpans(
                    resource: Resource(
                        attributes: [
                            Attribute(key: "service.name", value: .string("cms-controller")),
                            Attribute(key: "service.version", value: .string(CMSVersion.current)),
                        ]
                    ),
                    scopeSpans: [
                        ScopeSpans(scope: Scope(name: "cms.lifecycle", version: CMSVersion.current), spans: [span])
                    ]
                )
            ]
        )
        guard let data = try? WireCoding.encoder().encode(request) else { return nil }
        return Array(data) + [0x0A]
    }
}
