/// What is called on an instance's way into and out of service.
package struct HookConfiguration: Sendable, Hashable {
    /// One call.
    package struct Hook: Sendable, Hashable {
        /// What is called.
        package enum Action: Sendable, Hashable {
            /// A program with its arguments; no shell.
            case command([String])
            /// An http or https URL that is sent a POST.
            case webhook(String)
        }

        /// What follows when it fails or takes too long.
        package enum FailureRule: String, Sendable, Hashable, CaseIterable {
            /// It is recorded, and the instance goes on.
            case `continue`
            /// Before service: the start counts as failed. After draining: the instance is held until its time to drain is
            /// over, and is stopped then, never parked.
            case fail
        }

        /// What is called.
        package var action: Action
        /// How long it may take.
        package var timeout: Duration
        /// What follows when it fails or takes too long.
        package var onFailure: FailureRule

        /// A hook.
        package init(action: Action, timeout: Duration = .seconds(30), onFailure: FailureRule) {
            self.action = action
            self.timeout = timeout
            self.onFailure = onFailure
        }
    }

    /// Called after the first probe passed and before clients are told.
    package var beforeInService: Hook?
    /// Called when an instance has finished its work and before it is stopped or goes to standby.
    package var afterDraining: Hook?

    /// Hooks; none by default.
    package init(beforeInService: Hook? = nil, afterDraining: Hook? = nil) {
        self.beforeInService = beforeInService
        self.afterDraining = afterDraining
    }
}
