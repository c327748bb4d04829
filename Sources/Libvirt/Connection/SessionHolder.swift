import Synchronization

/// Joins a session with the close callback, which may come before the session is known.
final class SessionHolder: Sendable {
    private enum State {
        case empty
        case holding(WeakSession)
        case closed(LibvirtError)
    }

    private struct WeakSession {
        weak var session: LibvirtSession?
    }

    private let state = Mutex(State.empty)

    /// The callback came: returns the session to end, or keeps the reason for ``hold(_:)``.
    func close(_ error: LibvirtError) -> LibvirtSession? {
        state.withLock { state in
            defer { state = .closed(error) }
            guard case .holding(let box) = state else { return nil }
            return box.session
        }
    }

    /// The session is in use from now on: returns why it is closed already, if it is.
    func hold(_ session: LibvirtSession) -> LibvirtError? {
        state.withLock { state in
            if case .closed(let error) = state { return error }
            state = .holding(WeakSession(session: session))
            return nil
        }
    }
}
