import Lifecycle

/// What a state means for the service.
enum StateKind: String, CaseIterable {
    case serving = "in service"
    case coming = "on its way"
    case standby = "standby"
    case leaving = "leaving"
    case failing = "unhealthy or failed"

    /// The style of a bar.
    var style: String { "state-\(self)" }

    /// The part of a row's height, so that colour alone tells nothing.
    var part: Double {
        switch self {
        case .serving, .failing: 1
        case .coming: 0.6
        case .leaving: 0.45
        case .standby: 0.25
        }
    }
}

extension InstanceState {
    /// What the state means for the service.
    var kind: StateKind {
        switch self {
        case .inService: .serving
        case .off, .creating, .starting, .booting, .probing, .resuming: .coming
        case .standby, .parking: .standby
        case .draining, .stopping, .removing: .leaving
        case .unhealthy, .failed, .quarantined: .failing
        }
    }
}
