import Shared
import Wire

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

extension RunEvent {
    /// The event of a run for an event of its watcher.
    package init(_ event: WatchEvent, controller: HostPort, at now: Date) {
        switch event {
        case .connected:
            self = .connection(
                ConnectionEvent(at: now, connected: true, detail: "watching the endpoints at \(controller)")
            )
        case .disconnected(let reason, let wait):
            let seconds = NumberText.decimal(wait.seconds, places: 1)
            self = .connection(
                ConnectionEvent(at: now, connected: false, detail: "\(reason); next attempt in \(seconds) s")
            )
        case .notice(let notice, let endpoints, let receivedAt):
            self = .notice(
                NoticeEvent(
                    at: receivedAt,
                    kind: notice.kind.word,
                    revision: notice.revision,
                    endpoints: endpoints.map(\.name),
                    sentAt: notice.at,
                    name: notice.name,
                    reason: notice.reason
                )
            )
        }
    }

    /// The event of a run for an event of its renewer.
    package init(_ event: IdentityRenewer.Event, at now: Date) {
        let detail =
            switch event {
            case .renewed(let notAfter, nil): "certificate renewed, valid until \(notAfter.rfc3339)"
            case .renewed(let notAfter, let failure?):
                "certificate renewed, valid until \(notAfter.rfc3339), but not kept on disk: \(failure)"
            case .failed(let reason, let wait):
                "the certificate could not be renewed: \(reason); next attempt in "
                    + "\(NumberText.decimal(wait.seconds, places: 0)) s"
            }
        self = .remark(RemarkEvent(at: now, detail: detail))
    }
}
