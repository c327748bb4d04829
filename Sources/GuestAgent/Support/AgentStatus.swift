import Shared
import Synchronization

/// What all parts of the agent share: under which name it serves, whether it takes work, whether it has a session.
public final class AgentStatus: Sendable {
    private struct State {
        var server: String
        var isDraining = false
        var hasSession = false
    }

    private let state: Mutex<State>

    /// A status.
    ///
    /// - Parameter server: The name for answers until the controller gives one.
    public init(server: String) {
        self.state = Mutex(State(server: server))
    }

    /// The name that answers carry.
    public var server: String {
        get { state.withLock { $0.server } }
        set { state.withLock { $0.server = newValue } }
    }

    /// Whether new work is refused.
    public var isDraining: Bool {
        get { state.withLock { $0.isDraining } }
        set { state.withLock { $0.isDraining = newValue } }
    }

    /// Whether the controller's command stream is open.
    public var hasSession: Bool {
        get { state.withLock { $0.hasSession } }
        set { state.withLock { $0.hasSession = newValue } }
    }
}
