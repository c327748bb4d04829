import Wire

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// What a program is told: lines as the controller's watch has them, each with all endpoints.
package struct ExecMessages: Sendable {
    private var told: EndpointFeed.Snapshot?

    /// Messages to a program that knows nothing.
    package init() {}

    /// The line for a set: the whole set first, then changes; `nil` when the program knows it.
    package mutating func notice(_ snapshot: EndpointFeed.Snapshot, at date: Date) -> EndpointNotice? {
        guard snapshot != told else { return nil }
        defer { told = snapshot }
        let isChange = told?.epoch == snapshot.epoch
        var notice = EndpointNotice(kind: isChange ? .change : .set, revision: snapshot.set.revision, at: date)
        notice.endpoints = snapshot.set.endpoints
        if isChange, let before = told?.set.endpoints {
            let (old, new) = (Set(before), Set(snapshot.set.endpoints))
            notice.added = snapshot.set.endpoints.filter { !old.contains($0) }
            notice.removed = before.filter { !new.contains($0) }
        }
        return notice
    }
}
