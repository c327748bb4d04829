import ConfigurationValues
import Synchronization

/// The lifetimes of new certificates, which may change while the controller runs.
package final class SharedIssuingPolicy: Sendable {
    private let state: Mutex<IssuingPolicy>

    package init(_ policy: IssuingPolicy) {
        state = Mutex(policy)
    }

    /// The present one.
    package var current: IssuingPolicy { state.withLock { $0 } }

    /// Takes another one for all certificates from now on.
    package func replace(with policy: IssuingPolicy) {
        state.withLock { $0 = policy }
    }
}
