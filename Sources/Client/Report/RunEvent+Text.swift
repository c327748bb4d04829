import Wire

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

extension RunEvent {
    /// The line of the run log: one for each answer and each failure; `nil` for other events.
    package var logLine: String? {
        switch self {
        case .answer(let event):
            "\(event.at.rfc3339) worker \(event.worker): \(Self.log(event.n, event.path)) = \(Self.content(event)), "
                + "server \(NumberText.clean(event.server, limit: 64)), "
                + "\(NumberText.decimal(event.seconds, places: 3)) s"
        case .failure(let event):
            "\(event.at.rfc3339) worker \(event.worker): \(Self.log(event.n, event.path)) failed, "
                + "server \(NumberText.clean(event.server ?? RunStatistics.nobody, limit: 64)), "
                + "\(NumberText.decimal(event.seconds, places: 3)) s: \(NumberText.clean(event.error, limit: 300))"
        case .notice, .connection, .remark, .phase, .summary: nil
        }
    }

    /// What happened, for people, without the time; `nil` for answers and summaries, which are shown otherwise.
    package var sentence: String? {
        switch self {
        case .answer, .summary: nil
        case .failure(let event):
            "\(event.n.map { "F(\($0))" } ?? Self.page(event.path)) failed after \(NumberText.time(event.seconds)): "
                + NumberText.clean(event.error, limit: 300)
        case .notice(let event): Self.sentence(event)
        case .connection(let event): NumberText.clean(event.detail, limit: 300)
        case .remark(let event): NumberText.clean(event.detail, limit: 300)
        case .phase(let event):
            switch event.phase {
            case .low: "low load begins"
            case .pause: "pause"
            case .high: "high load begins"
            case .tail: "a new instance has answered; the load goes on for a while"
            }
        }
    }

    /// What was asked for, in the run log.
    private static func log(_ n: Int?, _ path: String?) -> String {
        n.map { "Fibonacci(\($0))" } ?? "GET \(page(path))"
    }

    private static func page(_ path: String?) -> String { NumberText.clean(path ?? "?", limit: 200) }

    /// What was answered: a number, or status and length.
    private static func content(_ event: AnswerEvent) -> String {
        if let result = event.result { return "\(result)" }
        return "\(event.status.map(String.init) ?? "?"), \(event.bytes.map(String.init) ?? "?") bytes"
    }

    /// When it happened.
    package var at: Date {
        switch self {
        case .answer(let event): event.at
        case .failure(let event): event.at
        case .notice(let event): event.at
        case .connection(let event): event.at
        case .remark(let event): event.at
        case .phase(let event): event.at
        case .summary(let event): event.at
        }
    }

    private static func sentence(_ event: NoticeEvent) -> String {
        let name = NumberText.clean(event.name ?? "an instance", limit: 64)
        let reason = event.reason.map { ": \(NumberText.clean($0, limit: 200))" } ?? ""
        switch event.kind {
        case "scaling": return "the controller scales out, \(name) is on its way\(reason)"
        case "scaled": return "\(name) serves\(reason)"
        default:
            let names = event.endpoints.prefix(20).map { NumberText.clean($0, limit: 64) }.joined(separator: ", ")
            let more = event.endpoints.count > 20 ? " and \(event.endpoints.count - 20) more" : ""
            return "endpoints, revision \(event.revision): \(names.isEmpty ? "none" : names)\(more)"
        }
    }
}
