/// What is called on an instance's way into and out of service.
public struct HookConfiguration: Sendable, Hashable {
    /// One call.
    public struct Hook: Sendable, Hashable {
        /// What is called.
        public enum Action: Sendable, Hashable {
            /// A program with its arguments; no shell.
            case command([String])
            /// An http or https URL that is sent a POST.
            case webhook(String)
        }

        /// What follows when it fails or takes too long.
        public enum FailureRule: String, Sendable, Hashable, CaseIterable {
            /// It is recorded, and the instance goes on.
            case `continue`
            /// Before service: the start counts as failed. After draining: the instance is held until its time to drain is
            /// over, and is stopped then, never parked.
            case fail
        }

        /// What is called.
        public var action: Action
        /// How long it may take.
        public var timeout: Duration
        /// What follows when it fails or takes too long.
        public var onFailure: FailureRule

        /// A hook.
        public init(action: Action, timeout: Duration = .seconds(30), onFailure: FailureRule) {
            self.action = action
            self.timeout = timeout
            self.onFailure = onFailure
        }
    }

    /// Called after the first probe passed and before clients are told.
    public var beforeInService: Hook?
    /// Called when an instance has finished its work and before it is stopped or goes to standby.
    public var afterDraining: Hook?

    /// Hooks; none by default.
    public init(beforeInService: Hook? = nil, afterDraining: Hook? = nil) {
        self.beforeInService = beforeInService
        self.afterDraining = afterDraining
    }
}
