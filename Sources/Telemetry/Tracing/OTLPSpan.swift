import Shared
import Synchronization
import Tracing

/// A span that is handed on as OTLP when it ends.
package final class OTLPSpan: Span {
    private struct State {
        var name: String
        var attributes = SpanAttributes()
        var events: [OTLP.Event] = []
        var links: [OTLP.Link] = []
        var status: SpanStatus?
        var hasEnded = false
    }

    package let context: ServiceContext
    private let place: SpanIdentity
    private let kind: SpanKind
    private let start: UInt64
    private let state: Mutex<State>
    private let onEnd: @Sendable (OTLP.Span) -> Void

    init(
        _ name: String,
        place: SpanIdentity,
        context: ServiceContext,
        kind: SpanKind,
        start: UInt64,
        onEnd: @escaping @Sendable (OTLP.Span) -> Void
    ) {
        var context = context
        context.spanPlace = place
        self.context = context
        self.place = place
        self.kind = kind
        self.start = start
        self.onEnd = onEnd
        state = Mutex(State(name: name))
    }

    package var operationName: String {
        get { state.withLock { $0.name } }
        set { change { $0.name = newValue } }
    }

    package var attributes: SpanAttributes {
        get { state.withLock { $0.attributes } }
        set { change { $0.attributes = newValue } }
    }

    package var isRecording: Bool { state.withLock { !$0.hasEnded } }

    package func setStatus(_ status: SpanStatus) { change { $0.status = status } }

    package func addEvent(_ event: SpanEvent) {
        let event = OTLP.Event(
            timeUnixNano: String(event.nanosecondsSinceEpoch),
            name: event.name,
            attributes: OTLP.attributes(event.attributes)
        )
        change { $0.events.append(event) }
    }

    package func recordError<Instant: TracerInstant>(
        _ error: any Error,
        attributes: SpanAttributes,
        at instant: @autoclosure () -> Instant
    ) {
        var attributes = attributes
        attributes["exception.type"] = "\(type(of: error))"
        attributes["exception.message"] = "\(ErrorText.of(error))"
        addEvent(SpanEvent(name: "exception", at: instant(), attributes: attributes))
    }

    package func addLink(_ link: SpanLink) {
        guard let place = link.context.spanPlace else { return }
        let link = OTLP.Link(
            traceId: place.trace,
            spanId: place.span,
            attributes: OTLP.attributes(link.attributes)
        )
        change { $0.links.append(link) }
    }

    package func end<Instant: TracerInstant>(at instant: @autoclosure () -> Instant) {
        let end = max(start, instant().nanosecondsSinceEpoch)
        let span: OTLP.Span? = state.withLock { state in
            guard !state.hasEnded else { return nil }
            state.hasEnded = true
            return OTLP.Span(
                traceId: place.trace,
                spanId: place.span,
                parentSpanId: place.parent,
                name: state.name,
                kind: Self.number(kind),
                startTimeUnixNano: String(start),
                endTimeUnixNano: String(end),
                attributes: OTLP.attributes(state.attributes),
                events: state.events.isEmpty ? nil : state.events,
                links: state.links.isEmpty ? nil : state.links,
                status: OTLP.Status(state.status)
            )
        }
        if let span { onEnd(span) }
    }

    private func change(_ body: (inout State) -> Void) {
        state.withLock { if !$0.hasEnded { body(&$0) } }
    }

    private static func number(_ kind: SpanKind) -> Int {
        switch kind {
        case .internal: 1
        case .server: 2
        case .client: 3
        case .producer: 4
        case .consumer: 5
        }
    }
}
