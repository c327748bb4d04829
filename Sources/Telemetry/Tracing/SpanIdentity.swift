import Tracing

/// Where a span is: its trace, itself, and the span it is a part of.
package struct SpanIdentity: Sendable, Hashable {
    /// 16 bytes in hexadecimal digits.
    package let trace: String
    /// 8 bytes in hexadecimal digits.
    let span: String
    /// The span it is a part of; `nil` for the first of a trace.
    let parent: String?

    /// A new place, inside `parent` if there is one.
    init(inside parent: SpanIdentity?) {
        var random = SystemRandomNumberGenerator()
        trace = parent?.trace ?? Self.digits(&random) + Self.digits(&random)
        span = Self.digits(&random)
        self.parent = parent?.span
    }

    /// 8 bytes; all zero says that there is no span.
    private static func digits(_ random: inout SystemRandomNumberGenerator) -> String {
        let text = String(UInt64.random(in: 1 ... .max, using: &random), radix: 16)
        return String(repeating: "0", count: 16 - text.count) + text
    }
}

extension ServiceContext {
    private enum Key: ServiceContextKey {
        typealias Value = SpanIdentity
        static var nameOverride: String? { "cms-span" }
    }

    /// The span that work belongs to.
    var spanPlace: SpanIdentity? {
        get { self[Key.self] }
        set { self[Key.self] = newValue }
    }
}
