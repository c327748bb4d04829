import Libvirt
import Lifecycle

/// What a clone's record says that matters to groups.
struct CloneMark: Sendable {
    var group: String?
    /// The name of the domain, or the path of the image, that it was made from.
    var template: String
    /// What tells that template from others.
    var identity: String?
    var state: FleetObservation.CloneState

    /// `nil` for a domain that we did not make; a copy that somebody made of a clone is none of ours.
    init?(_ domain: DomainInfo) {
        guard domain.metadata != nil, let record = domain.record, let clone = record.clone, clone.uuid == domain.uuid
        else { return nil }
        group = record.group
        template = clone.template
        identity = record.attributes["template"]
        state =
            switch clone.state {
            case .making: .making
            case .ready: .ready
            case .removing: .removing
            }
    }
}
