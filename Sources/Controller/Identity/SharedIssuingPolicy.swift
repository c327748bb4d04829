import Synchronization

/// The lifetimes of new certificates, which may change while the controller runs.
final class SharedIssuingPolicy: Sendable {
    private let state: Mutex<IssuingPolicy>

    init(_ policy: IssuingPolicy) {
        state = Mutex(policy)
    }

    /// The present one.
    var current: IssuingPolicy { state.withLock { $0 } }

    /// Takes another one for all certificates from now on.
    func replace(with policy: IssuingPolicy) {
        state.withLock { $0 = policy }
    }
}
