import Foundation
import Lifecycle
import Tracing

/// The way of an instance into service, or out of it: what becomes a trace when it is over.
package struct LifecycleTransition: Sendable {
    /// What kinds of ways there are; the name of the trace's first span.
    package enum Kind: String, Sendable {
        /// From the order to the moment when clients are told.
        case scaleOut = "scale out"
        /// From the withdrawal until the instance is off, parked or removed.
        case scaleIn = "scale in"
        /// Into service of a domain that somebody else started.
        case join
    }

    /// A state that was passed.
    package struct Stage: Sendable {
        package var state: InstanceState
        package var start: Date
    }

    /// How it ended.
    package enum Outcome: Sendable, Equatable {
        /// Where it was to lead.
        case arrived
        /// Elsewhere, and nobody's failure.
        case changed
        /// In a failure, with the reason.
        case failed(String)
    }

    /// The most states and events of one; those of later ones are left out.
    private static let limit = 32
    package let kind: Kind
    package let group: String
    package let uuid: String
    package let start: Date
    /// The domain's name.
    package var name: String
    /// What the instance came from, or where it went.
    var place: String?
    /// The order's reason.
    package var reason: String?
    /// Which attempt it is, where it is a start.
    var attempt: Int?
    /// Whether the controller was started while it was under way.
    var isResumed: Bool
    /// The revision of the endpoint set that told clients.
    var revision: UInt64?
    private(set) var stages: [Stage] = []
    package private(set) var events: [ControllerEvent] = []

    /// One that begins with the state of `instance`.
    init(_ kind: Kind, _ instance: Instance, start: Date, reason: String?, isResumed: Bool) {
        self.kind = kind
        self.group = instance.group
        self.uuid = instance.uuid
        self.start = start
        self.name = instance.name
        self.reason = reason
        self.isResumed = isResumed
        stages = [Stage(state: instance.state, start: start)]
    }

    /// The present state.
    package var state: InstanceState? { stages.last?.state }

    /// Enters a state.
    mutating func enter(_ state: InstanceState, at date: Date) {
        guard state != self.state, stages.count < Self.limit else { return }
        stages.append(Stage(state: state, start: max(date, stages.last?.start ?? start)))
    }

    /// Notes what happened.
    package mutating func note(_ event: ControllerEvent) {
        if events.count < Self.limit { events.append(event) }
    }

    /// Tells all of it to a tracer: a span for the whole, and one inside it for each state.
    package func record(_ outcome: Outcome, at end: Date, with tracer: any Tracer) {
        let end = max(end, stages.last?.start ?? start)
        let root = tracer.startSpan(kind.rawValue, context: .topLevel, ofKind: .internal, at: Self.instant(start))
        root.attributes = attributes
        for event in events {
            var attributes: SpanAttributes = ["detail": .string(event.detail)]
            if let revision = event.revision { attributes["revision"] = Int64(clamping: revision) }
            if let by = event.by { attributes["by"] = by }
            root.addEvent(SpanEvent(name: event.kind.rawValue, at: Self.instant(event.at), attributes: attributes))
        }
        for (index, stage) in stages.enumerated() {
            let isLast = index == stages.count - 1
            let span = tracer.startSpan(
                stage.state.rawValue,
                context: root.context,
                ofKind: .internal,
                at: Self.instant(stage.start)
            )
            span.attributes = ["group": .string(group), "instance": .string(name)]
            if isLast, let status = Self.status(outcome) { span.setStatus(status) }
            span.end(at: Self.instant(isLast ? end : stages[index + 1].start))
        }
        if let status = Self.status(outcome) { root.setStatus(status) }
        root.end(at: Self.instant(end))
    }

    private var attributes: SpanAttributes {
        var attributes: SpanAttributes = [
            "group": .string(group), "instance": .string(name), "uuid": .string(uuid),
        ]
        if let place { attributes[kind == .scaleIn ? "to" : "from"] = place }
        if let reason { attributes["reason"] = reason }
        if let attempt { attributes["attempt"] = attempt }
        if let revision { attributes["revision"] = Int64(clamping: revision) }
        if isResumed { attributes["resumed"] = true }
        return attributes
    }

    private static func status(_ outcome: Outcome) -> SpanStatus? {
        switch outcome {
        case .arrived: SpanStatus(code: .ok)
        case .changed: nil
        case .failed(let reason): SpanStatus(code: .error, message: reason)
        }
    }

    /// A time of the ledger may be any; one that does not fit is the nearest that does.
    static func instant(_ date: Date) -> DefaultTracerClock.Timestamp {
        let microseconds = min(max(0, date.timeIntervalSince1970 * 1e6), 1.8e16)
        return .init(nanosecondsSinceEpoch: UInt64(microseconds.rounded()) * 1000)
    }
}
