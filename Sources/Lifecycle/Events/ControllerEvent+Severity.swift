extension ControllerEvent {
    /// How much a kind of event matters to the person who runs the controller.
    package enum Severity: Sendable {
        /// Nothing to do.
        case info
        /// Worth a look.
        case warning
        /// Needs a person.
        case error
    }
}

extension ControllerEvent.Kind {
    /// How much it matters.
    package var severity: ControllerEvent.Severity {
        switch self {
        case .storeFailed, .hostLost, .instanceDisputed, .instanceQuarantined, .breakerOpened, .rolloutFailed: .error
        case .hypervisorLost, .hypervisorDomainHung, .instanceFailed, .instanceUnhealthy, .instanceReplaced,
            .reserveEmpty, .scaleOutBlocked,
            .hookFailed, .configurationRefused, .peerRefused, .controllerJoined, .historyFailed, .queryFailed:
            .warning
        default: .info
        }
    }
}
