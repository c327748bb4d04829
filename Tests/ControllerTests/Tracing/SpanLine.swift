import Foundation

/// A span as a reader of OTLP/JSON finds it.
struct SpanLine: Decodable {
    struct Status: Decodable {
        var code: Int?
        var message: String?
    }

    struct Event: Decodable {
        var timeUnixNano: String
        var name: String
    }

    struct Link: Decodable {
        var traceId: String
        var spanId: String
    }

    struct Attribute: Decodable {
        struct Value: Decodable {
            struct List: Decodable {
                var values: [Value]
            }

            var stringValue: String?
            var intValue: String?
            var doubleValue: Double?
            var boolValue: Bool?
            var arrayValue: List?

            var text: String {
                stringValue ?? intValue ?? doubleValue.map { "\($0)" } ?? boolValue.map { "\($0)" }
                    ?? arrayValue?.values.map(\.text).joined(separator: ",") ?? ""
            }
        }

        var key: String
        var value: Value
    }

    private struct Line: Decodable {
        struct ResourceSpans: Decodable {
            struct Resource: Decodable {
                var attributes: [Attribute]
            }

            struct ScopeSpans: Decodable {
                var spans: [SpanLine]
            }

            var resource: Resource
            var scopeSpans: [ScopeSpans]
        }

        var resourceSpans: [ResourceSpans]
    }

    private enum CodingKeys: CodingKey {
        case traceId, spanId, parentSpanId, name, kind, startTimeUnixNano, endTimeUnixNano, attributes, events, links
        case status
    }

    var traceId: String
    var spanId: String
    var parentSpanId: String?
    var name: String
    var kind: Int
    var startTimeUnixNano: String
    var endTimeUnixNano: String
    var attributes: [Attribute]
    var events: [Event]?
    var links: [Link]?
    var status: Status
    /// What tells it.
    var resource: [String: String] = [:]

    var texts: [String: String] { Self.texts(attributes) }

    /// All spans of a file.
    static func all(_ path: String) throws -> [SpanLine] {
        try Data(contentsOf: URL(fileURLWithPath: path)).split(separator: 0x0A).flatMap { line in
            try JSONDecoder().decode(Line.self, from: Data(line)).resourceSpans.flatMap { resource in
                resource.scopeSpans.flatMap(\.spans).map { span in
                    var span = span
                    span.resource = texts(resource.resource.attributes)
                    return span
                }
            }
        }
    }

    private static func texts(_ attributes: [Attribute]) -> [String: String] {
        Dictionary(attributes.map { ($0.key, $0.value.text) }) { $1 }
    }
}
