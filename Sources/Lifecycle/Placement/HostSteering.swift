import Foundation

/// What operators ask of a host, as it is kept.
package struct HostSteering: Sendable, Hashable, Codable {
    /// Whether no instance is started or woken there.
    package var isCordoned: Bool
    /// Whether those that are there have to leave; only a cordoned host is evacuated.
    package var isEvacuating: Bool
    /// Who asked for it.
    package var by: String
    /// When, by the wall clock.
    package var since: Date

    /// What was asked.
    package init(isCordoned: Bool, isEvacuating: Bool, by: String, since: Date) {
        self.isCordoned = isCordoned
        self.isEvacuating = isEvacuating
        self.by = by
        self.since = since
    }
}
