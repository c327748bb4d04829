import Synchronization

/// What all parts of the agent share: under which name it serves, whether it takes work, whether it has a session.
package final class AgentStatus: Sendable {
    private struct State {
        var server: String
        var isDraining = false
        var alternatives: [String] = []
        var admitted = 0
        var hasSession = false
    }

    private let state: Mutex<State>

    /// A status.
    ///
    /// - Parameter server: The name for answers until the controller gives one.
    package init(server: String) {
        self.state = Mutex(State(server: server))
    }

    /// The name that answers carry.
    package var server: String {
        get { state.withLock { $0.server } }
        set { state.withLock { $0.server = newValue } }
    }

    /// Takes one request, unless new work is refused; each one taken must be ended with ``finish()``.
    ///
    /// One lock decides on both: once draining, ``admitted`` can only fall.
    func admit() -> Bool {
        state.withLock { state in
            guard !state.isDraining else { return false }
            state.admitted += 1
            return true
        }
    }

    /// A request that was taken is answered.
    func finish() {
        state.withLock { $0.admitted -= 1 }
    }

    /// Whether new work is taken, and how many requests were taken and are not answered yet.
    var admission: (isAccepting: Bool, admitted: Int) { state.withLock { (!$0.isDraining, $0.admitted) } }

    /// Whether new work is refused.
    package var isDraining: Bool { state.withLock { $0.isDraining } }

    /// Where work that is refused can go, base URLs.
    package var alternatives: [String] { state.withLock { $0.alternatives } }

    /// Refuses new work from now on and sends it to `alternatives`; `false` when that was so before.
    @discardableResult
    package func drain(alternatives: [String] = []) -> Bool {
        state.withLock { state in
            defer { (state.isDraining, state.alternatives) = (true, alternatives) }
            return !state.isDraining
        }
    }

    /// Takes new work again; `false` when that was so before.
    @discardableResult
    package func resume() -> Bool {
        state.withLock { state in
            defer { (state.isDraining, state.alternatives) = (false, []) }
            return state.isDraining
        }
    }

    /// Whether the controller's command stream is open.
    package var hasSession: Bool {
        get { state.withLock { $0.hasSession } }
        set { state.withLock { $0.hasSession = newValue } }
    }
}
